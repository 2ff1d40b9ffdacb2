package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscertificatemanager"
	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
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
	addRecord(scope, domain, custom.CloudFrontEndpoint(), cloudFrontZone(stack))
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
	addRecord(scope, &domain.CustomDomain, name.AttrRegionalDomainName(), name.AttrRegionalHostedZoneId())
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

// addRecord makes the domain's DNS record, an alias of a host in a hosted zone of AWS.
func addRecord(scope constructs.Construct, domain *config.CustomDomain, host, zone *string) {
	record := constructs.NewConstruct(scope, jsii.String("Record"))
	awsroute53.NewCfnRecordSet(record, jsii.String("Resource"), &awsroute53.CfnRecordSetProps{
		Name:         jsii.String(domain.Name + "."),
		Type:         jsii.String("A"),
		HostedZoneId: jsii.String(domain.HostedZoneID),
		AliasTarget:  &awsroute53.CfnRecordSet_AliasTargetProperty{DnsName: host, HostedZoneId: zone},
	})
}

// cloudFrontZone is the hosted zone of every distribution, which a user pool's domain has.
//
// Source: Route 53 API Reference, AliasTarget; of CDK, CloudFrontTarget, whose package and those
// that it imports are a seventh of what there would be to compile.
func cloudFrontZone(stack awscdk.Stack) *string {
	zones := awscdk.NewCfnMapping(stack, jsii.String("AWSCloudFrontPartitionHostedZoneIdMap"), &awscdk.CfnMappingProps{
		Mapping: &map[string]*map[string]any{
			"aws":    {"zoneId": "Z2FDTNDATAQYW2"},
			"aws-cn": {"zoneId": "Z3RFFRIM2A3IF5"},
		},
	})
	return zones.FindInMap(awscdk.Aws_PARTITION(), jsii.String("zoneId"), nil)
}
