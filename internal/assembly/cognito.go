package assembly

import "time"

var userPool = resourceType{
	properties: properties{
		"UserPoolName":          text().like(`^[\w\s+=,.@-]{1,128}$`),
		"IssuerConfiguration":   object(properties{"Type": oneOf(issuerOriginal, issuerUpdated)}),
		"DeletionProtection":    oneOf("ACTIVE", "INACTIVE"),
		"UserPoolTier":          oneOf("LITE", "ESSENTIALS", "PLUS"),
		"MfaConfiguration":      oneOf("OFF", "ON", "OPTIONAL"),
		"LambdaConfig":          object(userPoolTriggers),
		"UserPoolTags":          noEffect(),
		"KeyConfiguration":      noEffect(),
		"UserPoolAddOns":        noEffect(),
		"AdminCreateUserConfig": noEffect(),

		// The rest is about users, and a pool for client credentials has none.
		"AccountRecoverySetting":      noEffect(),
		"AliasAttributes":             noEffect(),
		"AutoVerifiedAttributes":      noEffect(),
		"DeviceConfiguration":         noEffect(),
		"EmailAuthenticationMessage":  noEffect(),
		"EmailAuthenticationSubject":  noEffect(),
		"EmailConfiguration":          noEffect(),
		"EmailVerificationMessage":    noEffect(),
		"EmailVerificationSubject":    noEffect(),
		"EnabledMfas":                 noEffect(),
		"Policies":                    noEffect(),
		"Schema":                      noEffect(),
		"SmsAuthenticationMessage":    noEffect(),
		"SmsConfiguration":            noEffect(),
		"SmsVerificationMessage":      noEffect(),
		"UserAttributeUpdateSettings": noEffect(),
		"UsernameAttributes":          noEffect(),
		"UsernameConfiguration":       noEffect(),
		"VerificationMessageTemplate": noEffect(),
		"WebAuthnFactorConfiguration": noEffect(),
		"WebAuthnRelyingPartyID":      noEffect(),
		"WebAuthnUserVerification":    noEffect(),
	},
	ref: generatedID,
	attributes: map[string]attribute{
		"Arn":          arnOf("cognito-idp", "userpool/%", generatedID),
		"ProviderName": providerName,
		"ProviderURL":  formed("https://%", providerName),
		"UserPoolId":   generatedID,
	},
	read: readUserPool,
}

const (
	issuerOriginal = "ORIGINAL"
	issuerUpdated  = "UPDATED"
)

// userPoolTriggers: the token endpoint runs no trigger but the one configured by PreTokenGenerationConfig.
var userPoolTriggers = properties{
	"PreTokenGenerationConfig":    unsupported("the trigger changes access tokens, and triggers are not simulated"),
	"CreateAuthChallenge":         noEffect(),
	"CustomEmailSender":           noEffect(),
	"CustomMessage":               noEffect(),
	"CustomSMSSender":             noEffect(),
	"DefineAuthChallenge":         noEffect(),
	"InboundFederation":           noEffect(),
	"KMSKeyID":                    noEffect(),
	"PostAuthentication":          noEffect(),
	"PostConfirmation":            noEffect(),
	"PreAuthentication":           noEffect(),
	"PreSignUp":                   noEffect(),
	"PreTokenGeneration":          noEffect(), // version 1 of the trigger never runs for client credentials
	"UserMigration":               noEffect(),
	"VerifyAuthChallengeResponse": noEffect(),
}

// providerName is the issuer without https://. The form follows from IssuerConfiguration, see CreateUserPool.
//
// Parity: Assembly: provider URL of an updated issuer
func providerName(at place, r *resource) (any, bool) {
	id, okID := r.id(at)
	issuer, okIssuer := r.property("IssuerConfiguration")
	host := "cognito-idp."
	if configuration, _ := issuer.(values); configuration.text("Type") == issuerUpdated {
		host = "issuer-cognito-idp."
	}
	return host + r.scope.region + "." + r.scope.urlSuffix() + "/" + id, okID && okIssuer
}

func readUserPool(b *builder, r *resource, _ values) {
	b.model.UserPools = append(b.model.UserPools, UserPool{
		Resource:    r.source(),
		ID:          r.reference(),
		ARN:         r.attribute("Arn"),
		Name:        r.name("UserPoolName", 128),
		ProviderURL: r.attribute("ProviderURL"),
	})
}

var resourceServer = resourceType{
	properties: properties{
		"UserPoolId": text().must(),
		"Identifier": text().must().like(`^[\x21\x23-\x5B\x5D-\x7E]{1,256}$`),
		"Name":       text().must().like(cognitoName),
		"Scopes": listOf(object(properties{
			"ScopeName":        text().must().like(`^[\x21\x23-\x2E\x30-\x5B\x5D-\x7E]{1,256}$`),
			"ScopeDescription": text().must().like(`^.{1,256}$`),
		})).atMost(100),
	},
	ref:  valueOf("Identifier"),
	read: readResourceServer,
}

// cognitoName is what Cognito allows as the name of a resource server or app client.
const cognitoName = `^[\w\s+=,.@-]{1,256}$`

func readResourceServer(b *builder, r *resource, v values) {
	server := ResourceServer{
		Resource:   r.source(),
		UserPoolID: v.text("UserPoolId"),
		Identifier: v.text("Identifier"),
		Name:       v.text("Name"),
	}
	for _, scope := range v.objects("Scopes") {
		server.Scopes = append(server.Scopes, Scope{Name: scope.text("ScopeName"), Description: scope.text("ScopeDescription")})
	}
	b.model.ResourceServers = append(b.model.ResourceServers, server)
}

var userPoolDomain = resourceType{
	properties: properties{
		"UserPoolId": text().must(),
		"Domain":     text().must(),
		"CustomDomainConfig": object(properties{
			"CertificateArn": text().must(),
			"SecurityPolicy": noEffect(),
		}),
		"ManagedLoginVersion": noEffect(),
		"Routing":             noEffect(),
	},
	ref: valueOf("Domain"),
	attributes: map[string]attribute{
		// Parity: Assembly: addresses of AWS's own
		"CloudFrontDistribution": formed("%.cloudfront.net", lowered(generatedID)),
	},
	read: readUserPoolDomain,
}

func readUserPoolDomain(b *builder, r *resource, v values) {
	b.model.UserPoolDomains = append(b.model.UserPoolDomains, UserPoolDomain{
		Resource:       r.source(),
		UserPoolID:     v.text("UserPoolId"),
		Domain:         v.text("Domain"),
		CertificateARN: v.object("CustomDomainConfig").text("CertificateArn"),
	})
}

// validityUnits are the units of TokenValidityUnits.
var validityUnits = map[string]time.Duration{
	"seconds": time.Second,
	"minutes": time.Minute,
	"hours":   time.Hour,
	"days":    24 * time.Hour,
}
