package template_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// types are the resource types of these tests. AWS::Lambda::Function has a property of every shape.
var types = map[string]*template.Type{
	"AWS::CDK::Metadata": {Ref: template.GeneratedID},
	"AWS::Cognito::UserPool": {
		Properties: template.Properties{"IssuerConfiguration": template.Object(template.Properties{
			"Type": template.OneOf("ORIGINAL", "UPDATED"),
		})},
		Ref: template.GeneratedID,
	},
	"AWS::Logs::LogGroup": named("logs", "log-group:%:*", template.NameFrom("LogGroupName", 512), "LogGroupName"),
	"AWS::SQS::Queue":     named("sqs", "%", template.NameFrom("QueueName", 80), "QueueName"),
	"AWS::Lambda::Function": {
		Properties: template.Properties{
			"FunctionName":  template.Text().Like(`^[A-Za-z0-9_-]{1,64}$`),
			"PackageType":   template.OneOf("Zip", "Image").Only("Zip"),
			"MemorySize":    template.Whole(128, 10240),
			"Rate":          template.Number(),
			"Traced":        template.Flag(),
			"Architectures": template.Texts().AtMost(1),
			"Environment":   template.Object(template.Properties{"Variables": template.MapOf(template.Text())}),
			"Code":          template.Object(template.Properties{"S3Key": template.Text(), "ZipFile": template.NoEffect()}),
			"Image":         template.Object(template.Properties{"Uri": template.Text().Must(), "Command": template.Text().NeededBy(template.Lambda).OrEmpty()}),
			"Role":          template.NoEffect().Must(),
			"Layers":        template.NotSimulated("layers are not simulated"),
		},
		Ref:        functionName,
		Attributes: map[string]template.Attribute{"Arn": template.ARNOf("lambda", "function:%", functionName)},
	},
	"AWS::IAM::User": {Attributes: map[string]template.Attribute{"Key": template.Withheld("a key is a secret")}},
}

var functionName = template.NameFrom("FunctionName", 64)

func named(service, form string, name template.Attribute, property string) *template.Type {
	return &template.Type{
		Properties: template.Properties{property: template.Text()},
		Ref:        name,
		Attributes: map[string]template.Attribute{"Arn": template.ARNOf(service, form, name)},
	}
}

// evaluated is what the templates of some stacks come to.
type evaluated struct {
	Outputs []template.Output
	Values  map[string]template.Values // of the pools and functions, by logical id
}

// hasValues says of which types the values are asked for.
func hasValues(typeName string) bool {
	return typeName == "AWS::Cognito::UserPool" || typeName == "AWS::Lambda::Function"
}

// resolveWith evaluates the templates, which are JSON, as stacks that are bound to a Region.
func resolveWith(t *testing.T, templates map[string]string, ids template.IDs) (evaluated, []template.Problem) {
	t.Helper()
	var stacks []template.Stack
	for name, text := range templates {
		stack := template.Stack{Name: name, Region: "eu-west-1", Paths: map[string]string{"Thing": "dev/" + name + "/Thing/Resource"}}
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&stack.Body); err != nil {
			t.Fatal(err)
		}
		stacks = append(stacks, stack)
	}
	slices.SortFunc(stacks, func(a, b template.Stack) int { return strings.Compare(a.Name, b.Name) })
	e := template.Evaluate(stacks, template.Options{
		AccountID: "123456789012", IDs: ids,
		Types: func(name string) *template.Type { return types[name] },
		Read:  hasValues,
	})
	found := evaluated{Values: map[string]template.Values{}}
	for r := range e.Resources() {
		if source := r.Source(); hasValues(source.Type) {
			found.Values[source.LogicalID] = r.Values()
		}
	}
	e.StackIDs()
	found.Outputs = e.Outputs()
	templatetest.WantRefuser(t, e.Problems())
	return found, e.Problems()
}

func resolveStage(t *testing.T, templates map[string]string) (evaluated, []template.Problem) {
	t.Helper()
	return resolveWith(t, templates, templatetest.IDs{})
}

// resolveOne evaluates the template of one stack, App.
func resolveOne(t *testing.T, text string) (evaluated, []template.Problem) {
	t.Helper()
	return resolveStage(t, map[string]string{"App": text})
}

func resolveTwice(t *testing.T, text string) {
	t.Helper()
	first, firstProblems := resolveOne(t, text)
	second, secondProblems := resolveOne(t, text)
	if diff := cmp.Diff(first, second) + cmp.Diff(firstProblems, secondProblems); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
}

// output returns the value of an output, and fails the test if there is none.
func output(t *testing.T, found evaluated, key string) string {
	t.Helper()
	for _, o := range found.Outputs {
		if o.Key == key {
			return o.Value
		}
	}
	t.Fatalf("there is no output %s, only %v", key, found.Outputs)
	return ""
}
