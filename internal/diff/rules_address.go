package diff

import (
	"reflect"
	"slices"

	"cognito-m2m/naming"
)

// address is a property of which every URL of the resource is made. A resource that is replaced or removed with its
// address is stateful.
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
	{"mapping-address", typeMapping, []string{"DomainName"}, "the API goes to another custom domain", show},
	{"record-address", typeRecord, []string{"Name"}, "another DNS name, and the old one no longer resolves", show},
	{"issuer-type", typeUserPool, []string{"IssuerConfiguration", "Type"}, "the issuer of the tokens changes, and with it the addresses of discovery and keys", issuerType},
}

func (a address) rule() rule {
	return rule{a.name, []string{a.typeName}, func(c *change) []remark {
		if !c.both() {
			return nil
		}
		was, is := a.show(c.before.get(a.path...)), a.show(c.after.get(a.path...))
		if was == is {
			return nil
		}
		return remarks(Replaces, a.what+": "+was+" -> "+is)
	}}
}

// stagePath is what a stage adds to the API's own address: nothing, if it is the default one.
func stagePath(name any) string {
	if name == "$default" {
		return "/"
	}
	return "/" + show(name) + "/"
}

// mappingPath is where an API stands at its custom domain: at its root, unless there is a key.
func mappingPath(key any) string {
	if key == nil || key == "" || key == "(none)" {
		return "/"
	}
	return "/" + show(key) + "/"
}

// issuerType is the type of a pool's issuer; a pool that is told none has the original one.
func issuerType(value any) string {
	if value == nil {
		return "ORIGINAL"
	}
	return show(value)
}

// outputAddresses are the outputs that callers and m2m read an address from.
var outputAddresses = []string{naming.APIURLOutput, naming.IssuerOutput, naming.TokenEndpointOutput}

// addressOutputs compares them: what they say is what a caller is to use, whichever resource it comes from.
func addressOutputs(before, after *stack) []remark {
	var found []remark
	was, is := object(before.Body["Outputs"]), object(after.Body["Outputs"])
	for _, name := range outputAddresses {
		old, given := object(was[name])["Value"], object(is[name])["Value"]
		if old != nil && !reflect.DeepEqual(old, given) {
			found = slices.Concat(found, remarks(Changes, "the address for callers changes (output "+name+"): "+show(old)+" -> "+show(given)))
		}
	}
	return found
}
