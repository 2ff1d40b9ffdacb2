package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	apigw "github.com/aws/aws-cdk-go/awscdk/v2/awsapigatewayv2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
)

// corsMethods are the methods by their names in a file.
var corsMethods = map[string]apigw.CorsHttpMethod{
	"*":       apigw.CorsHttpMethod_ANY,
	"DELETE":  apigw.CorsHttpMethod_DELETE,
	"GET":     apigw.CorsHttpMethod_GET,
	"HEAD":    apigw.CorsHttpMethod_HEAD,
	"OPTIONS": apigw.CorsHttpMethod_OPTIONS,
	"PATCH":   apigw.CorsHttpMethod_PATCH,
	"POST":    apigw.CorsHttpMethod_POST,
	"PUT":     apigw.CorsHttpMethod_PUT,
}

// corsPreflight is how the API answers browsers; nil if it does not.
func corsPreflight(allowed *config.CORS) *apigw.CorsPreflightOptions {
	if allowed == nil {
		return nil
	}
	methods := make([]apigw.CorsHttpMethod, 0, len(allowed.AllowMethods))
	for _, method := range allowed.AllowMethods {
		methods = append(methods, corsMethods[method])
	}
	options := &apigw.CorsPreflightOptions{
		AllowOrigins:     jsii.Strings(allowed.AllowOrigins...),
		AllowMethods:     &methods,
		AllowHeaders:     jsii.Strings(allowed.AllowHeaders...),
		AllowCredentials: jsii.Bool(allowed.AllowCredentials),
	}
	if len(allowed.ExposeHeaders) > 0 {
		options.ExposeHeaders = jsii.Strings(allowed.ExposeHeaders...)
	}
	if allowed.MaxAge > 0 {
		options.MaxAge = awscdk.Duration_Seconds(jsii.Number(allowed.MaxAge.Seconds()))
	}
	return options
}
