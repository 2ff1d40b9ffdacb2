package template_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// TestEveryProblemSaysWhoRefusesIt looks for places that report a problem and leave out who refuses
// it. What counts the problems that are not listed is none of them.
func TestEveryProblemSaysWhoRefusesIt(t *testing.T) {
	t.Parallel()
	sites := 0
	for _, pattern := range []string{"*.go", "../*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(node ast.Node) bool {
				if function, ok := node.(*ast.FuncDecl); ok && function.Name.Name == "unlisted" {
					return false
				}
				if says, isProblem := saysWhoRefuses(node); isProblem {
					if sites++; !says {
						t.Errorf("%s: who refuses it?", fset.Position(node.Pos()))
					}
				}
				return true
			})
		}
	}
	if sites < 5 {
		t.Errorf("found %d places: this test looks at nothing", sites)
	}
}

func saysWhoRefuses(node ast.Node) (says, isProblem bool) {
	literal, ok := node.(*ast.CompositeLit)
	if !ok {
		return false, false
	}
	typeName := literal.Type
	if selector, ok := typeName.(*ast.SelectorExpr); ok {
		typeName = selector.Sel
	}
	if name, ok := typeName.(*ast.Ident); !ok || name.Name != "Problem" {
		return false, false
	}
	for _, element := range literal.Elts {
		if field, ok := element.(*ast.KeyValueExpr); ok && field.Key.(*ast.Ident).Name == "RefusedBy" {
			return true, true
		}
	}
	return false, true
}

// TestRefusers: what a property may not be is refused by CloudFormation if the schema of its type
// says so, else by the service, and by the local runtime alone what it does not know.
func TestRefusers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		property, at, message string
		by                    template.Refuser
	}{
		"missing, by the schema":  {`"Image": {"Command": ""}`, "Image.Uri", "Uri is required", template.CloudFormation},
		"missing all the same":    {`"Image": {"Uri": "x"}`, "Image.Command", "Command is required", template.Lambda},
		"a list for a text":       {`"FunctionName": ["f"]`, "FunctionName", "a text is needed here", template.CloudFormation},
		"a text for a list":       {`"Architectures": "arm64"`, "Architectures", "a list is needed here", template.CloudFormation},
		"a text for an object":    {`"Code": "x"`, "Code", "an object is needed here", template.CloudFormation},
		"a list for a map":        {`"Environment": {"Variables": []}`, "Environment.Variables", "an object is needed here", template.CloudFormation},
		"a word for a number":     {`"Rate": "fast"`, "Rate", "a number of 0 or more", template.CloudFormation},
		"a negative number":       {`"Rate": -1`, "Rate", "a number of 0 or more", template.Lambda},
		"a fraction for a number": {`"MemorySize": 128.5`, "MemorySize", "a whole number from 128 to 10240", template.CloudFormation},
		"a number out of range":   {`"MemorySize": 64`, "MemorySize", "a whole number from 128 to 10240", template.Lambda},
		"a word for a boolean":    {`"Traced": "maybe"`, "Traced", "true or false", template.CloudFormation},
		"null":                    {`"Traced": null`, "Traced", "null is not allowed", template.CloudFormation},
		"too many items":          {`"Architectures": ["a", "b"]`, "Architectures", "2 items, and AWS allows 1", template.Lambda},
		"another value":           {`"PackageType": "Tar"`, "PackageType", "not one of Zip, Image", template.Lambda},
		"another form":            {`"FunctionName": "a b"`, "FunctionName", "does not match", template.Lambda},
		"an empty text":           {`"Image": {"Uri": "", "Command": ""}`, "Image.Uri", "the text is empty", template.Lambda},
		"a value not simulated":   {`"PackageType": "Image"`, "PackageType", "Image is not simulated; Zip is", template.LocalRuntime},
		"not simulated":           {`"Layers": []`, "Layers", "layers are not simulated", template.LocalRuntime},
		"not known":               {`"Moon": 1`, "Moon", "the property Moon of AWS::Lambda::Function is not simulated", template.LocalRuntime},
		"a value of a store":      {`"FunctionName": "{{resolve:ssm:x}}"`, "FunctionName", "not known here", template.LocalRuntime},
		"an intrinsic in a map":   {`"Environment": {"Variables": {"Fn::Sub": "x", "A": "y"}}`, "Environment.Variables", "is beside other keys", template.Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := resolveOne(t, `{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Role": "r", `+test.property+`}}}}`)
			if by := templatetest.WantProblem(t, problems, "F", test.at, test.message); by != test.by {
				t.Errorf("%s, want: %s", by, test.by)
			}
		})
	}
}

func TestServiceOfAType(t *testing.T) {
	t.Parallel()
	for typeName, want := range map[string]string{
		"AWS::Cognito::UserPool":      "Amazon Cognito refuses it",
		"AWS::ApiGatewayV2::Api":      "Amazon API Gateway refuses it",
		"AWS::Lambda::Function":       "AWS Lambda refuses it",
		"AWS::SecretsManager::Secret": "AWS Secrets Manager refuses it",
		"AWS::DynamoDB::Table":        "no source says who refuses it",
		"Custom::Cognito":             "no source says who refuses it",
		"":                            "no source says who refuses it",
	} {
		if got := template.ServiceOf(typeName).String(); got != want {
			t.Errorf("%s: %s, want %s", typeName, got, want)
		}
	}
}

// TestReasons: callers tell some problems apart without reading their messages.
func TestReasons(t *testing.T) {
	t.Parallel()
	const gone = `"Conditions": {"Never": {"Fn::Equals": ["a", "b"]}}, "Resources": {"Gone": {"Type": "AWS::Lambda::Function", "Condition": "Never"}, `
	for name, test := range map[string]struct {
		start, attributes, property string
		reason                      template.Reason
		missing                     string
	}{
		"a reference to nothing":        {"", "", `"FunctionName": {"Ref": "Nothing"}`, template.NoResource, "Nothing"},
		"an attribute of nothing":       {"", "", `"FunctionName": {"Fn::GetAtt": ["Nothing", "Arn"]}`, template.NoResource, "Nothing"},
		"what a condition leaves out":   {gone, "", `"FunctionName": {"Ref": "Gone"}`, template.NoResource, "Gone"},
		"after nothing":                 {"", `"DependsOn": "Nothing", `, "", template.NoResource, "Nothing"},
		"an import of nothing":          {"", "", `"FunctionName": {"Fn::ImportValue": "nothing"}`, template.NoExport, "nothing"},
		"a word for a number":           {"", "", `"Rate": "fast"`, template.NoValue, ""},
		"a word for a whole number":     {"", "", `"MemorySize": "much"`, template.NoValue, ""},
		"a word for a boolean":          {"", "", `"Traced": "maybe"`, template.NoValue, ""},
		"a number that is out of range": {"", "", `"MemorySize": 64`, 0, ""},
		"a list for a number":           {"", "", `"MemorySize": []`, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := cmp.Or(test.start, `"Resources": {`)
			_, problems := resolveOne(t, `{`+start+`"F": {"Type": "AWS::Lambda::Function", `+test.attributes+`"Properties": {"Role": "r"`+comma(test.property)+`}}}}`)
			if len(problems) != 1 || problems[0].Reason != test.reason || problems[0].Missing != test.missing {
				t.Errorf("got %+v, want one with the reason %d of %q", problems, test.reason, test.missing)
			}
		})
	}
}

func comma(property string) string {
	if property == "" {
		return ""
	}
	return ", " + property
}
