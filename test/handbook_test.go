package test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"cognito-m2m/internal/handbook"
	"cognito-m2m/internal/offering"
	"cognito-m2m/internal/openapi"
)

// offered is what an environment of an assembly offers, without a run or a deployment.
func offered(t *testing.T, dir, env string) *offering.Offer {
	t.Helper()
	o, err := offering.Read(dir, env, offering.Known{})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// TestGoldenHandbook keeps the OpenAPI document and the handbook of dev, as m2m openapi and m2m
// handbook print them from the assembly, where readers of the project find them.
func TestGoldenHandbook(t *testing.T) {
	dev := offered(t, theAssembly(t).dir, "dev")
	document, err := openapi.Describe(dev)
	if err != nil {
		t.Fatal(err)
	}
	var described bytes.Buffer
	if err := document.WriteYAML(&described); err != nil {
		t.Fatal(err)
	}
	page, err := handbook.Markdown(dev, "")
	if err != nil {
		t.Fatal(err)
	}
	const command = "`make golden` writes this file: `m2m %s --assembly cdk.out`"
	for name, got := range map[string]string{
		"openapi.yaml": "# " + strings.Replace(command, "%s", "openapi", 1) + "\n" + described.String(),
		"handbook.md":  "<!-- " + strings.Replace(command, "%s", "handbook", 1) + " -->\n\n" + string(page),
	} {
		file := filepath.Join(root, "docs", name)
		if *update {
			write(t, file, []byte(got))
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s is out of date: run `make golden` (-file +now):\n%s", file, diff)
		}
	}
}

// TestOffered reads what the keys of an environment file come to for its callers.
func TestOffered(t *testing.T) {
	yaml := with(t, variant, "methods: [GET]", "methods: [GET], description: Lists a., throttle: {rate: 7}")
	yaml = with(t, yaml, "\napi:", "\nsecrets: {graceHours: 30}\napi:")
	yaml = with(t, yaml, "  writer: {scopes: [test-api/write]", "  writer: {scopes: [test-api/write], rotation: {everyDays: 7}")
	o := offered(t, look(t, yaml).dir, "dev")
	if !o.Placeholders || o.APIURL != "https://"+offering.APIID+".execute-api.eu-west-1.amazonaws.com" ||
		o.TokenEndpoint != "https://m2m-dev-00000000.auth.eu-west-1.amazoncognito.com/oauth2/token" {
		t.Errorf("addresses %s and %s", o.APIURL, o.TokenEndpoint)
	}
	type route struct {
		Key, Description string
		Rate             float64
		Burst            int
	}
	var routes []route
	for _, r := range o.Routes {
		routes = append(routes, route{r.Key, r.Description, *r.Rate, *r.Burst})
	}
	if diff := cmp.Diff([]route{{"GET /a", "Lists a.", 7, 200}, {"POST /b", "", 100, 200}, {"PUT /b", "", 100, 200}}, routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	want := []offering.Client{
		{TokenValidity: time.Hour, Secret: "m2m/dev/reader", EveryDays: 30, Grace: 30 * time.Hour},
		{TokenValidity: 30 * time.Minute, Secret: "m2m/dev/writer", EveryDays: 7, Grace: 30 * time.Hour},
	}
	if diff := cmp.Diff(want, o.Clients, cmpopts.IgnoreFields(offering.Client{}, "Client")); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]offering.Scope{{Name: "test-api/read", Description: "Read test data"}, {Name: "test-api/write", Description: "Write test data"}}, o.Scopes); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}

	// Without graceHours, half of the schedule, 24 hours at most.
	daily := offered(t, look(t, with(t, variant, "  writer: {scopes: [test-api/write]", "  writer: {scopes: [test-api/write], rotation: {everyDays: 1}")).dir, "dev")
	if got := []time.Duration{daily.Clients[0].Grace, daily.Clients[1].Grace}; got[0] != 24*time.Hour || got[1] != 12*time.Hour {
		t.Errorf("the grace times are %v", got)
	}
}

// TestOfferedByFunction: behind a function authorizer, and in a group, it is the same; addresses of
// one's own are known without a deployment.
func TestOfferedByFunction(t *testing.T) {
	o := offered(t, look(t, manyClients(t)+jobs).dir, "dev")
	function := o.Function()
	if function == nil || function.Remembered != time.Minute {
		t.Fatalf("the authorizer is %+v", function)
	}
	nightly, ok := o.Client("nightly")
	if !ok || nightly.Secret != "m2m/dev/nightly" || nightly.EveryDays == 0 || len(o.OpenTo(nightly)) == 0 {
		t.Errorf("the client of a group is %+v", nightly)
	}
	own := with(t, with(t, variant, "{deletion", "{domain: {"+tokenDomain+"}, deletion"), "\n  routes:", "\n  "+apiDomain+"}\n  routes:")
	o = offered(t, look(t, own).dir, "dev")
	if o.APIURL != "https://api.example.com" || o.TokenEndpoint != "https://auth.example.com/oauth2/token" {
		t.Errorf("addresses %s and %s", o.APIURL, o.TokenEndpoint)
	}
}
