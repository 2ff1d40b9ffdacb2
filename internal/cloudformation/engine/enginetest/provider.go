// Package enginetest is a provider for tests of the engine: resources that are kept in memory, of
// a few types, evaluated as the local runtime does it.
package enginetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/cloudformation/engine"
)

// Provider keeps resources in memory. It outlives the engines of a test, as what an operation has
// made outlives a process.
type Provider struct {
	// Before is asked before each step; its error fails the step. It may be nil.
	Before func(engine.Operation, engine.Step) error

	mu      sync.Mutex
	ids     map[string]map[string]string // by stack and key
	held    map[string]map[string]any    // properties by stack, logical id and physical id
	left    []string                     // what was retained: logical ids
	exports map[string]map[string]string // by stack: values by name
}

// New returns a provider that holds nothing.
func New() *Provider {
	return &Provider{ids: map[string]map[string]string{}, held: map[string]map[string]any{}, exports: map[string]map[string]string{}}
}

// Types are the resource types that there are, with what CloudFormation checks of them.
func Types(name string) *template.Type {
	return map[string]*template.Type{
		"AWS::SNS::Topic": {
			Properties: template.Properties{"TopicName": template.Text(), "DisplayName": template.Any(), "Tags": template.Any()},
			Ref:        template.ARNOf("sns", "%", template.NameFrom("TopicName", 256)),
			Attributes: map[string]template.Attribute{
				"TopicArn": template.ARNOf("sns", "%", template.NameFrom("TopicName", 256)), "TopicName": template.NameFrom("TopicName", 256),
				"DisplayName": template.ValueOf("DisplayName"),
			},
		},
		"AWS::SSM::Parameter": {
			Properties: template.Properties{
				"Name": template.Text(), "Type": template.Text().Must(), "Value": template.Text().Must(), "Description": template.Text(),
			},
			Ref:        named,
			Attributes: map[string]template.Attribute{"Value": template.ValueOf("Value"), "Type": template.ValueOf("Type")},
		},
		"AWS::SQS::Queue": {
			Properties: template.Properties{"QueueName": template.Text(), "DelaySeconds": template.Whole(0, 900), "Tags": template.Any()},
			Ref:        template.NameFrom("QueueName", 80),
			Attributes: map[string]template.Attribute{"Arn": template.ARNOf("sqs", "%", template.NameFrom("QueueName", 80))},
		},
		"AWS::CDK::Metadata": {Properties: template.Properties{"Analytics": template.Any()}, Ref: template.GeneratedID},
		"AWS::IAM::Role": {
			Properties: template.Properties{"RoleName": template.Text(), "AssumeRolePolicyDocument": template.Any()},
			Ref:        template.NameFrom("RoleName", 64),
		},
	}[name]
}

// named is the id of a parameter: CFN-LogicalId-random.
func named(at template.Place, r *template.Resource) (string, bool) {
	if name, ok := r.Text("Name"); name != "" || !ok {
		return name, ok
	}
	random, ok := r.ID(at)
	return "CFN-" + r.Source().LogicalID + "-" + random, ok
}

// Evaluate implements engine.Provider.
func (p *Provider) Evaluate(_ context.Context, operation engine.Operation) (*engine.Evaluated, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	evaluated, _, err := p.evaluate(operation.ID, operation.Next)
	return evaluated, err
}

func (p *Provider) evaluate(operation string, next *engine.Template) (*engine.Evaluated, map[string]string, error) {
	body, err := engine.Body(next.Text)
	if err != nil {
		return nil, nil, err
	}
	ids := &ids{operation: operation, stack: next.StackID, had: p.ids[next.StackID], used: map[string]string{}}
	e := template.Evaluate([]template.Stack{
		{Name: next.StackName, Account: next.AccountID, Region: next.Region, Body: body, Parameters: next.Parameters, Stored: next.Stored, TakesSecrets: true},
		{Name: "zz-others", Account: next.AccountID, Region: next.Region, Body: p.others(next.StackID)},
	}, template.Options{IDs: ids, Types: Types})
	evaluated := &engine.Evaluated{Resources: map[string]engine.Resource{}, Parameters: map[string]string{}}
	evaluated.Description, _ = body["Description"].(string)
	for r := range e.Resources() {
		evaluated.Resources[r.Source().LogicalID] = resource(r)
	}
	for _, o := range e.Outputs() {
		if o.Stack == next.StackName {
			evaluated.Outputs = append(evaluated.Outputs, engine.Output{Key: o.Key, Value: o.Value, Description: o.Description, ExportName: o.ExportName})
		}
	}
	setParameters(evaluated, body, next)
	evaluated.Imports = p.imported(body, next.StackID)
	return evaluated, ids.used, judge(evaluated, e.Problems())
}

func resource(r *template.Resource) engine.Resource {
	source, typ := r.Source(), Types(r.Source().Type)
	made := engine.Resource{
		LogicalID: source.LogicalID, Type: source.Type, PhysicalID: r.Reference(), Properties: maps.Collect(r.Values().All()), Attributes: map[string]string{},
	}
	for name := range typ.Attributes {
		made.Attributes[name] = r.Attribute(name)
	}
	return made
}

func setParameters(evaluated *engine.Evaluated, body map[string]any, next *engine.Template) {
	declared, _ := body["Parameters"].(map[string]any)
	for name, node := range declared {
		declaration, _ := node.(map[string]any)
		value, given := next.Parameters[name]
		if !given {
			value = fmt.Sprint(declaration["Default"])
		}
		evaluated.Parameters[name] = value
	}
}

// judge gives what is wrong to the resources that it is about, or returns it.
func judge(evaluated *engine.Evaluated, problems []template.Problem) error {
	for _, problem := range problems {
		r, isResource := evaluated.Resources[problem.LogicalID]
		switch {
		case problem.Reason == template.NoExport && isResource:
			r.Unresolved = "No export named " + problem.Missing + " found"
		case isResource && strings.HasSuffix(problem.Message, "is required"):
			r.Fault = "Property validation failure: [The property {/" + problem.Property + "} is required]"
		case isResource && problem.Property != "":
			r.Fault = problem.Message
		default:
			return &engine.Refusal{Code: "ValidationError", Message: problem.Message}
		}
		evaluated.Resources[problem.LogicalID] = r
	}
	return nil
}

// others are the exports of the other stacks, as a template.
func (p *Provider) others(but string) map[string]any {
	outputs := map[string]any{}
	for stack, exports := range p.exports {
		for name, value := range exports {
			if stack != but {
				outputs["E"+hash(name)] = map[string]any{"Value": value, "Export": map[string]any{"Name": name}}
			}
		}
	}
	return map[string]any{"Outputs": outputs}
}

// imported are the exports whose names stand in the template.
func (p *Provider) imported(body map[string]any, but string) (names []string) {
	text := fmt.Sprint(body)
	for stack, exports := range p.exports {
		for name := range exports {
			if stack != but && strings.Contains(text, "Fn::ImportValue:"+name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// Apply implements engine.Provider.
func (p *Provider) Apply(_ context.Context, operation engine.Operation, step engine.Step) error {
	if p.Before != nil {
		if err := p.Before(operation, step); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	t := operation.Next
	if t == nil {
		t = operation.Before
	}
	if p.held[t.StackID] == nil {
		p.held[t.StackID] = map[string]any{}
	}
	held, key := p.held[t.StackID], step.Resource.LogicalID+" "+step.Resource.PhysicalID
	switch step.Action {
	case engine.Create, engine.Update:
		held[key] = step.Resource.Properties
	case engine.Retain:
		p.left = append(p.left, step.Resource.LogicalID)
		delete(held, key)
	case engine.Delete:
		delete(held, key)
	}
	return nil
}

// End implements engine.Provider.
func (p *Provider) End(_ context.Context, operation engine.Operation, kept *engine.Template) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if kept == nil {
		t := operation.Next
		if t == nil {
			t = operation.Before
		}
		delete(p.ids, t.StackID)
		delete(p.exports, t.StackID)
		return nil
	}
	evaluated, used, err := p.evaluate(operation.ID, kept)
	if err != nil {
		return err
	}
	p.ids[kept.StackID], p.exports[kept.StackID] = used, map[string]string{}
	for _, output := range evaluated.Outputs {
		if output.ExportName != "" {
			p.exports[kept.StackID][output.ExportName] = output.Value
		}
	}
	return nil
}

// Held are the properties of what a stack has, by logical id and physical id.
func (p *Provider) Held(stackID string) map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.held[stackID])
}

// Left are the logical ids of what was retained.
func (p *Provider) Left() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.left)
}

// Change changes a property by hand, beside CloudFormation. Nil deletes the resource.
func (p *Provider) Change(stackID, logicalID string, change func(properties map[string]any)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, properties := range p.held[stackID] {
		if !strings.HasPrefix(key, logicalID+" ") {
			continue
		}
		if change == nil {
			delete(p.held[stackID], key)
			continue
		}
		changed := asMap(properties)
		change(changed)
		p.held[stackID][key] = changed
	}
}

// Properties implements engine.Actual. Of AWS::CDK::Metadata nothing is known.
func (p *Provider) Properties(_ context.Context, t *engine.Template, r engine.Resource) (map[string]any, bool, bool) {
	if r.Type == "AWS::CDK::Metadata" {
		return nil, false, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	properties, exists := p.held[t.StackID][r.LogicalID+" "+r.PhysicalID]
	if !exists {
		return nil, false, true
	}
	return asMap(properties), true, true
}

func asMap(value any) map[string]any {
	switch value := value.(type) {
	case template.Values:
		return maps.Collect(value.All())
	case map[string]any:
		return maps.Clone(value)
	}
	return map[string]any{}
}

// ids are those of a stack under one operation: the ones that it has, and new ones.
type ids struct {
	operation, stack string
	had, used        map[string]string
}

// ID implements template.IDs.
func (i *ids) ID(key template.Key) (string, error) {
	if key.Type == template.StackType {
		return template.StackGUID(i.stack), nil
	}
	name := fmt.Sprint(key)
	id, ok := i.had[name]
	if !ok {
		id = hash(i.operation + name)
	}
	i.used[name] = id
	return id, nil
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:12]
}
