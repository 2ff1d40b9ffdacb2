package cloudformation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/cloudformation/engine"
)

type getTemplateResult struct {
	Body   string   `xml:"TemplateBody"`
	Stages []string `xml:"StagesAvailable>member"`
}

// getTemplate returns a template as it was uploaded, in both stages.
//
// Parity: CloudFormation: processed templates
//
// Parity: CloudFormation: a template in review
func (r request) getTemplate() (any, error) {
	result, stack := &getTemplateResult{Stages: []string{"Original", "Processed"}}, r.form.Get("StackName")
	if r.form.Has("ChangeSetName") {
		if stack == "" && !strings.HasPrefix(r.form.Get("ChangeSetName"), "arn:") {
			return nil, invalid("StackName is a required parameter.")
		}
		return result, r.changeSet(func(_ *engine.Stack, set *engine.ChangeSet) { result.Body = set.Template.Text })
	}
	if stack == "" {
		return nil, invalid("StackName is required if ChangeSetName is not specified.")
	}
	found := r.Engine.View(r.in, stack, func(s *engine.Stack) {
		if s.Template != nil {
			result.Body = s.Template.Text
		}
	})
	if !found {
		return nil, unknownStack(stack)
	}
	return result, nil
}

// declaredParameter is a parameter as a template declares it.
type declaredParameter struct {
	Key         string  `xml:"ParameterKey"`
	Default     *string `xml:"DefaultValue"`
	Type        string  `xml:"ParameterType,omitempty"`
	NoEcho      bool    `xml:"NoEcho"`
	Description string  `xml:"Description,omitempty"`
}

func declaredParameters(body map[string]any) (all []declaredParameter) {
	declared, _ := body["Parameters"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(declared)) {
		declaration, _ := declared[key].(map[string]any)
		p := declaredParameter{Key: key, NoEcho: fmt.Sprint(declaration["NoEcho"]) == "true"}
		p.Type, _ = declaration["Type"].(string)
		p.Description, _ = declaration["Description"].(string)
		if value, ok := declaration["Default"]; ok {
			text := fmt.Sprint(value)
			p.Default = &text
		}
		all = append(all, p)
	}
	return all
}

// parameterElements is in the answer even if it is empty.
type parameterElements struct {
	Members []declaredParameter `xml:"member"`
}

type templateSummaryResult struct {
	Parameters    parameterElements  `xml:"Parameters"`
	Description   string             `xml:"Description,omitempty"`
	ResourceTypes []string           `xml:"ResourceTypes>member"`
	Version       string             `xml:"Version"`
	Metadata      string             `xml:"Metadata,omitempty"`
	Transforms    []string           `xml:"DeclaredTransforms>member"`
	Identifiers   []identifierByType `xml:"ResourceIdentifierSummaries>member"`
}

type identifierByType struct {
	Type       string   `xml:"ResourceType"`
	LogicalIDs []string `xml:"LogicalResourceIds>member"`
}

// getTemplateSummary says what is in a template.
//
// Parity: CloudFormation: template summaries
func (r request) getTemplateSummary() (any, error) {
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	result := &templateSummaryResult{Parameters: parameterElements{declaredParameters(body)}, Version: "2010-09-09"}
	result.Description, _ = body["Description"].(string)
	if body["Metadata"] != nil {
		result.Metadata = template.JSON(body["Metadata"])
	}
	byType := map[string][]string{}
	resources, _ := body["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		declaration, _ := resources[id].(map[string]any)
		typeName, _ := declaration["Type"].(string)
		byType[typeName] = append(byType[typeName], id)
	}
	for _, typeName := range slices.Sorted(maps.Keys(byType)) {
		result.ResourceTypes = append(result.ResourceTypes, typeName)
		result.Identifiers = append(result.Identifiers, identifierByType{typeName, byType[typeName]})
	}
	if transform, ok := body["Transform"].(string); ok {
		result.Transforms = []string{transform}
	}
	return result, nil
}

// body is the template that a request is about.
func (r request) body() (map[string]any, error) {
	if stack := r.form.Get("StackName"); stack != "" {
		var text string
		var review bool
		if err := r.view(func(s *engine.Stack) {
			if review = s.Template == nil; !review {
				text = s.Template.Text
			}
		}); err != nil {
			return nil, unknownStack(stack)
		}
		if review {
			return nil, invalid("GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.")
		}
		return engine.Body(text)
	}
	return r.Engine.Read(r.ctx, inputOf(r.form))
}

type validateTemplateResult struct {
	Parameters  parameterElements `xml:"Parameters"`
	Description string            `xml:"Description,omitempty"`
}

// validateTemplate refuses a template that is wrong as such.
func (r request) validateTemplate() (any, error) {
	body, err := r.body()
	if err != nil {
		return nil, err
	}
	result := &validateTemplateResult{}
	result.Description, _ = body["Description"].(string)
	for _, p := range declaredParameters(body) {
		p.Type = ""
		result.Parameters.Members = append(result.Parameters.Members, p)
	}
	return result, nil
}
