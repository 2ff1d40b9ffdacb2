package template

import (
	"slices"
	"strings"

	"cognito-m2m/internal/partition"
)

// Type says everything about one type of resource that evaluating a template takes: what its
// properties are, and what Ref and Fn::GetAtt give. Of a type that plays no part in a run only the
// properties that these need are listed, as long as nothing asks for Resource.Values.
type Type struct {
	Properties Properties
	Ref        Attribute // nil if it is not known
	Attributes map[string]Attribute
	// Other makes the attributes that are not in Attributes. It is nil for a type that has no
	// others.
	Other func(name string) Attribute
}

// Resource is one entry of a template's Resources section.
type Resource struct {
	scope       *scope
	logicalID   string
	typeName    string
	typ         *Type // nil for a type that is not known
	declaration map[string]any
	declared    map[string]any  // the Properties
	values      []propertyValue // of all of these, by name
	read        Values          // nil until they are asked for
	generated   cell
}

// propertyValue is what a property comes to.
type propertyValue struct {
	name string
	cell
}

func newResource(at Place, declaration map[string]any) *Resource {
	r := &Resource{scope: at.scope, logicalID: at.logicalID, declaration: declaration}
	r.typeName, _ = declaration["Type"].(string)
	if r.typeName == "" {
		at.field("Type").invalid(CloudFormation, "the resource has no type")
	}
	r.typ = at.scope.evaluation.typeNamed(r.typeName)
	if node, ok := declaration["Properties"]; ok {
		r.declared, _ = at.scope.object(at, node)
	}
	r.values = make([]propertyValue, 0, len(r.declared))
	for name := range r.declared {
		r.values = append(r.values, propertyValue{name: name})
	}
	slices.SortFunc(r.values, func(a, b propertyValue) int { return strings.Compare(a.name, b.name) })
	return r
}

// Metadata is what the resource's Metadata says under a key, as the template has it; nil if it says
// nothing.
func (r *Resource) Metadata(key string) any {
	metadata, _ := r.declaration["Metadata"].(map[string]any)
	return metadata[key]
}

func (r *Resource) place() Place { return Place{scope: r.scope, logicalID: r.logicalID} }

// Source says where the resource comes from.
func (r *Resource) Source() Source { return r.place().source() }

// Location is where the resource's stack is deployed.
func (r *Resource) Location() partition.Place { return r.scope.location }

// Beside reports whether the resource's template has a resource of a type, included or not.
func (r *Resource) Beside(typeName string) bool {
	for _, other := range r.scope.resources {
		if other.typeName == typeName {
			return true
		}
	}
	return false
}

// Reference is what Ref gives; after a problem it is not whole.
func (r *Resource) Reference() string { return r.Get(r.typ.Ref) }

// Attribute is what Fn::GetAtt gives for an attribute of the resource's type; after a problem it is
// not whole.
func (r *Resource) Attribute(name string) string { return r.Get(r.typ.Attributes[name]) }

// Get is what any attribute comes to for the resource; after a problem it is not whole.
func (r *Resource) Get(a Attribute) string {
	text, _ := a(r.place(), r)
	return text
}

func (r *Resource) included() (result, ok bool) { return r.scope.included(r.place(), r.declaration) }

// Property reads one property, as Values has it: nil and true if the template leaves it out, false
// after a problem.
func (r *Resource) Property(name string) (any, bool) {
	i, ok := slices.BinarySearchFunc(r.values, name, func(p propertyValue, name string) int { return strings.Compare(p.name, name) })
	if !ok {
		return nil, true
	}
	at := r.place().field(name)
	value, ok := r.values[i].get(at, func() (any, bool) {
		return r.scope.read(at, r.typ.Properties[name], r.declared[name])
	})
	if value == (noValue{}) {
		value = nil
	}
	return value, ok
}

// Text reads a text property; it is empty if the template leaves it out.
func (r *Resource) Text(name string) (string, bool) {
	value, ok := r.Property(name)
	text, _ := value.(string)
	return text, ok
}

// Values reads every property the template gives, reporting those the type does not have and those
// that are missing.
func (r *Resource) Values() Values {
	if r.read == nil {
		r.read = r.readValues()
	}
	return r.read
}

func (r *Resource) readValues() Values {
	v := make(Values, 0, len(r.declared))
	for i := range r.values {
		name := r.values[i].name
		if _, known := r.typ.Properties[name]; !known {
			r.place().field(name).unsupported("the property %s of %s is not simulated, and not known to be without effect",
				name, r.typeName)
			continue
		}
		if value, ok := r.Property(name); ok && value != nil {
			v = append(v, namedValue{name, value})
		}
	}
	r.typ.Properties.complete(r.place(), func(name string) bool {
		_, isThere := r.declared[name]
		value, ok := r.Property(name)
		return isThere && (!ok || value != nil || r.typ.Properties[name].shape == anything)
	})
	return v
}

// Described is a resource as CloudFormation sees it.
type Described struct {
	Source

	Reference string // what Ref gives
	// Generation is another one if CloudFormation replaces the resource. What Ref gives can stay.
	Generation string
	// Properties are those that the template gives, with no intrinsic left in them. Numbers are
	// json.Number.
	Properties map[string]any
	// Attributes are what Fn::GetAtt gives for those attributes that the template refers to.
	Attributes map[string]string
	// DependsOn are the logical ids of the resources that it refers to or names, sorted.
	DependsOn                           []string
	DeletionPolicy, UpdateReplacePolicy string // empty if the template leaves them out
}

// Describe evaluates every property, also those that play no part in a run.
func (r *Resource) Describe() Described {
	d := Described{Source: r.Source(), Properties: map[string]any{}, Attributes: map[string]string{}}
	if r.typ.Ref != nil {
		d.Reference = r.Reference()
	}
	d.Generation, _ = r.ID(r.place())
	if resolved, ok := r.scope.resolve(r.place(), r.declared); ok {
		d.Properties, _ = resolved.(map[string]any)
	}
	for name := range r.scope.attributesOf(r.logicalID) {
		if value, ok := r.scope.getAtt(r.place(), []any{r.logicalID, name}); ok {
			d.Attributes[name], _ = value.(string)
		}
	}
	for _, name := range r.dependencies() {
		if other, isResource := r.scope.resources[name]; isResource {
			if included, ok := other.included(); included && ok {
				d.DependsOn = append(d.DependsOn, name)
			}
		}
	}
	d.DeletionPolicy = r.policy("DeletionPolicy")
	d.UpdateReplacePolicy = r.policy("UpdateReplacePolicy")
	return d
}

// attributesOf are the names of the attributes of a resource that the template refers to.
func (s *scope) attributesOf(logicalID string) set {
	if s.attributes == nil {
		s.attributes = map[string]set{}
		s.findAttributes(s.Body["Resources"])
		s.findAttributes(s.Body["Outputs"])
	}
	return s.attributes[logicalID]
}

func (s *scope) findAttributes(node any) {
	switch node := node.(type) {
	case map[string]any:
		if name, argument, ok := intrinsic(node); ok {
			s.findAttribute(name, argument)
		}
		for _, value := range node {
			s.findAttributes(value)
		}
	case []any:
		for _, item := range node {
			s.findAttributes(item)
		}
	}
}

// findAttribute looks at one intrinsic. An attribute whose name is made by another one is left out.
func (s *scope) findAttribute(intrinsic string, argument any) {
	parts, _ := argument.([]any)
	text, isText := argument.(string)
	switch {
	case intrinsic == "Fn::GetAtt" && isText:
		s.addAttribute(text)
	case intrinsic == "Fn::GetAtt" && len(parts) == 2:
		logicalID, _ := parts[0].(string)
		name, _ := parts[1].(string)
		s.addAttribute(logicalID + "." + name)
	case intrinsic == "Fn::Sub":
		if !isText && len(parts) > 0 {
			text, _ = parts[0].(string)
		}
		for _, match := range subVariable.FindAllStringSubmatch(text, -1) {
			s.addAttribute(match[1])
		}
	}
}

func (s *scope) addAttribute(reference string) {
	logicalID, name, _ := strings.Cut(reference, ".")
	if _, isResource := s.resources[logicalID]; !isResource || name == "" {
		return
	}
	if s.attributes[logicalID] == nil {
		s.attributes[logicalID] = set{}
	}
	s.attributes[logicalID].add(name)
}

// policy may be an intrinsic, as recorded from AWS: localstack/localstack 8b9a79f0,
// tests/aws/services/cloudformation/engine, test_deletion_policy and test_update_policy
// (23 January 2026).
func (r *Resource) policy(name string) string {
	node, given := r.declaration[name]
	if !given {
		return ""
	}
	text, _ := r.scope.resolveText(r.place().field(name), name, node)
	return text
}
