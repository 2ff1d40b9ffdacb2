package cloudformation

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"cognito-m2m/internal/cloudformation/engine"
)

// texts are the items of a list of texts in a form, in their order.
func texts(form url.Values, list string) (items []string) {
	for i := 1; form.Has(member(list, i)); i++ {
		items = append(items, form.Get(member(list, i)))
	}
	return items
}

// objects are the items of a list of objects in a form, each as a form of its own.
func objects(form url.Values, list string) (items []url.Values) {
	for i := 1; ; i++ {
		item, prefix := url.Values{}, member(list, i)+"."
		for name, values := range form {
			if field, ok := strings.CutPrefix(name, prefix); ok {
				item[field] = values
			}
		}
		if len(item) == 0 {
			return items
		}
		items = append(items, item)
	}
}

func member(list string, i int) string { return list + ".member." + strconv.Itoa(i) }

func flag(form url.Values, name string) bool { return form.Get(name) == "true" }

func policyOf(form url.Values, name string) engine.PolicyInput {
	return engine.PolicyInput{Body: form.Get(name + "Body"), URL: form.Get(name + "URL")}
}

// What a stack may have of tags, in numbers and in characters.
const (
	maxTags     = 50
	maxTagKey   = 128
	maxTagValue = 256
)

// checkTags refuses tags that a stack can't have.
//
// Source: the API's model; the words about a value, szuecs/kube-static-egress-controller #35; about
// the reserved prefix, aws-quickstart/quickstart-examples #39.
//
// Parity: CloudFormation: words about tags
func checkTags(tags []url.Values) error {
	if len(tags) > maxTags {
		return invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", maxTags)
	}
	for i, tag := range tags {
		for _, part := range []struct {
			name, value string
			longest     int
		}{{"key", tag.Get("Key"), maxTagKey}, {"value", tag.Get("Value"), maxTagValue}} {
			if utf8.RuneCountInString(part.value) > part.longest {
				return invalid("1 validation error detected: Value '%s' at 'tags.%d.member.%s' failed to satisfy constraint: Member must have length less than or equal to %d", part.value, i+1, part.name, part.longest)
			}
		}
		if strings.HasPrefix(tag.Get("Key"), "aws:") {
			return invalid("aws: prefixed tag key names are not allowed for external use.")
		}
	}
	return nil
}

// inputOf is what a request says of a stack that is to be made or changed.
func inputOf(form url.Values) engine.Input {
	input := engine.Input{
		StackName: form.Get("StackName"), Text: form.Get("TemplateBody"), URL: form.Get("TemplateURL"),
		UsePrevious: flag(form, "UsePreviousTemplate"), OnFailure: form.Get("OnFailure"),
		ResourceTypes: texts(form, "ResourceTypes"), Policy: policyOf(form, "StackPolicy"), PolicyDuring: policyOf(form, "StackPolicyDuringUpdate"),
		RetainExceptOnCreate: flag(form, "RetainExceptOnCreate"), Protected: flag(form, "EnableTerminationProtection"),
		Token: form.Get("ClientRequestToken"),
		Settings: engine.Settings{
			Capabilities: texts(form, "Capabilities"), NotificationARNs: texts(form, "NotificationARNs"),
			RoleARN: form.Get("RoleARN"), DisableRollback: flag(form, "DisableRollback"),
		},
	}
	if input.OnFailure == "" && input.Settings.DisableRollback {
		input.OnFailure = "DO_NOTHING"
	}
	for _, p := range objects(form, "Parameters") {
		input.Parameters = append(input.Parameters, engine.GivenParameter{
			Key: p.Get("ParameterKey"), Value: p.Get("ParameterValue"), UsePrevious: flag(p, "UsePreviousValue"),
		})
	}
	for _, tag := range objects(form, "Tags") {
		if input.Tags == nil {
			input.Tags = map[string]string{}
		}
		input.Tags[tag.Get("Key")] = tag.Get("Value")
	}
	if input.Tags == nil && form.Has("Tags") {
		input.Tags = map[string]string{}
	}
	return input
}
