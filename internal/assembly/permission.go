package assembly

import (
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdapolicy"
)

// Permission is an AWS::Lambda::Permission, one statement in a function's resource policy.
type Permission struct {
	Resource

	FunctionARN   string // without qualifier
	Qualifier     string // the alias or version the permission is for, if it is not for the function as a whole
	Principal     string
	Action        string
	SourceARN     string // empty: from any source
	SourceAccount string // empty: of any account
}

var permission = template.Type{
	Properties: template.Properties{
		"FunctionName":          template.Text().Must(),
		"Action":                template.Text().Must(),
		"Principal":             template.Text().Must(),
		"SourceArn":             template.Text(),
		"SourceAccount":         template.Text(),
		"PrincipalOrgID":        template.NoEffect(),
		"EventSourceToken":      template.NoEffect(),
		"FunctionUrlAuthType":   template.NoEffect(),
		"InvokedViaFunctionUrl": template.NoEffect(),
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"Id": template.GeneratedID},
}

func readPermission(b *builder, r *template.Resource, v template.Values) {
	p := Permission{
		Resource:      r.Source(),
		Principal:     v.Text("Principal"),
		Action:        v.Text("Action"),
		SourceARN:     v.Text("SourceArn"),
		SourceAccount: v.Text("SourceAccount"),
	}
	p.FunctionARN, p.Qualifier = cutQualifier(functionARNOf(r.Location(), v.Text("FunctionName")))
	b.model.Permissions = append(b.model.Permissions, p)
}

func (p Permission) statement() lambdapolicy.Statement {
	return lambdapolicy.Statement{
		Principal: p.Principal, Action: p.Action, SourceARN: p.SourceARN, SourceAccount: p.SourceAccount,
	}
}
