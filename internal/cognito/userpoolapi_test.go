package cognito_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/cognito"
)

func TestDescribeUserPool(t *testing.T) {
	t.Parallel()
	created := time.Date(2030, 1, 2, 3, 4, 5, 678e6, time.UTC)
	p := startPool(t, func(c *cognito.Config) {
		c.UserPool.Name, c.UserPool.ARN, c.UserPool.CreationDate = "machines", "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/"+poolID, created
	})
	got, err := p.sdk(t).DescribeUserPool(t.Context(), &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: new(poolID)})
	if err != nil {
		t.Fatal(err)
	}
	pool := got.UserPool
	if *pool.Id != poolID || *pool.Name != "machines" || *pool.Domain != "m2m-test" || pool.CustomDomain != nil ||
		*pool.Arn != "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/"+poolID || !pool.CreationDate.Equal(created) ||
		pool.IssuerConfiguration.Type != types.IssuerTypeOriginal {
		t.Errorf("got %+v", pool)
	}
}

func TestDescribeUserPoolWithCustomDomain(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) {
		c.UserPool.Domain, c.UserPool.CustomDomain = "", "login.example.com"
		c.UserPool.Issuer = "https://issuer-cognito-idp.eu-central-1.amazonaws.com/" + poolID
	})
	got, err := p.sdk(t).DescribeUserPool(t.Context(), &cognitoidentityprovider.DescribeUserPoolInput{UserPoolId: new(poolID)})
	if err != nil {
		t.Fatal(err)
	}
	if pool := got.UserPool; pool.Domain != nil || *pool.CustomDomain != "login.example.com" || pool.CreationDate != nil ||
		pool.IssuerConfiguration.Type != types.IssuerTypeUpdated {
		t.Errorf("got %+v", pool)
	}
	p.token(t, readerID, readerSecret, "") // a custom domain brings the token endpoint too
}

func TestDescribeUserPoolClient(t *testing.T) {
	t.Parallel()
	p := startPool(t)
	got, err := p.sdk(t).DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: new(poolID), ClientId: new(writerID)})
	if err != nil {
		t.Fatal(err)
	}
	client := got.UserPoolClient
	if *client.ClientId != writerID || *client.ClientName != "writer" || *client.UserPoolId != poolID ||
		!*client.AllowedOAuthFlowsUserPoolClient || !cmp.Equal(client.AllowedOAuthScopes, []string{"test-api/write"}) ||
		!cmp.Equal(client.AllowedOAuthFlows, []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}) {
		t.Errorf("got %+v", client)
	}
	if lifetime := time.Duration(*client.AccessTokenValidity) * time.Second; lifetime != 30*time.Minute || client.TokenValidityUnits.AccessToken != types.TimeUnitsTypeSeconds {
		t.Errorf("tokens are valid for %d %s", *client.AccessTokenValidity, client.TokenValidityUnits.AccessToken)
	}
}

func TestListUserPoolClientsInPages(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) {
		for i := range 5 {
			c.Clients = append(c.Clients, cognito.Client{ID: fmt.Sprintf("1morefromhere%d", i), Name: fmt.Sprintf("more %d", i)})
		}
	})
	for _, size := range []int32{1, 3, 7, 60} {
		pages := cognitoidentityprovider.NewListUserPoolClientsPaginator(p.sdk(t), &cognitoidentityprovider.ListUserPoolClientsInput{UserPoolId: new(poolID), MaxResults: &size},
			func(o *cognitoidentityprovider.ListUserPoolClientsPaginatorOptions) { o.StopOnDuplicateToken = true })
		names := map[string]string{}
		for pages.HasMorePages() {
			page, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(page.UserPoolClients) > int(size) {
				t.Errorf("a page of %d, want at most %d", len(page.UserPoolClients), size)
			}
			for _, client := range page.UserPoolClients {
				names[*client.ClientId] = *client.ClientName
			}
		}
		if len(names) != 7 || names[readerID] != "reader" || names["1morefromhere4"] != "more 4" {
			t.Errorf("pages of %d: got %v", size, names)
		}
	}
}

func TestUserPoolAPIRefuses(t *testing.T) {
	t.Parallel()
	const known = `"UserPoolId": "` + poolID + `", "ClientId": "` + readerID + `"`
	tooLong := strings.Repeat("a", 65)
	for name, test := range map[string]struct{ operation, input, want string }{
		"unknown operation":          {"AdminCreateUser", `{"UserPoolId": "` + poolID + `"}`, "UnknownOperationException"},
		"deletion of a stack's pool": {"DeleteUserPool", `{"UserPoolId": "` + poolID + `"}`, "InvalidParameterException"},
		"update of a stack's pool":   {"UpdateUserPool", `{"UserPoolId": "` + poolID + `"}`, "InvalidParameterException"},
		"not JSON":                   {"DescribeUserPool", `UserPoolId`, "SerializationException"},
		"not an object":              {"DescribeUserPool", `[]`, "SerializationException"},
		"secret that is a number":    {"AddUserPoolClientSecret", `{` + known + `, "ClientSecret": 1}`, "SerializationException"},
		"no pool":                    {"DescribeUserPool", `{}`, "InvalidParameterException"},
		"pool of a wrong form":       {"DescribeUserPool", `{"UserPoolId": "pool"}`, "InvalidParameterException"},
		"another pool":               {"DescribeUserPool", `{"UserPoolId": "eu-central-1_Another12"}`, "ResourceNotFoundException"},
		"clients of another pool":    {"ListUserPoolClients", `{"UserPoolId": "eu-central-1_Another12"}`, "ResourceNotFoundException"},
		"secrets in another pool":    {"ListUserPoolClientSecrets", `{"UserPoolId": "eu-central-1_Another12", "ClientId": "` + readerID + `"}`, "ResourceNotFoundException"},
		"no client":                  {"DescribeUserPoolClient", `{"UserPoolId": "` + poolID + `"}`, "InvalidParameterException"},
		"unknown client":             {"DescribeUserPoolClient", `{"UserPoolId": "` + poolID + `", "ClientId": "1unknown"}`, "ResourceNotFoundException"},
		"add to unknown client":      {"AddUserPoolClientSecret", `{"UserPoolId": "` + poolID + `", "ClientId": "1unknown"}`, "ResourceNotFoundException"},
		"list of unknown client":     {"ListUserPoolClientSecrets", `{"UserPoolId": "` + poolID + `", "ClientId": "1unknown"}`, "ResourceNotFoundException"},
		"delete of unknown client":   {"DeleteUserPoolClientSecret", `{"UserPoolId": "` + poolID + `", "ClientId": "1unknown", "ClientSecretId": "x"}`, "ResourceNotFoundException"},
		"page of none":               {"ListUserPoolClients", `{"UserPoolId": "` + poolID + `", "MaxResults": 0}`, "InvalidParameterException"},
		"page of too many":           {"ListUserPoolClients", `{"UserPoolId": "` + poolID + `", "MaxResults": 61}`, "InvalidParameterException"},
		"page token of nobody":       {"ListUserPoolClients", `{"UserPoolId": "` + poolID + `", "NextToken": "?"}`, "InvalidParameterException"},
		"third secret":               {"AddUserPoolClientSecret", `{` + known + `}`, "LimitExceededException"},
		"custom secret too short":    {"AddUserPoolClientSecret", `{` + known + `, "ClientSecret": "` + tooLong[:23] + `"}`, "InvalidParameterException"},
		"custom secret too long":     {"AddUserPoolClientSecret", `{` + known + `, "ClientSecret": "` + tooLong + `"}`, "InvalidParameterException"},
		"custom secret with a dash":  {"AddUserPoolClientSecret", `{` + known + `, "ClientSecret": "` + tooLong[:30] + `-"}`, "InvalidParameterException"},
		"empty custom secret":        {"AddUserPoolClientSecret", `{` + known + `, "ClientSecret": ""}`, "InvalidParameterException"},
		"delete of no secret":        {"DeleteUserPoolClientSecret", `{` + known + `}`, "InvalidParameterException"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			output, err := startPool(t).server.Call(t.Context(), test.operation, []byte(test.input))
			failed, ok := err.(interface{ Code() string })
			if !ok || failed.Code() != test.want || output != nil {
				t.Errorf("got %v and error %v, want %s", output, err, test.want)
			}
			if strings.Contains(fmt.Sprint(err), "aaaa") {
				t.Errorf("the error repeats the secret: %v", err)
			}
		})
	}
}

// Only the answer to whoever has one generated shows a secret.
func TestNothingElseShowsASecret(t *testing.T) {
	t.Parallel()
	p := startPool(t, oneSecret)
	const client = `{"UserPoolId": "` + poolID + `", "ClientId": "` + readerID + `", "ClientSecret": "` + readerNewSecret + `"}`
	for _, operation := range []string{
		"AddUserPoolClientSecret", "AddUserPoolClientSecret", "DescribeUserPool", "DescribeUserPoolClient", "ListUserPoolClients",
		"ListUserPoolClientSecrets", "DeleteUserPoolClientSecret",
	} {
		output, err := p.server.Call(t.Context(), operation, []byte(client))
		shown, encodingErr := json.Marshal(output)
		if encodingErr != nil {
			t.Fatal(encodingErr)
		}
		for _, text := range []string{string(shown), fmt.Sprint(err), p.log.Take()} {
			if strings.Contains(text, readerSecret) || strings.Contains(text, readerNewSecret) {
				t.Errorf("%s shows a secret in its answer, its error or the log", operation)
			}
		}
	}
}

func TestResourceServersOfThePool(t *testing.T) {
	t.Parallel()
	p := startPool(t, func(c *cognito.Config) {
		c.UserPool.Name = "machines"
		c.ResourceServers = append(c.ResourceServers, cognito.ResourceServer{
			Identifier: "https://more.example.com", Name: "more", Scopes: []string{"read"}, Descriptions: map[string]string{"read": "Read more"},
		})
	})
	api := p.sdk(t)
	pools, err := api.ListUserPools(t.Context(), &cognitoidentityprovider.ListUserPoolsInput{MaxResults: new(int32(10))})
	if err != nil {
		t.Fatal(err)
	}
	if len(pools.UserPools) != 1 || *pools.UserPools[0].Id != poolID || *pools.UserPools[0].Name != "machines" {
		t.Errorf("pools: %+v", pools.UserPools)
	}
	servers, err := api.ListResourceServers(t.Context(), &cognitoidentityprovider.ListResourceServersInput{UserPoolId: new(poolID)})
	if err != nil {
		t.Fatal(err)
	}
	last := servers.ResourceServers[len(servers.ResourceServers)-1]
	one, err := api.DescribeResourceServer(t.Context(), &cognitoidentityprovider.DescribeResourceServerInput{UserPoolId: new(poolID), Identifier: last.Identifier})
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]types.ResourceServerType{"listed": last, "described": *one.ResourceServer} {
		if *got.Identifier != "https://more.example.com" || *got.Name != "more" || *got.UserPoolId != poolID ||
			len(got.Scopes) != 1 || *got.Scopes[0].ScopeName != "read" || *got.Scopes[0].ScopeDescription != "Read more" {
			t.Errorf("%s: %+v", name, got)
		}
	}
	_, err = api.DescribeResourceServer(t.Context(), &cognitoidentityprovider.DescribeResourceServerInput{UserPoolId: new(poolID), Identifier: new("none")})
	if _, ok := errors.AsType[*types.ResourceNotFoundException](err); !ok {
		t.Errorf("another one: %v", err)
	}
}
