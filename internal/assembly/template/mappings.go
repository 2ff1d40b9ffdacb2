package template

// checkMappings reports what CloudFormation refuses: a mapping has two levels of keys, and its
// values are plain. An intrinsic in one would be evaluated wherever the value is looked up
// (CloudFormation guide, "Mappings").
func (s *scope) checkMappings() {
	root := Place{scope: s, property: "Mappings"}
	for name, mapping := range ordered(s.mappings) {
		at := root.field(name)
		topLevel, _ := s.object(at, mapping)
		for key, node := range ordered(topLevel) {
			s.checkAttributes(at.field(key), node)
		}
	}
}

func (s *scope) checkAttributes(at Place, node any) {
	attributes, _ := s.object(at, node)
	for key, value := range ordered(attributes) {
		if !isPlain(value) {
			at.field(key).invalid(CloudFormation, "Every Mappings attribute must be a String or a List.")
		}
	}
}

// mapped looks a value of the mappings up.
func (s *scope) mapped(name, topLevel, key string) (any, bool) {
	mapping, _ := s.mappings[name].(map[string]any)
	attributes, _ := mapping[topLevel].(map[string]any)
	value, ok := attributes[key]
	return value, ok
}
