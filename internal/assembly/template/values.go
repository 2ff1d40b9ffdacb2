package template

// Values are the properties of a resource after reading: each has the type its schema gives, or is not there. Asking
// for one that is not there gives the zero value.
type Values map[string]any

func (v Values) Text(name string) string {
	text, _ := v[name].(string)
	return text
}

func (v Values) Flag(name string) bool {
	flag, _ := v[name].(bool)
	return flag
}

func (v Values) OptionalText(name string) *string {
	if text, ok := v[name].(string); ok {
		return &text
	}
	return nil
}

// Whole returns the number called name, or otherwise if it is not there.
func (v Values) Whole(name string, otherwise int) int {
	if number, ok := v[name].(int); ok {
		return number
	}
	return otherwise
}

func (v Values) OptionalWhole(name string) *int {
	if number, ok := v[name].(int); ok {
		return &number
	}
	return nil
}

func (v Values) OptionalNumber(name string) *float64 {
	if number, ok := v[name].(float64); ok {
		return &number
	}
	return nil
}

func (v Values) Texts(name string) []string {
	items, _ := v[name].([]any)
	texts := make([]string, 0, len(items))
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func (v Values) Object(name string) Values {
	object, _ := v[name].(Values)
	return object
}

func (v Values) Objects(name string) []Values {
	items, _ := v[name].([]any)
	objects := make([]Values, 0, len(items))
	for _, item := range items {
		if object, ok := item.(Values); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// TextMap returns an object whose values are all texts.
func (v Values) TextMap(name string) map[string]string {
	texts := map[string]string{}
	for key, value := range v.Object(name) {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}
