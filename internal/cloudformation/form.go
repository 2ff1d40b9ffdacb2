package cloudformation

import (
	"net/url"
	"strconv"
	"strings"

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

// inputOf is what a request says of a stack that is to be made or changed.
func inputOf(form url.Values) engine.Input {
	input := engine.Input{
		StackName: form.Get("StackName"), Text: form.Get("TemplateBody"), URL: form.Get("TemplateURL"),
		UsePrevious: flag(form, "UsePreviousTemplate"), OnFailure: form.Get("OnFailure"),
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
