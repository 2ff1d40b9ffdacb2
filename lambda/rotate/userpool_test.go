package main

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		pool             types.UserPoolType
		given            string
		endpoint, issuer string
	}{
		"prefix domain": {
			pool:     types.UserPoolType{Domain: aws.String("m2m-dev")},
			endpoint: "https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token",
			issuer:   "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"custom domain": {
			pool:     types.UserPoolType{CustomDomain: aws.String("auth.example.com")},
			endpoint: "https://auth.example.com/oauth2/token",
			issuer:   "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"both, original issuer": {
			pool: types.UserPoolType{
				Domain: aws.String("m2m-dev"), CustomDomain: aws.String("auth.example.com"),
				IssuerConfiguration: &types.IssuerConfigurationType{Type: types.IssuerTypeOriginal},
			},
			endpoint: "https://auth.example.com/oauth2/token",
			issuer:   "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"updated issuer": {
			pool: types.UserPoolType{
				Domain: aws.String("m2m-dev"), IssuerConfiguration: &types.IssuerConfigurationType{Type: types.IssuerTypeUpdated},
			},
			endpoint: "https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token",
			issuer:   "https://issuer-cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"TOKEN_ENDPOINT": {
			pool:     types.UserPoolType{CustomDomain: aws.String("auth.example.com")},
			given:    "http://127.0.0.1:4001/oauth2/token",
			endpoint: "http://127.0.0.1:4001/oauth2/token",
			issuer:   "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := userPool{id: poolID, tokenEndpoint: c.given}
			endpoint, err := p.tokenEndpointOf(&c.pool)
			if err != nil || endpoint != c.endpoint {
				t.Errorf("token endpoint %q, %v, want %q", endpoint, err, c.endpoint)
			}
			if issuer := p.issuerOf(&c.pool); issuer != c.issuer {
				t.Errorf("issuer %q, want %q", issuer, c.issuer)
			}
		})
	}
}
