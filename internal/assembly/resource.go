package assembly

// resource is one entry of a template's Resources section.
type resource struct {
	scope       *scope
	logicalID   string
	typeName    string
	kind        *resourceType // nil for a type that is not known
	declaration map[string]any
	declared    map[string]any // the Properties
	values      map[string]*cell
	generated   cell
}

// resourceType says everything about one type of resource: what its properties are, what Ref and Fn::GetAtt give, and
// how it gets into the model.
type resourceType struct {
	properties properties
	ref        attribute
	attributes map[string]attribute
	// read adds the resource to the model. It is nil for a type that is known and not simulated: of such a type only
	// the properties that Ref or Fn::GetAtt need are listed, and the others are not looked at.
	read func(b *builder, r *resource, v values)
	// standIn says that the type is not known, so that any attribute is a stand-in.
	standIn bool
}

// attribute works out what a reference to the resource gives.
type attribute func(at place, r *resource) (any, bool)

func newResource(at place, declaration map[string]any) *resource {
	r := &resource{scope: at.scope, logicalID: at.logicalID, declaration: declaration, values: map[string]*cell{}}
	r.typeName, _ = declaration["Type"].(string)
	if r.typeName == "" {
		at.field("Type").invalid("the resource has no type")
	}
	r.kind = typeNamed(r.typeName)
	if accepts := at.scope.evaluation.options.Accepts; r.kind == nil && accepts != nil && accepts(r.typeName) {
		r.kind = acceptedType(r.typeName)
	}
	if node, ok := declaration["Properties"]; ok {
		r.declared, _ = at.scope.object(at, node)
	}
	for name := range r.declared {
		r.values[name] = &cell{}
	}
	return r
}

func (r *resource) place() place { return place{scope: r.scope, logicalID: r.logicalID} }

// source is what the model says about where the resource comes from.
func (r *resource) source() Resource {
	return r.place().resource(r.typeName)
}

// reference is what Ref gives, and empty after a problem.
func (r *resource) reference() string {
	text, _ := textOf(r.kind.ref, r.place(), r)
	return text
}

// attribute is what Fn::GetAtt gives for an attribute of the resource's type, and empty after a problem.
func (r *resource) attribute(name string) string {
	text, _ := textOf(r.kind.attributes[name], r.place(), r)
	return text
}

// name is the value of a property that names the resource, or a generated name, and empty after a problem.
func (r *resource) name(property string, limit int) string {
	text, _ := textOf(nameFrom(property, limit), r.place(), r)
	return text
}

func (r *resource) included() (result, ok bool) { return r.scope.included(r.place(), r.declaration) }

// property reads one property: nil and true if the template leaves it out, false after a problem.
func (r *resource) property(name string) (any, bool) {
	c, ok := r.values[name]
	if !ok {
		return nil, true
	}
	at := r.place().field(name)
	value, ok := c.get(at, func() (any, bool) {
		return r.scope.read(at, r.kind.properties[name], r.declared[name])
	})
	if value == (noValue{}) {
		value = nil
	}
	return value, ok
}

// text reads a text property; it is empty if the template leaves it out.
func (r *resource) text(name string) (string, bool) {
	value, ok := r.property(name)
	text, _ := value.(string)
	return text, ok
}

// readAll reads every property the template gives, reporting those the type does not have and those that are missing.
func (r *resource) readAll() values {
	v := values{}
	for name := range ordered(r.declared) {
		if _, ok := r.kind.properties[name]; !ok {
			r.place().field(name).unsupported("the property %s of %s is not simulated, and not known to be without effect",
				name, r.typeName)
			continue
		}
		if value, ok := r.property(name); ok && value != nil {
			v[name] = value
		}
	}
	for name, p := range ordered(r.kind.properties) {
		_, given := r.declared[name]
		value, ok := r.property(name)
		if p.kind == anything && given {
			continue // there, though its value is not looked at
		}
		if p.required && ok && value == nil {
			r.place().field(name).invalid("%s is required", name)
		}
	}
	return v
}
