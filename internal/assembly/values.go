package assembly

// values are the properties of a resource after reading: each has the type its schema gives, or is not there. Asking
// for one that is not there gives the zero value.
type values map[string]any

func (v values) text(name string) string {
	text, _ := v[name].(string)
	return text
}

func (v values) flag(name string) bool {
	flag, _ := v[name].(bool)
	return flag
}

func (v values) optionalText(name string) *string {
	if text, ok := v[name].(string); ok {
		return &text
	}
	return nil
}

// whole returns the number called name, or otherwise if it is not there.
func (v values) whole(name string, otherwise int) int {
	if number, ok := v[name].(int); ok {
		return number
	}
	return otherwise
}

func (v values) optionalWhole(name string) *int {
	if number, ok := v[name].(int); ok {
		return &number
	}
	return nil
}

func (v values) optionalNumber(name string) *float64 {
	if number, ok := v[name].(float64); ok {
		return &number
	}
	return nil
}

func (v values) texts(name string) []string {
	items, _ := v[name].([]any)
	texts := make([]string, 0, len(items))
	for _, item := range items {
		if text, ok := item.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func (v values) object(name string) values {
	object, _ := v[name].(values)
	return object
}

func (v values) objects(name string) []values {
	items, _ := v[name].([]any)
	objects := make([]values, 0, len(items))
	for _, item := range items {
		if object, ok := item.(values); ok {
			objects = append(objects, object)
		}
	}
	return objects
}

// textMap returns an object whose values are all texts.
func (v values) textMap(name string) map[string]string {
	texts := map[string]string{}
	for key, value := range v.object(name) {
		if text, ok := value.(string); ok {
			texts[key] = text
		}
	}
	return texts
}
