package local_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cognito-m2m/client"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// readNeedsWrite is an edit of a route's scopes.
func readNeedsWrite(api servingtest.Template) {
	unthrottled(api)
	route := api.Resources()["HttpApiGETtestjwtread3B15864E"].(map[string]any)["Properties"].(map[string]any)
	route["AuthorizationScopes"] = []any{"test-api/write"}
}

// batchForWriter puts the client batch in the place of writer.
func batchForWriter(api servingtest.Template) {
	unthrottled(api)
	raw, err := json.Marshal(map[string]any(api))
	if err != nil {
		panic(err)
	}
	raw = bytes.ReplaceAll(raw, []byte("ClientWriter65B7410E"), []byte("ClientBatch"))
	raw = bytes.ReplaceAll(raw, []byte(`"writer"`), []byte(`"batch"`))
	if err := json.Unmarshal(raw, &api); err != nil {
		panic(err)
	}
	delete(api.Resources(), "ClientWriter65B7410E")
}

// keyOf is the access key of a run.
func keyOf(d *serving.Description) aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: d.AccessKeyID, SecretAccessKey: string(d.SecretAccessKey)}, nil
	})
}

func apply(t *testing.T, run *local.Runtime, dir string) (*serving.Description, local.Changes) {
	t.Helper()
	d, changes, err := run.Apply(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return d, changes
}

// TestApply changes clients and scopes of an environment that runs.
func TestApply(t *testing.T) {
	t.Parallel()
	run, first := start(t, serving.Config{}, servingtest.AssemblyDir(t, unthrottled))
	reader, writer := servingtest.Token(t, first, "reader"), servingtest.Token(t, first, "writer")

	second, changes := apply(t, run, servingtest.AssemblyDir(t, readNeedsWrite))
	if diff := cmp.Diff(local.Changes{Changed: []string{"route GET /test_jwt/read"}}, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first, second, cmpopts.IgnoreFields(serving.Description{}, "Routes")); diff != "" {
		t.Errorf("addresses, ids or secrets changed (-before +after):\n%s", diff)
	}
	for token, want := range map[string]int{reader: 403, writer: 200} {
		if got, body := servingtest.Status(t, second, "/test_jwt/read", token); got != want {
			t.Errorf("after the change of scopes: %d %s, want %d", got, body, want)
		}
	}

	third, changes := apply(t, run, servingtest.AssemblyDir(t, batchForWriter))
	want := local.Changes{
		Added: []string{"client batch"}, Removed: []string{"client writer"}, Changed: []string{"route GET /test_jwt/read"},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(first.Clients["reader"], third.Clients["reader"]); diff != "" {
		t.Errorf("reader (-before +after):\n%s", diff)
	}
	for token, want := range map[string]int{reader: 200, writer: 401, servingtest.Token(t, third, "batch"): 200} {
		if got, body := servingtest.Status(t, third, "/test_jwt", token); got != want {
			t.Errorf("after the change of clients: %d %s, want %d", got, body, want)
		}
	}
	if request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, first.TokenEndpoint, strings.NewReader("grant_type=client_credentials")); err != nil {
		t.Error(err)
	} else {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.SetBasicAuth(first.Clients["writer"].ClientID, string(first.Clients["writer"].ClientSecret))
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusBadRequest {
			t.Errorf("a token for the removed client: %d", response.StatusCode)
		}
	}
}

// TestChangesOfManyClientsAreOneLine: what is not of the many is told all the same.
func TestChangesOfManyClientsAreOneLine(t *testing.T) {
	t.Parallel()
	changes := local.Changes{Removed: []string{"user pool"}}
	for _, kind := range []struct {
		name  string
		count int
	}{{"client partner-%03d", 300}, {"function F%d", 5}, {"secret m2m/dev/partner-%03d", 300}} {
		for i := range kind.count {
			changes.Added = append(changes.Added, fmt.Sprintf(kind.name, i))
		}
	}
	const want = "added: client partner-000, client partner-001, client partner-002, client partner-003, client partner-004 and 295 more, " +
		"function F0, function F1, function F2, function F3, function F4, " +
		"secret m2m/dev/partner-000, secret m2m/dev/partner-001, secret m2m/dev/partner-002, secret m2m/dev/partner-003, " +
		"secret m2m/dev/partner-004 and 295 more; removed: user pool"
	if diff := cmp.Diff(want, changes.String()); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

// TestApplyRefused tries assemblies that can't be run: nothing changes.
func TestApplyRefused(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	run, d := start(t, serving.Config{StateDir: state}, servingtest.AssemblyDir(t, unthrottled))
	reader := servingtest.Token(t, d, "reader")
	file := filepath.Join(state, "dev", "state.json")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(servingtest.Template){
		"a resource type nobody knows": func(api servingtest.Template) {
			api.Resources()["Thing"] = map[string]any{"Type": "AWS::Nowhere::Thing"}
		},
		"an issuer that is not the pool": func(api servingtest.Template) {
			api.Authorizer()["JwtConfiguration"].(map[string]any)["Issuer"] = "https://issuer.example.com"
		},
		"two secrets of one name": func(api servingtest.Template) {
			for _, id := range []string{"One", "Other"} {
				api.Resources()[id] = map[string]any{"Type": "AWS::SecretsManager::Secret", "Properties": map[string]any{"Name": "same"}}
			}
		},
	} {
		if _, _, err := run.Apply(t.Context(), servingtest.AssemblyDir(t, func(api servingtest.Template) { batchForWriter(api); change(api) })); err == nil {
			t.Errorf("%s: it was applied", name)
		}
		if got, body := servingtest.Status(t, d, "/test_jwt", reader); got != 200 {
			t.Errorf("after %s: %d %s", name, got, body)
		}
	}
	if after, err := os.ReadFile(file); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the state is another one, %v", err)
	}
}

// TestApplyUnderLoad applies one change after the other under calls that every one of the
// assemblies answers with 200.
func TestApplyUnderLoad(t *testing.T) {
	t.Parallel()
	var seen sync.Map // statuses of the request log
	observe := func(r serving.Request) { seen.Store(r.Status, r) }
	run, d := start(t, serving.Config{Observe: observe}, servingtest.AssemblyDir(t, unthrottled))
	reader := servingtest.Token(t, d, "reader")
	stop := make(chan struct{})
	var callers sync.WaitGroup
	callers.Go(func() {
		for {
			burst(t, d.APIURL+"/test_jwt", reader) // wants 200
			select {
			case <-stop:
				return
			default:
			}
		}
	})
	for range 5 {
		apply(t, run, servingtest.AssemblyDir(t, readNeedsWrite))
		apply(t, run, servingtest.AssemblyDir(t, batchForWriter))
	}
	close(stop)
	callers.Wait()
	seen.Range(func(status, record any) bool {
		if status != 200 {
			t.Errorf("the request log has %+v", record)
		}
		return true
	})
}

// TestApplyLosesNoSecret adds and deletes client secrets by the user pool's API while changes are
// applied: what was acknowledged is what there is.
func TestApplyLosesNoSecret(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	run, d := start(t, serving.Config{StateDir: state}, servingtest.AssemblyDir(t, nil))
	api := cognitoidentityprovider.New(cognitoidentityprovider.Options{
		Region: d.Region, BaseEndpoint: &d.AWSEndpoint, Retryer: aws.NopRetryer{},
		Credentials: keyOf(d),
	})
	poolID, clientID := d.UserPoolID, d.Clients["reader"].ClientID
	stop, newest := make(chan struct{}), make(chan string, 1)
	go func() {
		last := ""
		defer func() { newest <- last }()
		for {
			added, err := api.AddUserPoolClientSecret(t.Context(), &cognitoidentityprovider.AddUserPoolClientSecretInput{UserPoolId: &poolID, ClientId: &clientID})
			if err != nil {
				t.Errorf("adding: %v", err)
				return
			}
			last = *added.ClientSecretDescriptor.ClientSecretValue
			select {
			case <-stop:
				return
			default:
			}
			if _, err := api.DeleteUserPoolClientSecret(t.Context(), &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
				UserPoolId: &poolID, ClientId: &clientID, ClientSecretId: added.ClientSecretDescriptor.ClientSecretId,
			}); err != nil {
				t.Errorf("deleting: %v", err)
				return
			}
		}
	}()
	for range 5 {
		apply(t, run, servingtest.AssemblyDir(t, readNeedsWrite))
		apply(t, run, servingtest.AssemblyDir(t, nil))
	}
	close(stop)
	last := *d
	last.Clients = map[string]serving.Client{"reader": {ClientID: clientID, ClientSecret: client.Secret(<-newest)}}
	servingtest.Token(t, &last, "reader")
	if err := run.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(filepath.Join(state, "dev", "state.json")); err != nil || !bytes.Contains(raw, []byte(last.Clients["reader"].ClientSecret)) {
		t.Errorf("the state does not have the newest secret, %v", err)
	}
}

// TestApplyWaitsForARotation applies a change while a rotation function runs.
func TestApplyWaitsForARotation(t *testing.T) {
	t.Parallel()
	var hold atomic.Bool
	arrived, answer := make(chan struct{}), make(chan struct{})
	gate := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if !hold.Load() {
			return
		}
		select {
		case arrived <- struct{}{}:
		case <-answer:
		}
		<-answer
	}))
	t.Cleanup(gate.Close)
	release := sync.OnceFunc(func() {
		hold.Store(false)
		close(answer)
	})
	report := &servingtest.Report{T: t}
	run, d := start(t, serving.Config{Report: report}, rotatedAtGate(t, gate.URL, unthrottled))
	writer := servingtest.Token(t, d, "writer")

	next := rotatedAtGate(t, gate.URL, readNeedsWrite) // built before the function's 30 seconds begin

	defer release()
	hold.Store(true)
	secrets := secretsmanager.New(secretsmanager.Options{Region: d.Region, BaseEndpoint: &d.AWSEndpoint, Credentials: keyOf(d)})
	if _, err := secrets.RotateSecret(t.Context(), &secretsmanager.RotateSecretInput{SecretId: new("rotated")}); err != nil {
		t.Fatal(err)
	}
	<-arrived
	applied := make(chan error, 1)
	go func() {
		_, _, err := run.Apply(t.Context(), next)
		applied <- err
	}()
	for range 100 { // calls go on as before
		if got, _ := servingtest.Status(t, d, "/test_jwt/read", writer); got != 403 {
			t.Fatalf("%d while a rotation is under way", got)
		}
	}
	release()
	if err := <-applied; err != nil {
		t.Fatal(err)
	}
	if got, body := servingtest.Status(t, d, "/test_jwt/read", writer); got != 200 {
		t.Errorf("after the change: %d %s", got, body)
	}
	for _, warning := range report.Warnings {
		if strings.Contains(warning, "did not end") {
			t.Error(warning)
		}
	}
}

// rotatedAtGate is an assembly with a secret whose rotation function waits for the server at gate.
func rotatedAtGate(t *testing.T, gate string, change func(servingtest.Template)) string {
	t.Helper()
	dir := servingtest.AssemblyDir(t, func(api servingtest.Template) {
		change(api)
		echo := api.Resources()["Echo11F3FB29"].(map[string]any)["Properties"].(map[string]any)
		echo["Environment"] = map[string]any{"Variables": map[string]any{"GATE": gate}}
		echo["Timeout"] = 30
		api.Resources()["Rotated"] = map[string]any{"Type": "AWS::SecretsManager::Secret", "Properties": map[string]any{"Name": "rotated"}}
		api.Resources()["Schedule"] = map[string]any{"Type": "AWS::SecretsManager::RotationSchedule", "Properties": map[string]any{
			"SecretId": map[string]any{"Ref": "Rotated"}, "RotateImmediatelyOnUpdate": false,
			"RotationLambdaARN": map[string]any{"Fn::GetAtt": []any{"Echo11F3FB29", "Arn"}},
			"RotationRules":     map[string]any{"ScheduleExpression": "rate(30 days)"},
		}}
		api.Resources()["Permission"] = map[string]any{"Type": "AWS::Lambda::Permission", "Properties": map[string]any{
			"Action": "lambda:InvokeFunction", "Principal": "secretsmanager.amazonaws.com",
			"FunctionName": map[string]any{"Fn::GetAtt": []any{"Echo11F3FB29", "Arn"}},
		}}
	})
	if err := m2mtest.BuildFunctions(servingtest.Bootstrap(t, dir), "cognito-m2m/test/e2e/testdata/gated"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestApplyLeavesNoGoroutine is not parallel, so that no other test's goroutines begin while it
// counts.
func TestApplyLeavesNoGoroutine(t *testing.T) {
	http.DefaultClient.CloseIdleConnections()
	before := runtime.NumGoroutine()
	run, d := start(t, serving.Config{FunctionOutput: io.Discard}, servingtest.AssemblyDir(t, unthrottled))
	reader := servingtest.Token(t, d, "reader")
	burst(t, d.APIURL+"/test_jwt", reader)
	for _, change := range []func(servingtest.Template){readNeedsWrite, batchForWriter} {
		apply(t, run, servingtest.AssemblyDir(t, change))
		burst(t, d.APIURL+"/test_jwt", reader)
	}
	http.DefaultClient.CloseIdleConnections()
	if err := run.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	goroutines(t, "after the run", before)
}
