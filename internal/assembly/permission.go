package assembly

import (
	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/lambdapolicy"
)

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
		Resource: r.Source(),
		Statement: lambdapolicy.Statement{
			Principal:     v.Text("Principal"),
			Action:        v.Text("Action"),
			SourceARN:     v.Text("SourceArn"),
			SourceAccount: v.Text("SourceAccount"),
		},
	}
	p.FunctionARN, p.Qualifier = cutQualifier(functionARNOf(r.Location(), v.Text("FunctionName")))
	b.model.Permissions = append(b.model.Permissions, p)
}
