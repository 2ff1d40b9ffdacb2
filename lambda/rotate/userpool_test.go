package main

import (
	"cmp"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		pool      types.UserPoolType
		id, given string
		endpoints []string
		issuer    string
	}{
		"prefix domain": {
			pool:      types.UserPoolType{Domain: aws.String("m2m-dev")},
			endpoints: []string{"https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token"},
			issuer:    "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"custom domain": {
			pool:      types.UserPoolType{CustomDomain: aws.String("auth.example.com")},
			endpoints: []string{"https://auth.example.com/oauth2/token"},
			issuer:    "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"GovCloud": {
			pool:      types.UserPoolType{Domain: aws.String("m2m-prod")},
			id:        "us-gov-west-1_Ab1Cd2Ef3",
			endpoints: []string{"https://m2m-prod.auth-fips.us-gov-west-1.amazoncognito.com/oauth2/token"},
			issuer:    "https://cognito-idp.us-gov-west-1.amazonaws.com/us-gov-west-1_Ab1Cd2Ef3",
		},
		"China": {
			pool:      types.UserPoolType{CustomDomain: aws.String("auth.example.com")},
			id:        "cn-north-1_Ab1Cd2Ef3",
			endpoints: []string{"https://auth.example.com/oauth2/token"},
			issuer:    "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Ab1Cd2Ef3",
		},
		"both, original issuer": {
			pool: types.UserPoolType{
				Domain: aws.String("m2m-dev"), CustomDomain: aws.String("auth.example.com"),
				IssuerConfiguration: &types.IssuerConfigurationType{Type: types.IssuerTypeOriginal},
			},
			endpoints: []string{"https://auth.example.com/oauth2/token", "https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token"},
			issuer:    "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"updated issuer": {
			pool: types.UserPoolType{
				Domain: aws.String("m2m-dev"), IssuerConfiguration: &types.IssuerConfigurationType{Type: types.IssuerTypeUpdated},
			},
			endpoints: []string{"https://m2m-dev.auth.us-east-1.amazoncognito.com/oauth2/token"},
			issuer:    "https://issuer-cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
		"TOKEN_ENDPOINT": {
			pool:      types.UserPoolType{CustomDomain: aws.String("auth.example.com")},
			given:     "http://127.0.0.1:4001/oauth2/token",
			endpoints: []string{"http://127.0.0.1:4001/oauth2/token"},
			issuer:    "https://cognito-idp.us-east-1.amazonaws.com/" + poolID,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := userPool{id: cmp.Or(c.id, poolID), tokenEndpoint: c.given}
			if endpoints := p.tokenEndpointsOf(&c.pool); !slices.Equal(endpoints, c.endpoints) {
				t.Errorf("token endpoints %q, want %q", endpoints, c.endpoints)
			}
			if issuer := p.issuerOf(&c.pool); issuer != c.issuer {
				t.Errorf("issuer %q, want %q", issuer, c.issuer)
			}
		})
	}
}
