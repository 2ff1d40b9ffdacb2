package assembly

import "strings"

// generatedID is the id that AWS would generate.
func generatedID(at place, r *resource) (any, bool) { return r.id(at) }

// valueOf is the value of a property.
func valueOf(property string) attribute {
	return func(_ place, r *resource) (any, bool) { return r.text(property) }
}

// nameFrom is the value of a property, or the name CloudFormation generates if the template leaves it out.
func nameFrom(property string, limit int) attribute {
	return func(at place, r *resource) (any, bool) {
		if name, ok := r.text(property); name != "" || !ok {
			return name, ok
		}
		return r.generatedName(at, limit)
	}
}

// arnOf is an ARN in the stack's account and Region: the % in form stands for the part that name gives.
func arnOf(service, form string, name attribute) attribute {
	return func(at place, r *resource) (any, bool) {
		text, ok := textOf(name, at, r)
		return r.scope.arn(service, strings.Replace(form, "%", text, 1)), ok
	}
}

// formed is a text in which % stands for what part gives, and {region} for the stack's Region.
func formed(form string, part attribute) attribute {
	return func(at place, r *resource) (any, bool) {
		text, ok := textOf(part, at, r)
		form := strings.Replace(form, "{region}", r.scope.region, 1)
		return strings.Replace(form, "%", text, 1), ok
	}
}

// withheld is an attribute that AWS has and that is never given here.
func withheld(reason string) attribute {
	return func(at place, _ *resource) (any, bool) { return at.invalid("%s", reason) }
}

// lowered is another attribute in lower case, for parts of host names.
func lowered(a attribute) attribute {
	return func(at place, r *resource) (any, bool) {
		text, ok := textOf(a, at, r)
		return strings.ToLower(text), ok
	}
}

func textOf(a attribute, at place, r *resource) (string, bool) {
	value, ok := a(at, r)
	text, _ := value.(string)
	return text, ok
}
