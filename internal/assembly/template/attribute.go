package template

import "strings"

// Attribute works out what a reference to a resource gives: what Ref or Fn::GetAtt at the place
// come to. It returns false when there is no value because of a problem, which has been reported by
// then.
type Attribute func(at Place, r *Resource) (string, bool)

// GeneratedID is the id that AWS would generate.
func GeneratedID(at Place, r *Resource) (string, bool) { return r.ID(at) }

// ValueOf is the value of a property.
func ValueOf(property string) Attribute {
	return func(_ Place, r *Resource) (string, bool) { return r.Text(property) }
}

// NameFrom is the value of a property, or the name CloudFormation generates if the template leaves
// it out, of at most limit characters.
func NameFrom(property string, limit int) Attribute {
	return func(at Place, r *Resource) (string, bool) {
		if name, ok := r.Text(property); name != "" || !ok {
			return name, ok
		}
		return r.generatedName(at, limit)
	}
}

// ARNOf is an ARN in the stack's account and Region: the % in form stands for the part that name
// gives.
func ARNOf(service, form string, name Attribute) Attribute {
	return func(at Place, r *Resource) (string, bool) {
		text, ok := name(at, r)
		return r.Location().ARN(service, strings.Replace(form, "%", text, 1)), ok
	}
}

// Formed is a text in which % stands for what part gives, and {region} for the stack's Region.
func Formed(form string, part Attribute) Attribute {
	return func(at Place, r *Resource) (string, bool) {
		text, ok := part(at, r)
		form := strings.Replace(form, "{region}", r.Location().Region, 1)
		return strings.Replace(form, "%", text, 1), ok
	}
}

// Withheld is an attribute that AWS has and that is never given here.
func Withheld(reason string) Attribute {
	return func(at Place, _ *Resource) (string, bool) {
		at.invalid(LocalRuntime, "%s", reason)
		return "", false
	}
}

// Lowered is another attribute in lower case, for parts of host names.
func Lowered(a Attribute) Attribute {
	return func(at Place, r *Resource) (string, bool) {
		text, ok := a(at, r)
		return strings.ToLower(text), ok
	}
}
