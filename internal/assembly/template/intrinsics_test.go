package template_test

import (
	"fmt"
	"strings"
	"testing"

	"cognito-m2m/internal/assembly/template"
)

// surroundings is a template with something for every intrinsic to refer to; %s is the value of the
// output Out.
const surroundings = `{
	%s
	"Parameters": {
		"Name": {"Type": "String", "Default": "reader"},
		"Index": {"Type": "Number", "Default": 1},
		"Zones": {"Type": "CommaDelimitedList", "Default": "a, b,c"},
		"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk-bootstrap/version"}
	},
	"Mappings": {"Sizes": {"eu-west-1": {"small": "s1", "list": ["x", "y"]}}},
	"Conditions": {
		"Yes": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
		"No": {"Fn::Not": [{"Condition": "Yes"}]},
		"Both": {"Fn::And": [{"Condition": "Yes"}, {"Condition": "No"}]},
		"Either": {"Fn::Or": [{"Condition": "No"}, {"Condition": "Yes"}]},
		"Numbers": {"Fn::Equals": [1, "1"]}
	},
	"Resources": {
		"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/echo"}},
		"Never": {"Type": "AWS::Logs::LogGroup", "Condition": "No"},
		"Self": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Ref": "Self"}}}
	},
	"Outputs": {"Out": {"Value": %s}}
}`

func TestIntrinsics(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ value, want string }{
		"literal text":                 {`"plain"`, "plain"},
		"number as it is written":      {`1.10`, "1.10"},
		"boolean":                      {`true`, "true"},
		"ref to parameter":             {`{"Ref": "Name"}`, "reader"},
		"ref to number parameter":      {`{"Ref": "Index"}`, "1"},
		"ref to resource":              {`{"Ref": "Logs"}`, "/echo"},
		"region":                       {`{"Ref": "AWS::Region"}`, "eu-west-1"},
		"account":                      {`{"Ref": "AWS::AccountId"}`, "123456789012"},
		"partition":                    {`{"Ref": "AWS::Partition"}`, "aws"},
		"url suffix":                   {`{"Ref": "AWS::URLSuffix"}`, "amazonaws.com"},
		"stack name":                   {`{"Ref": "AWS::StackName"}`, "App"},
		"stack id":                     {`{"Fn::Select": [5, {"Fn::Split": [":", {"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}]}]}`, "stack"},
		"get attribute, list":          {`{"Fn::GetAtt": ["Logs", "Arn"]}`, "arn:aws:logs:eu-west-1:123456789012:log-group:/echo:*"},
		"get attribute, text":          {`{"Fn::GetAtt": "Logs.Arn"}`, "arn:aws:logs:eu-west-1:123456789012:log-group:/echo:*"},
		"join":                         {`{"Fn::Join": ["-", ["a", 1, true, {"Ref": "Name"}]]}`, "a-1-true-reader"},
		"join of nothing":              {`{"Fn::Join": ["-", []]}`, ""},
		"join of a list parameter":     {`{"Fn::Join": ["+", {"Ref": "Zones"}]}`, "a+b+c"},
		"join leaves no value out":     {`{"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, "b"]]}`, "a-b"},
		"join of notification arns":    {`{"Fn::Join": [",", {"Ref": "AWS::NotificationARNs"}]}`, ""},
		"sub":                          {`{"Fn::Sub": "${Name} in ${AWS::Region}"}`, "reader in eu-west-1"},
		"sub of an attribute":          {`{"Fn::Sub": "${Logs.Arn}"}`, "arn:aws:logs:eu-west-1:123456789012:log-group:/echo:*"},
		"sub of a literal":             {`{"Fn::Sub": "${!Name} is ${Name}"}`, "${Name} is reader"},
		"sub with variables":           {`{"Fn::Sub": ["${A}/${Name}", {"A": {"Ref": "Index"}, "Name": "own"}]}`, "1/own"},
		"sub without variables":        {`{"Fn::Sub": "$Name {Name} $"}`, "$Name {Name} $"},
		"sub does not look twice":      {`{"Fn::Sub": ["${A}", {"A": "${Name}"}]}`, "${Name}"},
		"select":                       {`{"Fn::Select": [1, ["a", "b"]]}`, "b"},
		"select by text":               {`{"Fn::Select": ["1", ["a", "b"]]}`, "b"},
		"select by parameter":          {`{"Fn::Select": [{"Ref": "Index"}, {"Ref": "Zones"}]}`, "b"},
		"split":                        {`{"Fn::Join": ["|", {"Fn::Split": [",", "a,b,,c"]}]}`, "a|b||c"},
		"if true":                      {`{"Fn::If": ["Yes", "y", "n"]}`, "y"},
		"if false":                     {`{"Fn::If": ["No", "y", "n"]}`, "n"},
		"if does not look at the rest": {`{"Fn::If": ["Yes", "y", {"Ref": "Nothing"}]}`, "y"},
		"and":                          {`{"Fn::If": ["Both", "y", "n"]}`, "n"},
		"or":                           {`{"Fn::If": ["Either", "y", "n"]}`, "y"},
		"equals of number and text":    {`{"Fn::If": ["Numbers", "y", "n"]}`, "y"},
		"find in map":                  {`{"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "small"]}`, "s1"},
		"find a list in map":           {`{"Fn::Select": [1, {"Fn::FindInMap": ["Sizes", "eu-west-1", "list"]}]}`, "y"},
		"base64":                       {`{"Fn::Base64": {"Ref": "Name"}}`, "cmVhZGVy"},
		"availability zones":           {`{"Fn::Select": [0, {"Fn::GetAZs": ""}]}`, "eu-west-1a"},
		"zones of another region":      {`{"Fn::Select": [0, {"Fn::GetAZs": "us-east-1"}]}`, "us-east-1a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, _ := resolveOne(t, fmt.Sprintf(surroundings, "", test.value))
			if got := output(t, model, "Out"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestIntrinsicProblems(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		value, want string
		by          template.Refuser
	}{
		"ref to nothing":                {`{"Ref": "Nothing"}`, `names "Nothing"`, template.CloudFormation},
		"ref to a left-out resource":    {`{"Ref": "Never"}`, "the condition No leaves out", template.CloudFormation},
		"ref to a stored parameter":     {`{"Ref": "Version"}`, "SSM Parameter Store", template.LocalRuntime},
		"ref of no name":                {`{"Ref": ["Name"]}`, "Ref takes a name, not a list", template.CloudFormation},
		"unknown pseudo parameter":      {`{"Ref": "AWS::Moon"}`, "not a pseudo parameter", template.CloudFormation},
		"attribute of nothing":          {`{"Fn::GetAtt": ["Nothing", "Arn"]}`, `names "Nothing"`, template.CloudFormation},
		"unknown attribute":             {`{"Fn::GetAtt": ["Logs", "Moon"]}`, "no attribute Moon", template.LocalRuntime},
		"attribute without name":        {`{"Fn::GetAtt": "Logs"}`, "takes a logical id and the name", template.CloudFormation},
		"a list where a text is needed": {`{"Ref": "Zones"}`, "an output takes a text, not a list", template.CloudFormation},
		"no value as an output":         {`{"Ref": "AWS::NoValue"}`, "AWS::NoValue", template.CloudFormation},
		"null":                          {`null`, "null is not allowed", template.CloudFormation},
		"join of a text":                {`{"Fn::Join": ["", "abc"]}`, "takes a list, not a text", template.CloudFormation},
		"join of lists":                 {`{"Fn::Join": ["", [["a"]]]}`, "item 0 is a list", template.CloudFormation},
		"join without list":             {`{"Fn::Join": "a"}`, "list of 2 arguments", template.CloudFormation},
		"sub of nothing":                {`{"Fn::Sub": "${Nothing}"}`, `names "Nothing"`, template.CloudFormation},
		"sub with an unused variable":   {`{"Fn::Sub": ["${A}", {"A": "a", "B": {"Ref": "Nothing"}}]}`, `names "Nothing"`, template.CloudFormation},
		"sub of a strange name":         {`{"Fn::Sub": "${a b}"}`, "write ${!a b}", template.CloudFormation},
		"sub of a number":               {`{"Fn::Sub": 1}`, "Fn::Sub takes", template.CloudFormation},
		"select outside":                {`{"Fn::Select": [2, ["a", "b"]]}`, "index 2 is outside the list, which has 2 items", template.CloudFormation},
		"select before":                 {`{"Fn::Select": [-1, ["a"]]}`, "index -1 is outside", template.CloudFormation},
		"select by word":                {`{"Fn::Select": ["x", ["a"]]}`, "not a whole number", template.CloudFormation},
		"split by nothing":              {`{"Fn::Split": ["", "a"]}`, "at least one character", template.CloudFormation},
		"split into too many": {
			`{"Fn::Join": ["", {"Fn::Split": [",", "` + strings.Repeat(",", 10_000) + `"]}]}`, "more than 10000 items",
			template.LocalRuntime,
		},
		"unknown condition":         {`{"Fn::If": ["Moon", "y", "n"]}`, "there is no condition Moon", template.CloudFormation},
		"condition as a value":      {`{"Fn::Equals": ["a", "a"]}`, "belongs in Conditions", template.CloudFormation},
		"resource of itself":        {`{"Ref": "Self"}`, "depends on itself", template.CloudFormation},
		"nothing in map":            {`{"Fn::FindInMap": ["Sizes", "eu-west-1", "large"]}`, "no Sizes / eu-west-1 / large", template.CloudFormation},
		"import of nothing":         {`{"Fn::ImportValue": "moon"}`, `no stack of this stage exports "moon"`, template.LocalRuntime},
		"transform":                 {`{"Fn::Transform": {"Name": "AWS::Include"}}`, "runs a macro", template.LocalRuntime},
		"unknown intrinsic":         {`{"Fn::Moon": []}`, "Fn::Moon is not an intrinsic", template.LocalRuntime},
		"intrinsic beside a key":    {`{"Fn::Join": ["", []], "Extra": 1}`, "an intrinsic must be the only key", template.Unknown},
		"length without extensions": {`{"Fn::Length": []}`, "needs `Transform: AWS::LanguageExtensions`", template.CloudFormation},
		"too deep": {
			strings.Repeat(`{"Fn::Base64": `, 300) + `"a"` + strings.Repeat("}", 300), "nested more than 200 deep",
			template.LocalRuntime,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, problems := resolveOne(t, fmt.Sprintf(surroundings, "", test.value))
			for _, o := range model.Outputs {
				if o.Key == "Out" {
					t.Errorf("got the value %q, want a problem", o.Value)
				}
			}
			for _, p := range problems {
				if strings.Contains(p.Error(), test.want) && p.RefusedBy == test.by {
					return
				}
			}
			t.Errorf("no problem says %q and that %s; got %v", test.want, test.by, problems)
		})
	}
}

func TestLanguageExtensions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ value, want string }{
		"length":         {`{"Fn::Length": {"Ref": "Zones"}}`, "3"},
		"json text":      {`{"Fn::ToJsonString": {"b": {"Ref": "Name"}, "a": [1.50, "<"]}}`, `{"a":[1.50,"<"],"b":"reader"}`},
		"default in map": {`{"Fn::FindInMap": ["Sizes", "moon", "small", {"DefaultValue": {"Ref": "Name"}}]}`, "reader"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, _ := resolveOne(t, fmt.Sprintf(surroundings, `"Transform": "AWS::LanguageExtensions",`, test.value))
			if got := output(t, model, "Out"); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A chain of outputs, each twice the one before, must end in a problem before it ends in a full
// memory.
func TestDoublingTextsEnd(t *testing.T) {
	t.Parallel()
	var outputs []string
	for i := 1; i <= 60; i++ {
		outputs = append(outputs, fmt.Sprintf(`"O%d": {"Export": {"Name": "e%d"}, "Value": {"Fn::Join": ["", [
			{"Fn::ImportValue": "e%d"}, {"Fn::ImportValue": "e%d"}]]}}`, i, i, i-1, i-1))
	}
	outputs = append(outputs, `"O0": {"Export": {"Name": "e0"}, "Value": "x"}`)
	_, problems := resolveOne(t, `{"Resources": {}, "Outputs": {`+strings.Join(outputs, ",")+`}}`)
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "more than 1048576 bytes") {
		t.Errorf("got %v, want one problem about the size", problems)
	}
}
