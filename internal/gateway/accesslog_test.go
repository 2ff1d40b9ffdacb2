package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/gateway"
)

// Formats CDK writes: AccessLogFormat.clf(), the default, and jsonWithStandardFields().
const (
	cdkCLF  = `$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId`
	cdkJSON = `{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","user":"$context.identity.user","caller":"$context.identity.caller","requestTime":"$context.requestTime","httpMethod":"$context.httpMethod","resourcePath":"$context.resourcePath","status":"$context.status","protocol":"$context.protocol","responseLength":"$context.responseLength"}`
)

func logging(format string) func(*api) {
	return func(a *api) { a.config.Stages[0].AccessLogFormat = format }
}

func TestAccessLogCLF(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging(cdkCLF))
	id := a.call(t, http.MethodGet, "/test_jwt").header.Get("Apigw-Requestid")
	want := `127.0.0.1 - - [22/Nov/2026:10:30:00 +0000] "GET - HTTP/1.1" 401 26 ` + id + "\n"
	if got := a.log.String(); got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestAccessLogJSON(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging(cdkJSON))
	id := a.call(t, http.MethodGet, "/nothing").header.Get("Apigw-Requestid")
	want := map[string]string{
		"requestId": id, "ip": "127.0.0.1", "user": "-", "caller": "-", "requestTime": "22/Nov/2026:10:30:00 +0000",
		"httpMethod": "GET", "resourcePath": "-", "status": "404", "protocol": "HTTP/1.1", "responseLength": "23",
	}
	var got map[string]string
	if err := json.Unmarshal([]byte(a.log.String()), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// format has every variable of docs/aws-behaviour.md, section 6, that can have a value here and is
// not a time or length.
const allVariables = `$context.requestId client=$context.authorizer.claims.client_id scope=$context.authorizer.claims.scope exp=$context.authorizer.claims.exp ` +
	`bare=$context.authorizer.claims error=$context.authorizer.error principal=$context.authorizer.principalId agent=$context.identity.userAgent ` +
	`epoch=$context.requestTimeEpoch method=$context.httpMethod path=$context.path route=$context.routeKey stage=$context.stage api=$context.apiId ` +
	`account=$context.accountId domain=$context.domainName prefix=$context.domainPrefix status=$context.status ` +
	`message=$context.error.message quoted=$context.error.messageString integration=$context.integration.error,$context.integrationErrorMessage ` +
	`lambda=$context.integrationStatus,$context.integration.integrationStatus function=$context.integration.status ` +
	`id=$context.integration.requestId,$context.awsEndpointRequestId cert=$context.identity.clientCert.subjectDN`

func TestAccessLogVariables(t *testing.T) {
	t.Parallel()
	valid := sign(t, validClaims())
	for _, c := range []struct {
		name, target, token, want string
		function                  *function
	}{
		{
			"200", "/test_jwt/read?secret=1", valid, `client=1h57kf5cpq17m0eml12EXAMPLE scope=test-api/read exp=1795347000 ` +
				`bare=- error=- principal=- agent=test epoch=1795343400000 method=GET path=/test_jwt/read route=GET /test_jwt/read stage=$default api=a1b2c3d4e5 ` +
				`account=123456789012 domain=a1b2c3d4e5.execute-api.us-east-1.amazonaws.com prefix=a1b2c3d4e5 status=201 ` +
				`message=- quoted=- integration=-,- lambda=200,200 function=201 id=lambda-request-1,lambda-request-1 cert=-`,
			answering(`{"statusCode":201}`),
		},
		{
			"401", "/test_jwt", "garbage", `client=- scope=- exp=- ` +
				`bare=- error=invalid_token: token contains an invalid number of segments principal=- agent=test epoch=1795343400000 method=GET path=/test_jwt route=ANY /test_jwt stage=$default api=a1b2c3d4e5 ` +
				`account=123456789012 domain=a1b2c3d4e5.execute-api.us-east-1.amazonaws.com prefix=a1b2c3d4e5 status=401 ` +
				`message=Unauthorized quoted="Unauthorized" integration=-,- lambda=-,- function=- id=-,- cert=-`,
			&function{},
		},
		{
			"403", "/test_jwt/read", sign(t, with(map[string]any{"scope": "x"})), `client=1h57kf5cpq17m0eml12EXAMPLE scope=x exp=1795347000 ` +
				`bare=- error=insufficient_scope: expected scopes: [test-api/read test-api/admin] principal=- agent=test epoch=1795343400000 method=GET path=/test_jwt/read route=GET /test_jwt/read stage=$default api=a1b2c3d4e5 ` +
				`account=123456789012 domain=a1b2c3d4e5.execute-api.us-east-1.amazonaws.com prefix=a1b2c3d4e5 status=403 ` +
				`message=Forbidden quoted="Forbidden" integration=-,- lambda=-,- function=- id=-,- cert=-`,
			&function{},
		},
		{
			"500", "/open", "", `client=- scope=- exp=- ` +
				`bare=- error=- principal=- agent=test epoch=1795343400000 method=GET path=/open route=GET /open stage=$default api=a1b2c3d4e5 ` +
				`account=123456789012 domain=a1b2c3d4e5.execute-api.us-east-1.amazonaws.com prefix=a1b2c3d4e5 status=500 ` +
				`message=Internal Server Error quoted="Internal Server Error" integration=the process exited,the process exited lambda=200,200 function=- id=lambda-request-1,lambda-request-1 cert=-`,
			&function{respond: func(context.Context, []byte) ([]byte, string, error) { return nil, "lambda-request-1", errCrash }},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAPI(t, logging(allVariables), func(a *api) { a.function = c.function })
			got := a.call(t, http.MethodGet, c.target, "Authorization", c.token, "User-Agent", "test")
			want := got.header.Get("Apigw-Requestid") + " " + c.want + "\n"
			if diff := cmp.Diff(want, a.log.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// throttled is what a function is refused with while all its environments are busy.
type throttled struct{}

func (throttled) Error() string     { return "throttled" }
func (throttled) LambdaStatus() int { return http.StatusTooManyRequests }

// The Lambda service's status is its own, whatever the function and the gateway say.
func TestAccessLogOfARefusedInvocation(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging("$context.requestId $context.status $context.integrationStatus $context.integration.status"), func(a *api) {
		a.function.respond = func(context.Context, []byte) ([]byte, string, error) {
			return nil, "", fmt.Errorf("invoking: %w", throttled{})
		}
	})
	a.call(t, http.MethodGet, "/open")
	if got := a.log.String(); !strings.HasSuffix(got, " 500 429 -\n") {
		t.Errorf("got %q", got)
	}
}

// Only what is sent to the caller counts.
func TestAccessLogResponseLength(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		method, output, want string
	}{
		{http.MethodGet, `{"statusCode":200,"body":"dropped"}`, "7"},
		{http.MethodHead, `{"statusCode":200,"body":"dropped"}`, "0"},
		{http.MethodGet, `{"statusCode":204,"body":"dropped"}`, "0"},
	} {
		a := newAPI(t, logging("$context.requestId $context.responseLength $context.dataProcessed"), func(a *api) {
			a.function = answering(c.output)
			a.config.Routes = openRoutes("ANY /open")
		})
		a.call(t, c.method, "/open")
		if got := a.log.String(); !strings.HasSuffix(got, " "+c.want+" "+c.want+"\n") {
			t.Errorf("%s %s: got %q, want %s", c.method, c.output, got, c.want)
		}
	}
}

// A path that no route can have is worth a line more than any other.
func TestAccessLogOfPathsThatHaveNoForm(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging("$context.requestId $context.status $context.path"))
	for _, path := range []string{"/open//x", "/open/../test_jwt", "/open/%0aforged", "/nothing"} {
		a.call(t, http.MethodGet, path)
	}
	lines := strings.Split(strings.TrimSuffix(a.log.String(), "\n"), "\n")
	for i, want := range []string{" 404 /open//x", " 404 /open/../test_jwt", ` 404 /open/\u000aforged`, " 404 /nothing"} {
		if i >= len(lines) || !strings.HasSuffix(lines[i], want) {
			t.Errorf("got %q, want %q in line %d", lines, want, i)
		}
	}
}

func TestAccessLogLatencies(t *testing.T) {
	t.Parallel()
	a := newAPI(t, logging("$context.requestId $context.integration.latency $context.integrationLatency $context.responseLatency"))
	a.function.respond = func(ctx context.Context, payload []byte) ([]byte, string, error) {
		a.clock.Advance(120 * time.Millisecond)
		return echo(ctx, payload)
	}
	for path, want := range map[string]string{"/open": "120 120 120", "/test_jwt": "- - 0"} {
		id := a.call(t, http.MethodGet, path).header.Get("Apigw-Requestid")
		if line := id + " " + want + "\n"; !strings.HasSuffix(a.log.String(), line) {
			t.Errorf("%s: got %q, want %q", path, a.log, line)
		}
	}
}

// Each stage logs in its own format, or not at all.
func TestAccessLogPerStage(t *testing.T) {
	t.Parallel()
	a := newAPI(t, func(a *api) {
		a.config.Stages = []gateway.Stage{
			{Name: "$default", AccessLogFormat: "default $context.path $context.requestId"},
			{Name: "dev", AccessLogFormat: "$context.requestId dev $context.stage $context.path"},
			{Name: "quiet"},
		}
	})
	first := a.call(t, http.MethodGet, "/open").header.Get("Apigw-Requestid")
	second := a.call(t, http.MethodGet, "/dev/open").header.Get("Apigw-Requestid")
	a.call(t, http.MethodGet, "/quiet/open")
	want := "default /open " + first + "\n" + second + " dev dev /dev/open\n"
	if got := a.log.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
