package assembly

import (
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/userpool"
)

var userPool = template.Type{
	Properties: template.Properties{
		"UserPoolName":          template.Text().Like(`^[\w\s+=,.@-]{1,128}$`),
		"IssuerConfiguration":   template.Object(template.Properties{"Type": template.OneOf(userpool.IssuerOriginal, userpool.IssuerUpdated)}),
		"DeletionProtection":    template.OneOf("ACTIVE", "INACTIVE"),
		"UserPoolTier":          template.OneOf("LITE", "ESSENTIALS", "PLUS"),
		"MfaConfiguration":      template.OneOf("OFF", "ON", "OPTIONAL"),
		"LambdaConfig":          template.Object(userPoolTriggers),
		"UserPoolTags":          template.NoEffect(),
		"KeyConfiguration":      template.NoEffect(),
		"UserPoolAddOns":        template.NoEffect(),
		"AdminCreateUserConfig": template.NoEffect(),

		// The rest is about users, and a pool for client credentials has none.
		"AccountRecoverySetting":      template.NoEffect(),
		"AliasAttributes":             template.NoEffect(),
		"AutoVerifiedAttributes":      template.NoEffect(),
		"DeviceConfiguration":         template.NoEffect(),
		"EmailAuthenticationMessage":  template.NoEffect(),
		"EmailAuthenticationSubject":  template.NoEffect(),
		"EmailConfiguration":          template.NoEffect(),
		"EmailVerificationMessage":    template.NoEffect(),
		"EmailVerificationSubject":    template.NoEffect(),
		"EnabledMfas":                 template.NoEffect(),
		"Policies":                    template.NoEffect(),
		"Schema":                      template.NoEffect(),
		"SmsAuthenticationMessage":    template.NoEffect(),
		"SmsConfiguration":            template.NoEffect(),
		"SmsVerificationMessage":      template.NoEffect(),
		"UserAttributeUpdateSettings": template.NoEffect(),
		"UsernameAttributes":          template.NoEffect(),
		"UsernameConfiguration":       template.NoEffect(),
		"VerificationMessageTemplate": template.NoEffect(),
		"WebAuthnFactorConfiguration": template.NoEffect(),
		"WebAuthnRelyingPartyID":      template.NoEffect(),
		"WebAuthnUserVerification":    template.NoEffect(),
	},
	Ref: template.GeneratedID,
	Attributes: map[string]template.Attribute{
		"Arn":          template.ARNOf("cognito-idp", "userpool/%", template.GeneratedID),
		"ProviderName": providerName,
		"ProviderURL":  template.Formed("https://%", providerName),
		"UserPoolId":   template.GeneratedID,
	},
}

// userPoolTriggers: the token endpoint runs no trigger but the one configured by
// PreTokenGenerationConfig.
var userPoolTriggers = template.Properties{
	"PreTokenGenerationConfig":    template.NotSimulated("the trigger changes access tokens, and triggers are not simulated"),
	"CreateAuthChallenge":         template.NoEffect(),
	"CustomEmailSender":           template.NoEffect(),
	"CustomMessage":               template.NoEffect(),
	"CustomSMSSender":             template.NoEffect(),
	"DefineAuthChallenge":         template.NoEffect(),
	"InboundFederation":           template.NoEffect(),
	"KMSKeyID":                    template.NoEffect(),
	"PostAuthentication":          template.NoEffect(),
	"PostConfirmation":            template.NoEffect(),
	"PreAuthentication":           template.NoEffect(),
	"PreSignUp":                   template.NoEffect(),
	"PreTokenGeneration":          template.NoEffect(), // version 1 of the trigger never runs for client credentials
	"UserMigration":               template.NoEffect(),
	"VerifyAuthChallengeResponse": template.NoEffect(),
}

// providerName is the issuer without https://. The form follows from IssuerConfiguration, see
// CreateUserPool.
//
// Parity: Assembly: provider URL of an updated issuer
func providerName(at template.Place, r *template.Resource) (string, bool) {
	id, okID := r.ID(at)
	issuer, okIssuer := r.Property("IssuerConfiguration")
	configuration, _ := issuer.(template.Values)
	url := userpool.Issuer(configuration.Text("Type"), r.Location().Region, id)
	return strings.TrimPrefix(url, "https://"), okID && okIssuer
}

func readUserPool(b *builder, r *template.Resource, _ template.Values) {
	b.model.UserPools = append(b.model.UserPools, UserPool{
		Resource:    r.Source(),
		ID:          r.Reference(),
		ARN:         r.Attribute("Arn"),
		Name:        r.Get(template.NameFrom("UserPoolName", 128)),
		ProviderURL: r.Attribute("ProviderURL"),
	})
}

// checkPool reports a resource of a user pool that the stage does not have.
func (b *builder) checkPool(r Resource, id string) {
	isPool := func(p UserPool) bool { return p.ID == id }
	if id != "" && !slices.ContainsFunc(b.model.UserPools, isPool) {
		b.cannot(r, "UserPoolId", "the stage has no user pool with the id %q", id)
	}
}
