package lambdaauth_test

import (
	"testing"
	"time"

	"cognito-m2m/internal/lambdaauth"
)

const api = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"

// route is a request for a method and path of the $default stage.
func route(methodAndPath string) lambdaauth.Request {
	return lambdaauth.Request{
		RouteARN: api + "/$default/" + methodAndPath, AccountID: "123456789012", SourceIP: "203.0.113.7", UserAgent: "agent",
		Time: time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC),
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	const allowGet = `{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + api + `/$default/GET/orders/*"}`
	for name, c := range map[string]struct {
		statements string
		allowed    []string
		denied     []string
	}{
		"the route that was asked for": {
			`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + api + `/$default/GET/orders/1"}`,
			[]string{"GET/orders/1"},
			[]string{"GET/orders/2", "POST/orders/1", "GET/orders/1/lines", "GET/ORDERS/1"},
		},
		"a wildcard":          {allowGet, []string{"GET/orders/1", "GET/orders/1/lines", "GET/orders/"}, []string{"GET/orders", "GET/other", "PUT/orders/1"}},
		"every method":        {`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + api + `/*/*/orders"}`, []string{"GET/orders", "PUT/orders"}, []string{"GET/other"}},
		"every route":         {`{"Effect":"Allow","Action":"execute-api:*","Resource":"` + api + `/*"}`, []string{"GET/", "DELETE/a/b"}, nil},
		"everything":          {`{"Effect":"Allow","Action":"*","Resource":"*"}`, []string{"GET/"}, nil},
		"any case of actions": {`{"Effect":"Allow","Action":["Execute-API:invoke"],"Resource":["*"]}`, []string{"GET/"}, nil},
		"a single statement":  {allowGet, []string{"GET/orders/1"}, nil},
		"Deny wins": {
			allowGet + `,{"Effect":"Deny","Action":"execute-api:Invoke","Resource":"` + api + `/$default/GET/orders/2"}`,
			[]string{"GET/orders/1"},
			[]string{"GET/orders/2"},
		},
		"all but":               {`{"Effect":"Allow","Action":"execute-api:Invoke","NotResource":"` + api + `/$default/*/admin/*"}`, []string{"GET/a"}, []string{"GET/admin/a"}},
		"Deny alone":            {`{"Effect":"Deny","Action":"*","Resource":"*"}`, nil, []string{"GET/"}},
		"nothing":               {``, nil, []string{"GET/"}},
		"another action":        {`{"Effect":"Allow","Action":"execute-api:ManageConnections","Resource":"*"}`, nil, []string{"GET/"}},
		"another stage":         {`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + api + `/dev/*"}`, nil, []string{"GET/"}},
		"another API":           {`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"arn:aws:execute-api:us-east-1:123456789012:other/*"}`, nil, []string{"GET/"}},
		"the address":           {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`, []string{"GET/"}, nil},
		"another address":       {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"198.51.100.0/24"}}}`, nil, []string{"GET/"}},
		"until a day":           {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-23T00:00:00Z"}}}`, []string{"GET/"}, nil},
		"until a day before":    {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-22T00:00:00Z"}}}`, nil, []string{"GET/"}},
		"a user there is not":   {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:PrincipalArn":"*"}}}`, nil, []string{"GET/"}},
		"an account's any user": {`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringLike":{"aws:username":"*"}}}`, nil, []string{"GET/"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer, err := lambdaauth.Parse([]byte(`{"principalId":"reader","policyDocument":{"Version":"2012-10-17","Statement":[`+c.statements+`]}}`), false)
			if err != nil {
				t.Fatal(err)
			}
			for want, requests := range map[bool][]string{true: c.allowed, false: c.denied} {
				for _, methodAndPath := range requests {
					if got := answer.Allows(route(methodAndPath)); got != want {
						t.Errorf("%s: got %t", methodAndPath, got)
					}
				}
			}
		})
	}
}
