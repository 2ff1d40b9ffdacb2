package assembly

import (
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/partition"
)

// functionARNOf completes the forms in which Lambda takes a function's name: name, name:alias,
// account:function:name, and the ARN itself.
func functionARNOf(l partition.Place, name string) string {
	switch {
	case name == "" || strings.HasPrefix(name, "arn:"):
		return name
	case strings.Contains(name, ":function:"):
		return "arn:" + partition.Of(l.Region) + ":lambda:" + l.Region + ":" + name
	}
	return l.ARN("lambda", "function:"+name)
}

// cutQualifier separates a function's ARN from the alias or version that may follow it.
//
// Parity: Assembly: aliases and versions of a function
func cutQualifier(arn string) (unqualified, qualifier string) {
	const parts = 7 // arn:aws:lambda:<Region>:<account>:function:<name>
	fields := strings.SplitN(arn, ":", parts+1)
	if len(fields) <= parts {
		return arn, ""
	}
	return strings.Join(fields[:parts], ":"), fields[parts]
}

var functionVersion = template.Type{
	Properties: template.Properties{"FunctionName": template.Text()},
	Ref:        qualifiedARN("1"),
	Attributes: map[string]template.Attribute{
		"Version": func(template.Place, *template.Resource) (string, bool) { return "1", true },
	},
}

var functionAlias = template.Type{
	Properties: template.Properties{"FunctionName": template.Text(), "Name": template.Text()},
	Ref: func(at template.Place, r *template.Resource) (string, bool) {
		name, ok := r.Text("Name")
		if !ok {
			return "", false
		}
		return qualifiedARN(name)(at, r)
	},
}

// qualifiedARN is the ARN of the function that FunctionName names, with a qualifier.
func qualifiedARN(qualifier string) template.Attribute {
	return func(_ template.Place, r *template.Resource) (string, bool) {
		name, ok := r.Text("FunctionName")
		return functionARNOf(r.Location(), name) + ":" + qualifier, ok
	}
}
