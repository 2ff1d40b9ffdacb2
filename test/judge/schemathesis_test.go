//go:build judge

package judge

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/oauth2/clientcredentials"

	"cognito-m2m/internal/m2mtest"
)

// local is what `m2m up --json` says of itself, as far as it is needed here.
type local struct {
	APIURL        string `json:"api_url"`
	TokenEndpoint string `json:"token_endpoint"`
	Clients       map[string]struct {
		ID     string `json:"client_id"`
		Secret string `json:"client_secret"`
	}
}

// up runs dev on free ports until the test ends, and wants exit status 0 of it.
func up(t *testing.T) (running local) {
	t.Helper()
	binary, err := m2mtest.BuildM2M(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	run := m2mtest.MustStart(t, m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--json", "--state", t.TempDir())...))
	if err := json.Unmarshal(run.Description, &running); err != nil {
		t.Fatal(err)
	}
	return running
}

// bearer is an Authorization header with a token of a client.
func (l local) bearer(t *testing.T, client string) string {
	t.Helper()
	c := clientcredentials.Config{ClientID: l.Clients[client].ID, ClientSecret: l.Clients[client].Secret, TokenURL: l.TokenEndpoint}
	token, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return "Authorization: Bearer " + token.AccessToken
}

// Places of findings, and the arguments that choose their operations.
const (
	tokenEndpoint = "token endpoint"
	api           = "API"
)

var operations = map[string][]string{
	tokenEndpoint: {"--include-path", "/oauth2/token"},
	api:           {"--exclude-path", "/oauth2/token"},
}

// call has schemathesis call a server at base as docs/openapi.yaml describes it, and returns what
// does not fit. The calls are the same each time, and fewer than the 100 a second that dev lets
// through.
func call(t *testing.T, place, base string, examples int, with ...string) (findings []finding) {
	t.Helper()
	description, err := filepath.Abs(filepath.Join(root, "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	calls := judge{command: python("schemathesis"), dir: dir, found: []int{1}}
	calls.args = append([]string{
		"run", description, "--url", base, "--generation-deterministic", "--max-examples", strconv.Itoa(examples),
		"--rate-limit", "80/s", "--no-color", "--report", "json", "--report-json-path", "report.json",
	}, operations[place]...)
	calls.args = append(calls.args, with...)
	said := calls.run(t)
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Complete   bool
		Operations struct{ Selected, Tested int }
		Errors     []any
		TestCases  struct{ Generated int } `json:"test_cases"`
		Failures   []struct {
			Type, Title string
			Operations  []string
		}
	}
	decode(t, text, &report)
	if !report.Complete || len(report.Errors) > 0 || report.Operations.Tested == 0 || report.Operations.Tested != report.Operations.Selected {
		t.Errorf("schemathesis did not call all of %s: %+v\n%s", place, report, said)
	}
	t.Logf("%s: %d calls of %d operations", place, report.TestCases.Generated, report.Operations.Tested)
	details := filepath.Join(tools, "schemathesis", filepath.Base(filepath.Dir(dir))+filepath.Base(dir)+".txt")
	m2mtest.Write(t, details, jwt.ReplaceAllString(string(said), "TOKEN"))
	for _, f := range report.Failures {
		for _, operation := range f.Operations {
			findings = append(findings, finding{f.Type, place, operation, f.Title + ", see " + filepath.Base(details)})
		}
	}
	return findings
}

// jwt is a token, or the beginning of one: the API answers with what it was sent.
var jwt = regexp.MustCompile(`eyJ[\w.-]*`)

// TestSchemathesis: whatever is sent to the token endpoint and the API, by clients with and without
// what they need, the answer is one that docs/openapi.yaml describes, and none is a 5xx.
func TestSchemathesis(t *testing.T) {
	running := up(t)
	pool := strings.TrimSuffix(running.TokenEndpoint, "/oauth2/token")
	reader := running.Clients["reader"]
	const examples = 50
	findings := call(t, tokenEndpoint, pool, examples, "--auth", reader.ID+":"+reader.Secret)
	findings = append(findings, call(t, tokenEndpoint, pool, examples)...)
	for _, client := range []string{"reader", "writer"} {
		findings = append(findings, call(t, api, running.APIURL, examples, "--header", running.bearer(t, client))...)
	}
	pass(t, "schemathesis", findings)

	t.Run("goes red", func(t *testing.T) {
		failing := spoiled(t, running.APIURL, http.StatusOK, http.StatusInternalServerError)
		found := call(t, api, failing, 5, "--header", running.bearer(t, "reader"))
		catch(t, found, "ServerError", api, "POST /test_jwt")
		undocumented := spoiled(t, pool, http.StatusBadRequest, http.StatusUnauthorized)
		found = call(t, tokenEndpoint, undocumented, 5)
		catch(t, found, "UndefinedStatusCode", tokenEndpoint, "POST /oauth2/token")
	})
}

// spoiled is the address of a proxy before a server that answers with another status where it would
// with one.
func spoiled(t *testing.T, base string, status, instead int) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode == status {
			r.StatusCode = instead
		}
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
