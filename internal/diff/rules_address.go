package diff

import (
	"cognito-m2m/internal/diff/change"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/userpool"
)

// address is a property of which every URL of the resource is made. A resource that is replaced or
// removed with its address is stateful.
type address struct {
	name     string
	typeName string
	path     []string
	what     string
	show     func(value any) string
}

var addresses = []address{
	{"stage-address", typeStage, []string{"StageName"}, "every URL of the API changes", stagePath},
	{"mapping-address", typeMapping, []string{"ApiMappingKey"}, "every URL at the custom domain changes", mappingPath},
	{"mapping-address", typeMapping, []string{"DomainName"}, "the API goes to another custom domain", change.Show},
	{"record-address", typeRecord, []string{"Name"}, "another DNS name, and the old one no longer resolves", change.Show},
	{"issuer-type", typeUserPool, []string{"IssuerConfiguration", "Type"}, "the issuer of the tokens changes, and with it the addresses of discovery and keys", issuerType},
}

func (a address) rule() rule {
	return rule{a.name, []string{a.typeName}, compared(func(before, after *change.Resource) []remark {
		was, is := a.show(before.Get(a.path...)), a.show(after.Get(a.path...))
		if was == is {
			return nil
		}
		return remarks(Replaces, a.what+": "+was+" -> "+is)
	})}
}

// stagePath is what a stage adds to the API's own address: nothing, if it is the default one.
func stagePath(name any) string {
	if name == httpapi.DefaultStage {
		return "/"
	}
	return "/" + change.Show(name) + "/"
}

// mappingPath is where an API stands at its custom domain: at its root, unless there is a key.
func mappingPath(key any) string {
	if key == nil || key == "" || key == "(none)" {
		return "/"
	}
	return "/" + change.Show(key) + "/"
}

// issuerType is the type of a pool's issuer; a pool that names none has the original one.
func issuerType(value any) string {
	if value == nil {
		return userpool.IssuerOriginal
	}
	return change.Show(value)
}
