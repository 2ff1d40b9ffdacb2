package assembly

import (
	"slices"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/httpapi"
)

var authorizer = template.Type{
	Properties: template.Properties{
		"ApiId":          template.Text().Must(),
		"Name":           template.Text().Must().Like(`^.{1,128}$`),
		"AuthorizerType": template.OneOf(authorizationJWT, "REQUEST").Only(authorizationJWT).Must(),
		"IdentitySource": template.Texts().NeededBy(template.APIGateway),
		"JwtConfiguration": template.Object(template.Properties{
			"Issuer":   template.Text().NeededBy(template.APIGateway).Like(`^https://.+$`),
			"Audience": template.ListOf(template.Text().NeededBy(template.APIGateway)).NeededBy(template.APIGateway),
		}).NeededBy(template.APIGateway),
	},
	Ref:        template.GeneratedID,
	Attributes: map[string]template.Attribute{"AuthorizerId": template.GeneratedID},
}

func readAuthorizer(b *builder, r *template.Resource, v template.Values) {
	jwt := v.Object("JwtConfiguration")
	if audience, given := jwt["Audience"].([]any); given && len(audience) == 0 {
		b.fail(r.Source(), "JwtConfiguration.Audience", "the list is empty, and it must not be: give it a value")
	}
	a := Authorizer{
		Resource:       r.Source(),
		ID:             r.Reference(),
		Name:           v.Text("Name"),
		IdentitySource: v.Texts("IdentitySource"),
		Issuer:         jwt.Text("Issuer"),
		Audience:       jwt.Texts("Audience"),
	}
	b.attach(a.Resource, v.Text("ApiId"), func(api *API) { api.Authorizers = append(api.Authorizers, a) })
}

func (b *builder) checkAuthorizer(a Authorizer) {
	if len(a.Audience) > httpapi.MaxAudiences {
		b.fail(a.Resource, "JwtConfiguration.Audience", "%d audiences, and AWS allows %d on an authorizer",
			len(a.Audience), httpapi.MaxAudiences)
	}
	if _, err := httpapi.ParseIdentitySource(a.IdentitySource); err != nil && !slices.Contains(a.IdentitySource, "") {
		b.fail(a.Resource, "IdentitySource", "%v", err)
	}
}
