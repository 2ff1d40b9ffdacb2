package rehearsal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/rehearsal"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// deployments is a run that templates are deployed into, without AWS's front: the test does what
// the engine does, a step at a time.
type deployments struct {
	*rehearsal.Rehearsal

	t        *testing.T
	cfg      serving.Config
	dir      string // of the assembly
	deployed map[string]*engine.Template
	ready    []*serving.Description
	count    int
}

// rehearse starts an empty run, and an assembly to deploy into it.
func rehearse(t *testing.T, changes ...func(*serving.Config)) *deployments {
	t.Helper()
	r := &deployments{t: t, dir: servingtest.AssemblyDir(t, nil), deployed: map[string]*engine.Template{}}
	r.cfg = serving.Config{Env: "empty", StateDir: t.TempDir(), Report: &servingtest.Report{T: t}, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Ready: func(d *serving.Description) { r.ready = append(r.ready, d) }}
	for _, change := range changes {
		change(&r.cfg)
	}
	r.start()
	t.Cleanup(func() { r.close() })
	r.upload(servingtest.Bootstrap(t, r.dir))
	return r
}

// upload uploads the code of a function of the assembly, as the CDK CLI does.
func (r *deployments) upload(program string) {
	r.t.Helper()
	hash := strings.TrimPrefix(filepath.Base(filepath.Dir(program)), "asset.")
	var zipped bytes.Buffer
	archive := zip.NewWriter(&zipped)
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Store} // deflating is slow under the race detector
	header.SetMode(0o755)
	entry, err := archive.CreateHeader(header)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.WriteString(entry, m2mtest.Read(r.t, program)); err != nil {
		r.t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		r.t.Fatal(err)
	}
	client := s3.NewFromConfig(r.sdk(), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.PutObject(r.t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("cdk-hnb659fds-assets-" + account + "-" + region), Key: aws.String(hash + ".zip"), Body: bytes.NewReader(zipped.Bytes()),
	}); err != nil {
		r.t.Fatal(err)
	}
}

// sdk is the AWS SDK's configuration for the run.
func (r *deployments) sdk() aws.Config {
	at := r.Access()
	return aws.Config{Region: region, BaseEndpoint: &at.URL, Credentials: credentials.NewStaticCredentialsProvider(at.KeyID, string(at.Secret), "")}
}

// The place that stacks are deployed to: the account is that of the run's key.
const (
	account = "123456789012"
	region  = "ap-northeast-1"
)

func (r *deployments) start() {
	r.t.Helper()
	run, err := rehearsal.Open(r.cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Rehearsal = run
	if err := errors.Join(run.Start(), run.Recover()); err != nil {
		r.t.Fatal(err)
	}
}

func (r *deployments) close() {
	r.t.Helper()
	if err := r.Close(context.Background()); err != nil {
		r.t.Errorf("closing: %v", err)
	}
}

// restart is a run that was ended, and the next one.
func (r *deployments) restart() {
	r.t.Helper()
	r.close()
	r.ready = nil
	r.start()
}

// template is the template of a stack of the assembly, after a change.
func (r *deployments) template(stack string, change func(servingtest.Template)) *engine.Template {
	r.t.Helper()
	var object servingtest.Template
	if err := json.Unmarshal([]byte(m2mtest.Read(r.t, m2mtest.Only(r.t, filepath.Join(r.dir, "assembly-dev", "*"+stack+"*.template.json")))), &object); err != nil {
		r.t.Fatal(err)
	}
	if change != nil {
		change(object)
	}
	text, err := json.Marshal(object)
	if err != nil {
		r.t.Fatal(err)
	}
	name := "m2m-dev-" + stack
	return &engine.Template{
		StackName: name, StackID: "arn:aws:cloudformation:" + region + ":" + account + ":stack/" + name + "/51af3dc0-da77-11e4-872e-1234567db123",
		AccountID: account, Region: region, Text: string(text),
	}
}

// operation is the next one on the stack of a template.
func (r *deployments) operation(next *engine.Template) engine.Operation {
	r.count++
	return engine.Operation{ID: fmt.Sprint("operation-", r.count), Before: r.deployed[next.StackName], Next: next}
}

func (r *deployments) evaluate(operation engine.Operation) *engine.Evaluated {
	r.t.Helper()
	evaluated, err := r.Evaluate(r.t.Context(), operation)
	if err != nil {
		r.t.Fatal(err)
	}
	return evaluated
}

func (r *deployments) apply(operation engine.Operation, step engine.Step) {
	r.t.Helper()
	if err := r.Apply(r.t.Context(), operation, step); err != nil {
		r.t.Fatalf("%s %s: %v", step.Action, step.Resource.LogicalID, err)
	}
}

// inOrder are the resources, each after those that it depends on.
func inOrder(resources map[string]engine.Resource) (ordered []engine.Resource) {
	done := map[string]bool{}
	var visit func(id string)
	visit = func(id string) {
		if done[id] {
			return
		}
		done[id] = true
		for _, other := range resources[id].DependsOn {
			visit(other)
		}
		ordered = append(ordered, resources[id])
	}
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		visit(id)
	}
	return ordered
}

// deploy does a whole operation, and calls between after each step.
func (r *deployments) deploy(next *engine.Template, between func(engine.Step)) {
	r.t.Helper()
	operation := r.operation(next)
	before := map[string]engine.Resource{}
	if operation.Before != nil {
		before = r.evaluate(engine.Operation{ID: operation.ID + "-before", Before: operation.Before}).Resources
	}
	after := r.evaluate(operation).Resources
	step := func(action engine.Action, resource engine.Resource) {
		s := engine.Step{Action: action, Resource: resource}
		r.apply(operation, s)
		if between != nil {
			between(s)
		}
	}
	for _, resource := range inOrder(after) {
		if resource.Fault != "" {
			r.t.Fatalf("%s: %s", resource.LogicalID, resource.Fault)
		}
		was, there := before[resource.LogicalID]
		switch {
		case !there || was.Generation != resource.Generation:
			step(engine.Create, resource)
		case fmt.Sprint(was.Properties) != fmt.Sprint(resource.Properties):
			step(engine.Update, resource)
		}
	}
	for _, resource := range slices.Backward(inOrder(before)) {
		if now, there := after[resource.LogicalID]; !there || now.Generation != resource.Generation {
			step(engine.Delete, resource)
		}
	}
	if err := r.End(r.t.Context(), operation, next); err != nil {
		r.t.Fatal(err)
	}
	r.deployed[next.StackName] = next
}

// deployed2 deploys both stacks, and returns what was announced.
func (r *deployments) deployAll() *serving.Description {
	r.t.Helper()
	r.deploy(r.template("Identity", nil), nil)
	r.deploy(r.template("Api", nil), nil)
	if len(r.ready) == 0 {
		r.t.Fatal("no environment was announced")
	}
	return r.ready[len(r.ready)-1]
}

// TestRehearsalServesWhatIsDeployed: nothing before, the environment after.
func TestRehearsalServesWhatIsDeployed(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	d := r.deployAll()
	if d.Environment != "dev" || d.Region != region {
		t.Errorf("announced %s in %s", d.Environment, d.Region)
	}
	reader := servingtest.Token(t, d, "reader")
	if got, body := servingtest.Status(t, d, "/test_jwt", reader); got != 200 {
		t.Errorf("with a token: %d %s", got, body)
	}
	if got, _ := servingtest.Status(t, d, "/test_jwt", ""); got != 401 {
		t.Errorf("without a token: %d", got)
	}
	clients := d.Clients
	r.restart()
	if len(r.ready) != 1 {
		t.Fatalf("%d environments after a restart", len(r.ready))
	}
	again := r.ready[0]
	if again.APIURL != d.APIURL || fmt.Sprint(again.Clients) != fmt.Sprint(clients) {
		t.Errorf("after a restart: %+v, before %+v", again, d)
	}
	if got, body := servingtest.Status(t, again, "/test_jwt", reader); got != 200 {
		t.Errorf("with the token of before: %d %s", got, body)
	}
}

// TestRehearsalInBadWeather: calls and token requests of what is deployed meet it, and rotated keys
// outlast an update of their pool and a restart.
func TestRehearsalInBadWeather(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var events []chaos.Event
	r := rehearse(t, func(cfg *serving.Config) {
		config := chaos.Config{Seed: 1, Report: func(e chaos.Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}}
		for _, text := range []string{"100%:kinds=keys", "100%:kinds=503"} {
			rule, err := chaos.ParseRule(text)
			if err != nil {
				t.Fatal(err)
			}
			config.Rules = append(config.Rules, rule)
		}
		cfg.Weather = chaos.New(config)
	})
	d := r.deployAll()
	writer := servingtest.Token(t, d, "writer")
	accepted := func(when string) {
		t.Helper()
		if got, body := servingtest.Status(t, r.ready[len(r.ready)-1], "/test_jwt", writer); got != 503 {
			t.Errorf("%s: %d %s, want the weather's 503", when, got, body)
		}
	}
	accepted("at first")
	r.deploy(r.template("Api", servingtest.Rename), nil)
	accepted("after an update of the pool's clients")
	r.restart()
	accepted("after a restart")
	servingtest.Token(t, r.ready[0], "writer")
	var said []string
	mu.Lock()
	defer mu.Unlock()
	for _, e := range events {
		what, _, _ := strings.Cut(e.String(), " until ")
		said = append(said, what)
	}
	want := []string{
		"token request 1 of writer: signing keys rotated",
		"ANY /test_jwt, call 1 of writer: answered 503; its function was called",
		"ANY /test_jwt, call 2 of writer: answered 503; its function was called",
		"ANY /test_jwt, call 3 of writer: answered 503; its function was called",
		"token request 2 of writer: signing keys not rotated: tokens of the key before may be valid",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Error(diff)
	}
}

// TestRehearsalReplacesAClient: the old client gets tokens until the clean-up, and
// what is not replaced is as before.
func TestRehearsalReplacesAClient(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	before := r.deployAll()
	old := before.Clients["reader"]
	tokenOf := func(c serving.Client) error {
		source := clientcredentials.Config{ClientID: c.ClientID, ClientSecret: string(c.ClientSecret), TokenURL: before.TokenEndpoint, AuthStyle: oauth2.AuthStyleInHeader}
		_, err := source.Token(t.Context())
		return err
	}
	deleted := false
	r.deploy(r.template("Api", servingtest.Rename), func(step engine.Step) {
		if step.Action == engine.Delete && step.Resource.LogicalID == servingtest.ReaderID {
			deleted = true
		}
		if err := tokenOf(old); (err != nil) != deleted {
			t.Errorf("after %s %s: %v", step.Action, step.Resource.LogicalID, err)
		}
	})
	if !deleted {
		t.Error("the old client was not deleted")
	}
	r.restart()
	after := r.ready[0]
	if after.Clients["reader"].ClientID == old.ClientID {
		t.Error("the reader has the client id of before")
	}
	if diff := cmp.Diff(before.Clients["writer"], after.Clients["writer"]); diff != "" {
		t.Errorf("the writer (-before +after):\n%s", diff)
	}
}

// TestRehearsalGoesOnAfterARestart: a run that ends in the middle of an operation serves what was
// there, with the ids that the operation has made, and the operation goes on.
func TestRehearsalGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	before := r.deployAll()
	next := r.template("Api", servingtest.Rename)
	operation := r.operation(next)
	proposed := r.evaluate(operation).Resources
	const created = "ClientReader00000000"
	create := engine.Step{Action: engine.Create, Resource: proposed[created]}
	r.apply(operation, create)
	r.restart()
	again := r.evaluate(operation).Resources
	if again[created].PhysicalID != proposed[created].PhysicalID {
		t.Errorf("the client that was created is now %s, and was %s", again[created].PhysicalID, proposed[created].PhysicalID)
	}
	r.apply(operation, create) // the engine does the last step once more
	if got := servingtest.Token(t, before, "reader"); got == "" {
		t.Error("no token")
	}
	// It is rolled back.
	r.apply(operation, engine.Step{Action: engine.Delete, Resource: proposed[created], Rollback: true})
	if err := r.End(t.Context(), operation, r.deployed[next.StackName]); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if diff := cmp.Diff(before.Clients, r.ready[0].Clients); diff != "" {
		t.Errorf("after the rollback (-before +after):\n%s", diff)
	}
}

// TestRehearsalForgetsADeletedStack: nothing is served any more, and the next deployment gets new
// ids.
func TestRehearsalForgetsADeletedStack(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	before := r.deployAll()
	for _, name := range []string{"Api", "Identity"} {
		stack := "m2m-dev-" + name
		operation := engine.Operation{ID: "deletion of " + stack, Before: r.deployed[stack]}
		for _, resource := range slices.Backward(inOrder(r.evaluate(operation).Resources)) {
			r.apply(operation, engine.Step{Action: engine.Delete, Resource: resource})
		}
		for range 2 { // it may come twice
			if err := r.End(t.Context(), operation, nil); err != nil {
				t.Fatal(err)
			}
		}
		delete(r.deployed, stack)
	}
	r.restart()
	if len(r.ready) > 0 {
		t.Errorf("after the deletion there is still %s", r.ready[0].APIURL)
	}
	if after := r.deployAll(); after.UserPoolID == before.UserPoolID || after.Clients["reader"].ClientID == before.Clients["reader"].ClientID {
		t.Error("the next deployment has the ids of the one that was deleted")
	}
}

// TestRehearsalRefusesToDeleteAProtectedPool: the pool goes on, and so do its tokens.
func TestRehearsalRefusesToDeleteAProtectedPool(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	protected := func(identity servingtest.Template) {
		identity.PropertiesOf("AWS::Cognito::UserPool")["DeletionProtection"] = "ACTIVE"
	}
	r.deploy(r.template("Identity", protected), nil)
	r.deploy(r.template("Api", nil), nil)
	operation := engine.Operation{ID: "deletion", Before: r.deployed["m2m-dev-Identity"]}
	pool := only(t, r.evaluate(operation), "AWS::Cognito::UserPool")
	err := r.Apply(t.Context(), operation, engine.Step{Action: engine.Delete, Resource: pool})
	if err == nil || !strings.Contains(err.Error(), "The user pool cannot be deleted because deletion protection is activated") {
		t.Errorf("deleting the pool: %v", err)
	}
	if got := servingtest.Token(t, r.ready[0], "reader"); got == "" {
		t.Error("no token")
	}
	if err := r.End(t.Context(), operation, operation.Before); err != nil {
		t.Fatal(err)
	}
}

// TestRehearsalRefusesASecondDomain: a replaced domain is made before the old one is deleted, and a
// pool can have one of each kind.
func TestRehearsalRefusesASecondDomain(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	before := r.deployAll()
	operation := r.operation(r.template("Identity", func(identity servingtest.Template) {
		identity.PropertiesOf("AWS::Cognito::UserPoolDomain")["Domain"] = "acme-m2m"
	}))
	domain := only(t, r.evaluate(operation), "AWS::Cognito::UserPoolDomain")
	err := r.Apply(t.Context(), operation, engine.Step{Action: engine.Create, Resource: domain})
	if err == nil || !strings.Contains(err.Error(), "User pool already has a domain configured") {
		t.Errorf("making the second domain: %v", err)
	}
	if err := r.End(t.Context(), operation, operation.Before); err != nil {
		t.Fatal(err)
	}
	if got := servingtest.Token(t, before, "reader"); got == "" {
		t.Error("no token")
	}
}

// only is the one resource of a type.
func only(t *testing.T, evaluated *engine.Evaluated, typeName string) (found engine.Resource) {
	t.Helper()
	count := 0
	for _, resource := range evaluated.Resources {
		if resource.Type == typeName {
			found, count = resource, count+1
		}
	}
	if count != 1 {
		t.Fatalf("%d resources of type %s", count, typeName)
	}
	return found
}

// TestRehearsalKeepsRouteSettings: API Gateway adds settings of routes to those that are there, and
// refuses the next update of a stage that has some of a route that is gone.
func TestRehearsalKeepsRouteSettings(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.deployAll()
	throttled := func(api servingtest.Template) {
		api.PropertiesOf("AWS::ApiGatewayV2::Stage")["RouteSettings"] = map[string]any{"GET /test_jwt/read": map[string]any{"ThrottlingRateLimit": 0, "ThrottlingBurstLimit": 0}}
	}
	r.deploy(r.template("Api", throttled), nil)
	reader := servingtest.Token(t, r.ready[0], "reader")
	if got, body := servingtest.Status(t, r.ready[0], "/test_jwt/read", reader); got != 429 {
		t.Errorf("a throttled route: %d %s", got, body)
	}
	r.deploy(r.template("Api", nil), nil)
	if got, body := servingtest.Status(t, r.ready[0], "/test_jwt/read", reader); got != 429 {
		t.Errorf("the throttle was taken out of the servingtest.Template, and the stage keeps it; the route: %d %s", got, body)
	}
	withoutRoute := func(api servingtest.Template) {
		for id, resource := range api.Resources() {
			if properties, _ := resource.(map[string]any)["Properties"].(map[string]any); properties["RouteKey"] == "GET /test_jwt/read" {
				delete(api.Resources(), id)
			}
		}
	}
	r.restart()
	r.deploy(r.template("Api", withoutRoute), nil)
	next := r.template("Api", func(api servingtest.Template) {
		withoutRoute(api)
		api.PropertiesOf("AWS::ApiGatewayV2::Stage")["StageVariables"] = map[string]any{"a": "b"}
	})
	operation := r.operation(next)
	err := r.Apply(t.Context(), operation, engine.Step{Action: engine.Update, Resource: only(t, r.evaluate(operation), "AWS::ApiGatewayV2::Stage")})
	if err == nil || err.Error() != "Unable to find Route by key GET /test_jwt/read within the provided RouteSettings" {
		t.Errorf("the next update of the stage: %v", err)
	}
	if err := r.End(t.Context(), operation, operation.Before); err != nil {
		t.Fatal(err)
	}
}

// TestRehearsalTellsWhoRefuses: CloudFormation a template, and a service, or this run, a resource.
func TestRehearsalTellsWhoRefuses(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.deploy(r.template("Identity", nil), nil)
	for name, c := range map[string]struct {
		change                     func(api servingtest.Template)
		refusal, resource, because string
	}{
		"a reference to nothing": {
			change:  func(api servingtest.Template) { api.Authorizer()["Name"] = map[string]any{"Ref": "Nothing"} },
			refusal: "ValidationError: Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
		},
		"an attribute of what a condition leaves out": {
			change: func(api servingtest.Template) {
				api["Conditions"] = map[string]any{"Never": map[string]any{"Fn::Equals": []any{"a", "b"}}}
				api.Resources()["Gone"] = map[string]any{"Type": "AWS::Logs::LogGroup", "Condition": "Never"}
				api.Authorizer()["Name"] = map[string]any{"Fn::GetAtt": []any{"Gone", "Arn"}}
			},
			refusal: "ValidationError: Template format error: Unresolved resource dependencies [Gone] in the Resources block of the template",
		},
		"after nothing": {
			change: func(api servingtest.Template) {
				api.Resources()[servingtest.ReaderID].(map[string]any)["DependsOn"] = []any{"Nothing"}
			},
			refusal: "ValidationError: Template format error: Unresolved resource dependencies [Nothing] in the Resources block of the template",
		},
		"a list for a number": {
			change: func(api servingtest.Template) {
				api.PropertiesOf("AWS::Lambda::Function")["Timeout"] = []any{}
			},
			refusal: "ValidationError: Template error: Echo11F3FB29: Timeout: a whole number is needed here, not a list",
		},
		"a word for a number": {
			change: func(api servingtest.Template) {
				api.PropertiesOf("AWS::Lambda::Function")["Timeout"] = "long"
			},
			resource: "Echo11F3FB29", because: "Timeout: a whole number from 1 to 900 is needed here",
		},
		"an import of nothing": {
			change: func(api servingtest.Template) {
				api.Authorizer()["Name"] = map[string]any{"Fn::ImportValue": "nothing"}
			},
			resource: "HttpApiJwt21C2E32E", because: "No export named nothing found",
		},
		"a scope that does not exist": {
			change: func(api servingtest.Template) {
				api.Resources()[servingtest.ReaderID].(map[string]any)["Properties"].(map[string]any)["AllowedOAuthScopes"] = []any{"test-api/nothing"}
			},
			resource: servingtest.ReaderID, because: "Invalid scope requested: test-api/nothing",
		},
		"a type that is not known": {
			change: func(api servingtest.Template) {
				api.Resources()["Table"] = map[string]any{"Type": "AWS::DynamoDB::Table"}
			},
			resource: "Table", because: "the type AWS::DynamoDB::Table is not simulated",
		},
		"policies that are too long": {
			change: func(api servingtest.Template) {
				api.Resources()["Policy"] = map[string]any{"Type": "AWS::IAM::Policy", "Properties": map[string]any{
					"PolicyName": "long", "Roles": []any{"runner"}, "PolicyDocument": map[string]any{"Version": strings.Repeat("1", 10_240)},
				}}
			},
			resource: "Policy", because: "PolicyDocument: Maximum policy size of 10240 bytes exceeded for role runner",
		},
		"a policy without a document": {
			change: func(api servingtest.Template) {
				api.Resources()["Policy"] = map[string]any{"Type": "AWS::IAM::Policy", "Properties": map[string]any{
					"PolicyName": "empty", "Roles": []any{"runner"},
				}}
			},
			refusal: "ValidationError: Template error: Policy: PolicyDocument: PolicyDocument is required",
		},
		"code that was not uploaded": {
			change: func(api servingtest.Template) {
				api.PropertiesOf("AWS::Lambda::Function")["Code"].(map[string]any)["S3Key"] = "nothing.zip"
			},
			resource: "Echo11F3FB29", because: "S3 Error Code: NoSuchKey",
		},
	} {
		evaluated, err := r.Evaluate(t.Context(), r.operation(r.template("Api", c.change)))
		switch {
		case c.refusal != "" && (err == nil || err.Error() != c.refusal):
			t.Errorf("%s: %v, want %s", name, err, c.refusal)
		case c.refusal == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.refusal == "":
			r := evaluated.Resources[c.resource]
			if said := r.Fault + r.Unresolved; !strings.Contains(said, c.because) {
				t.Errorf("%s: the fault is %q, want %q", name, said, c.because)
			}
		}
	}
}

// TestRehearsalKeepsWhatWasChangedByHand: until CloudFormation updates the client.
func TestRehearsalKeepsWhatWasChangedByHand(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	d := r.deployAll()
	reader := d.Clients["reader"]
	pools := cognitoidentityprovider.NewFromConfig(r.sdk())
	if _, err := pools.UpdateUserPoolClient(t.Context(), &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: &d.UserPoolID, ClientId: &reader.ClientID, ClientName: aws.String("reader"), AllowedOAuthFlowsUserPoolClient: true,
		AllowedOAuthFlows: []types.OAuthFlowType{types.OAuthFlowTypeClientCredentials}, AllowedOAuthScopes: []string{"test-api/write"},
	}); err != nil {
		t.Fatal(err)
	}
	r.restart()
	if got := r.ready[0].Clients["reader"].Scopes; !slices.Equal(got, []string{"test-api/write"}) {
		t.Errorf("after a change by hand and a restart the reader has %q", got)
	}
	now := r.deployed["m2m-dev-Api"]
	resource := r.evaluate(engine.Operation{ID: "look", Before: now}).Resources[servingtest.ReaderID]
	actual, exists, known := r.Properties(t.Context(), now, resource)
	if !exists || !known || fmt.Sprint(actual["AllowedOAuthScopes"]) != "[test-api/write]" {
		t.Errorf("drift detection finds %v, %v, %v", actual["AllowedOAuthScopes"], exists, known)
	}
	r.deploy(r.template("Api", func(api servingtest.Template) {
		api.Resources()[servingtest.ReaderID].(map[string]any)["Properties"].(map[string]any)["AccessTokenValidity"] = 20
	}), nil)
	r.restart()
	if got := r.ready[0].Clients["reader"].Scopes; !slices.Equal(got, reader.Scopes) {
		t.Errorf("after an update the reader has %q", got)
	}
}

// TestRehearsalTakesOperationsUp: the engine goes on where the run before was ended, in the middle
// of a creation.
func TestRehearsalTakesOperationsUp(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.close()
	r.cfg.Slow = 50 * time.Millisecond
	r.start()
	stacks := cloudformation.NewFromConfig(r.sdk())
	name := aws.String("m2m-dev-Identity")
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: name, TemplateBody: &r.template("Identity", nil).Text}); err != nil {
		t.Fatal(err)
	}
	resources := func() (made int) {
		t.Helper()
		answer, err := stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: name})
		if err != nil {
			t.Fatal(err)
		}
		for _, resource := range answer.StackResources {
			if resource.ResourceStatus == "CREATE_COMPLETE" {
				made++
			}
		}
		return made
	}
	m2mtest.Eventually(t, "the first resource", func() bool { return resources() > 0 })
	r.cfg.Slow = 0
	r.restart()
	stacks = cloudformation.NewFromConfig(r.sdk())
	m2mtest.Eventually(t, "the stack to be complete", func() bool {
		answer, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: name})
		return err == nil && answer.Stacks[0].StackStatus == "CREATE_COMPLETE"
	})
	identity := r.template("Identity", nil)
	if got, want := resources(), len(r.evaluate(engine.Operation{ID: "look", Next: identity}).Resources); got != want {
		t.Errorf("%d resources are there, want %d", got, want)
	}
}

// TestRehearsalKeepsTheIDsOfAnOperation: what an operation makes has the ids that the stack says,
// also if the run was ended before its first step.
func TestRehearsalKeepsTheIDsOfAnOperation(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.close()
	r.cfg.Slow = time.Hour
	r.start()
	stacks := cloudformation.NewFromConfig(r.sdk())
	name := aws.String("m2m-dev-Identity")
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: name, TemplateBody: &r.template("Identity", nil).Text}); err != nil {
		t.Fatal(err)
	}
	m2mtest.Eventually(t, "the first step", func() bool {
		answer, err := stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: name})
		return err == nil && len(answer.StackResources) > 0
	})
	r.cfg.Slow = 0
	r.restart()
	stacks = cloudformation.NewFromConfig(r.sdk())
	m2mtest.Eventually(t, "the stack to be complete", func() bool {
		answer, err := stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: name})
		return err == nil && answer.Stacks[0].StackStatus == "CREATE_COMPLETE"
	})
	answer, err := stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: name})
	if err != nil {
		t.Fatal(err)
	}
	for _, resource := range answer.StackResources {
		if *resource.ResourceType != "AWS::Cognito::UserPool" {
			continue
		}
		pools := cognitoidentityprovider.NewFromConfig(r.sdk())
		if _, err := pools.ListUserPoolClients(t.Context(), &cognitoidentityprovider.ListUserPoolClientsInput{UserPoolId: resource.PhysicalResourceId}); err != nil {
			t.Error(err)
		}
		return
	}
	t.Error("the stack has no user pool")
}

// TestRehearsalKnowsTheNamesThatAreTaken: the stack that comes later is refused, whatever it is
// called.
func TestRehearsalKnowsTheNamesThatAreTaken(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	deployed := r.template("Identity", nil)
	r.deploy(deployed, nil)
	for _, name := range []string{"a-copy", "z-copy"} {
		next := *r.template("Identity", func(identity servingtest.Template) { delete(identity, "Outputs") })
		next.StackName, next.StackID = name, strings.Replace(deployed.StackID, deployed.StackName, name, 1)
		said := map[string]string{}
		for _, resource := range r.evaluate(r.operation(&next)).Resources {
			if resource.Fault != "" {
				said[resource.Type] = resource.Fault
			}
		}
		want := map[string]string{"AWS::Cognito::UserPoolDomain": "Domain: Domain already associated with another user pool."}
		if !maps.Equal(said, want) {
			t.Errorf("%s: faults %q, want %q", name, said, want)
		}
	}
}

// TestRehearsalKeepsItsAccessKey also if nothing was deployed.
func TestRehearsalKeepsItsAccessKey(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	first := r.Access()
	r.restart()
	if second := r.Access(); first.KeyID != second.KeyID || first.Secret != second.Secret {
		t.Error("the second run has another access key")
	}
}

// TestRehearsalRefusesStacksThatCanNotBeUsed names the file, and leaves it as it is.
func TestRehearsalRefusesStacksThatCanNotBeUsed(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	stacks := cloudformation.NewFromConfig(r.sdk())
	topic := `{"Resources": {"A": {"Type": "AWS::Logs::LogGroup"}}}`
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("app"), TemplateBody: &topic}); err != nil {
		t.Fatal(err)
	}
	r.reaches("CREATE_COMPLETE")
	r.close()
	defer r.start() // for the end of the test
	folder := filepath.Join(r.cfg.StateDir, "empty")
	record, state := m2mtest.Only(t, filepath.Join(folder, "stacks", "*.json")), filepath.Join(folder, "state.json")
	template, index := m2mtest.Only(t, filepath.Join(folder, "templates", "*")), filepath.Join(folder, "objects", "index.json")
	for name, c := range map[string]struct {
		file, content, named, because string
	}{
		"cut off":        {record, m2mtest.Read(t, record)[:200], record, "unexpected EOF"},
		"empty":          {record, "", record, "EOF"},
		"of another one": {record, strings.Replace(m2mtest.Read(t, record), "/app/", "/other/", 1), record, "it is of another stack"},
		"a bad change":   {record, m2mtest.Read(t, record) + "{\n{}\n", record, "the changes: line 1: unexpected EOF"},
		"no state":       {state, "", state, "it is not there"},
		"no template":    {template, "{", template, "unexpected end of JSON input"},
		"no index":       {index, "{", index, "unexpected end of JSON input"},
	} {
		before := m2mtest.Read(t, c.file)
		if c.file == state {
			if err := os.Remove(state); err != nil {
				t.Fatal(err)
			}
		} else {
			m2mtest.Write(t, c.file, c.content)
		}
		err := r.refused()
		unusable, ok := errors.AsType[*rehearsal.StacksError](err)
		if !ok || unusable.File != c.named || !strings.Contains(unusable.Reason, c.because) {
			t.Errorf("%s: %v", name, err)
		}
		if c.file != state && m2mtest.Read(t, c.file) != c.content {
			t.Errorf("%s: the file was changed", name)
		}
		m2mtest.Write(t, c.file, before)
	}
}

// refused is the error of a run that can't start.
func (r *deployments) refused() error {
	r.t.Helper()
	run, err := rehearsal.Open(r.cfg)
	if err != nil {
		return err
	}
	err = run.Start()
	if closing := run.Close(r.t.Context()); closing != nil {
		r.t.Errorf("closing: %v", closing)
	}
	return err
}

// reaches waits until the stack "app" has a status.
func (r *deployments) reaches(status string) {
	r.t.Helper()
	m2mtest.Eventually(r.t, status, func() bool {
		answer, err := cloudformation.NewFromConfig(r.sdk()).DescribeStacks(r.t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("app")})
		if err != nil {
			r.t.Fatal(err)
		}
		return string(answer.Stacks[0].StackStatus) == status
	})
}

// TestRecordsGrowByLines while a run deploys, for the user alone. What a killed run has left is
// read, and a run that ends leaves all in one.
func TestRecordsGrowByLines(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	topic := `{"Resources": {"A": {"Type": "AWS::Logs::LogGroup"}}}`
	stacks := cloudformation.NewFromConfig(r.sdk())
	if _, err := stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("app"), TemplateBody: &topic}); err != nil {
		t.Fatal(err)
	}
	r.reaches("CREATE_COMPLETE")
	record := m2mtest.Only(t, filepath.Join(r.cfg.StateDir, "empty", "stacks", "*.json"))
	grown := m2mtest.Read(t, record)
	_, changes, _ := strings.Cut(grown, "\n{\"Changes\":true}\n")
	if info, err := os.Stat(record); err != nil || info.Mode().Perm() != 0o600 || strings.Count(changes, "\n") < 5 {
		t.Errorf("%v, %v, the changes %s", info.Mode(), err, changes)
	}
	r.close()
	if whole := m2mtest.Read(t, record); !strings.HasSuffix(whole, "\n{\"Changes\":true}\n") {
		t.Errorf("the run has left %s", whole)
	}
	m2mtest.Write(t, record, grown+`{"Stack": {"Na`) // as a run leaves it that is killed while it appends
	r.start()
	r.reaches("CREATE_COMPLETE")
	topic = `{"Resources": {"B": {"Type": "AWS::Logs::LogGroup"}}}`
	if _, err := cloudformation.NewFromConfig(r.sdk()).UpdateStack(t.Context(), &cloudformation.UpdateStackInput{StackName: aws.String("app"), TemplateBody: &topic}); err != nil {
		t.Fatal(err)
	}
	r.reaches("UPDATE_COMPLETE")
}

// TestRunsOfDifferentKinds do not take each other's state, in which ids and secrets would be lost.
func TestRunsOfDifferentKinds(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.deployAll()
	r.close()
	defer r.start() // for the end of the test
	_, err := local.Open(r.cfg)
	if other, ok := errors.AsType[*serving.OtherRunError](err); !ok || !other.DeployedInto {
		t.Errorf("an assembly in the state of what was deployed: %v", err)
	}
	state := t.TempDir()
	assembly, err := local.Open(serving.Config{Env: "dev", StateDir: state, Report: r.cfg.Report})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := assembly.Start(t.Context(), r.dir); err != nil {
		t.Fatal(err)
	}
	if err := assembly.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg := r.cfg
	cfg.StateDir, cfg.Env = state, "dev"
	_, err = rehearsal.Open(cfg)
	if other, ok := errors.AsType[*serving.OtherRunError](err); !ok || other.DeployedInto {
		t.Errorf("deployed into the state of an assembly: %v", err)
	}
}
