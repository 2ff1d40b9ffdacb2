package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53targets"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
)

// addTokenDomain gives the pool a custom domain. The Cognito domain stays beside it: a pool can
// have one of each, so callers can move at any time.
func addTokenDomain(stack awscdk.Stack, pool awscognito.UserPool, domain *config.CustomDomain) awscognito.UserPoolDomain {
	scope := group(stack, "CustomDomain")
	certificate := awscertificatemanager.Certificate_FromCertificateArn(scope, jsii.String("Certificate"), jsii.String(domain.CertificateARN))
	custom := pool.AddDomain(jsii.String("CustomDomain"), &awscognito.UserPoolDomainOptions{
		CustomDomain: &awscognito.CustomDomainOptions{
			DomainName:  jsii.String(domain.Name),
			Certificate: certificate,
		},
	})
	addRecord(scope, domain, awsroute53targets.NewUserPoolDomainTarget(custom))
	return custom
}

// closesDefaultEndpoint reports whether the API answers only on its custom domain.
func closesDefaultEndpoint(env *config.Environment) bool {
	return env.API.CustomDomain != nil && !env.API.CustomDomain.KeepDefaultEndpoint
}

// baseURL is where callers reach the stage. It adds the API's custom domain, if there is one.
func baseURL(stack awscdk.Stack, stage apigw.HttpStage, env *config.Environment) *string {
	domain := env.API.CustomDomain
	if domain == nil {
		return stage.Api().ApiEndpoint()
	}
	scope := group(stack, "CustomDomain")
	name := apigw.NewCfnDomainName(scope, jsii.String("DomainName"), &apigw.CfnDomainNameProps{
		DomainName: jsii.String(domain.Name),
		DomainNameConfigurations: &[]any{&apigw.CfnDomainName_DomainNameConfigurationProperty{
			CertificateArn: jsii.String(domain.CertificateARN),
			EndpointType:   jsii.String("REGIONAL"),
			SecurityPolicy: jsii.String("TLS_1_2"),
		}},
		MutualTlsAuthentication: mutualTLS(domain.MutualTLS),
	})
	mapping := apigw.NewCfnApiMapping(scope, jsii.String("Mapping"), &apigw.CfnApiMappingProps{
		ApiId:      stage.Api().ApiId(),
		DomainName: name.Ref(),
		Stage:      stage.StageName(),
	})
	mapping.Node().AddDependency(stage) // whose name is a plain string
	target := awsroute53targets.NewApiGatewayv2DomainProperties(name.AttrRegionalDomainName(), name.AttrRegionalHostedZoneId())
	addRecord(scope, &domain.CustomDomain, target)
	return jsii.String("https://" + domain.Name)
}

// mutualTLS is nil if callers show no certificate.
func mutualTLS(trusted *config.MutualTLS) any {
	if trusted == nil {
		return nil
	}
	return &apigw.CfnDomainName_MutualTlsAuthenticationProperty{
		TruststoreUri:     jsii.String(trusted.TruststoreURI),
		TruststoreVersion: optional(trusted.TruststoreVersion),
	}
}

// addRecord makes the domain's DNS record.
func addRecord(scope constructs.Construct, domain *config.CustomDomain, target awsroute53.IAliasRecordTarget) {
	zone := awsroute53.HostedZone_FromHostedZoneAttributes(scope, jsii.String("Zone"), &awsroute53.HostedZoneAttributes{
		HostedZoneId: jsii.String(domain.HostedZoneID),
		ZoneName:     jsii.String(domain.HostedZoneName),
	})
	awsroute53.NewARecord(scope, jsii.String("Record"), &awsroute53.ARecordProps{
		Zone:       zone,
		RecordName: jsii.String(domain.Name + "."),
		Target:     awsroute53.RecordTarget_FromAlias(target),
	})
}
