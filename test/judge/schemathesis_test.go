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
	binary, state string

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
	running.binary, running.state = binary, t.TempDir()
	run := m2mtest.MustStart(t, m2mtest.Command(binary, root, m2mtest.OnFreePorts("up", "--json", "--state", running.state)...))
	if err := json.Unmarshal(run.Description, &running); err != nil {
		t.Fatal(err)
	}
	return running
}

// document is what `m2m openapi` prints of the run, in a file.
func (l local) document(t *testing.T, args ...string) (file string) {
	t.Helper()
	printed, said, status := m2mtest.Ends(t, m2mtest.Command(l.binary, root, append([]string{"openapi"}, args...)...))
	if status != 0 {
		t.Fatalf("m2m openapi ended with exit status %d: %s", status, said)
	}
	file = filepath.Join(t.TempDir(), "openapi.yaml")
	m2mtest.Write(t, file, printed)
	return file
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

// Places of findings.
const (
	tokenEndpoint = "token endpoint"
	api           = "API"
)

// description is the file that describes what is called at a place: for the API the document that
// m2m makes of the run, for the token endpoint the one in docs.
func (l local) description(t *testing.T, place string) string {
	t.Helper()
	if place == api {
		return l.document(t, "--state", l.state)
	}
	file, err := filepath.Abs(filepath.Join(root, "docs", "token-endpoint.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// call has schemathesis call a server at base as the place is described, and returns what does not
// fit. The calls are the same each time, and fewer than the 100 a second that dev lets through.
func (l local) call(t *testing.T, place, base string, examples int, with ...string) (findings []finding) {
	t.Helper()
	description := l.description(t, place)
	dir := t.TempDir()
	calls := judge{command: python("schemathesis"), dir: dir, found: []int{1}}
	calls.args = []string{
		"run", description, "--url", base, "--generation-deterministic", "--max-examples", strconv.Itoa(examples),
		"--rate-limit", "80/s", "--no-color", "--report", "json", "--report-json-path", "report.json",
	}
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
// what they need, the answer is one that is described, and none is a 5xx.
func TestSchemathesis(t *testing.T) {
	running := up(t)
	pool := strings.TrimSuffix(running.TokenEndpoint, "/oauth2/token")
	reader := running.Clients["reader"]
	const examples = 50
	findings := running.call(t, tokenEndpoint, pool, examples, "--auth", reader.ID+":"+reader.Secret)
	findings = append(findings, running.call(t, tokenEndpoint, pool, examples)...)
	for _, client := range []string{"reader", "writer"} {
		findings = append(findings, running.call(t, api, running.APIURL, examples, "--header", running.bearer(t, client))...)
	}
	pass(t, "schemathesis", findings)

	t.Run("goes red", func(t *testing.T) {
		failing := spoiled(t, running.APIURL, http.StatusOK, http.StatusInternalServerError)
		found := running.call(t, api, failing, 5, "--header", running.bearer(t, "reader"))
		catch(t, found, "ServerError", api, "POST /test_jwt")
		unchallenged := unsaid(t, running.APIURL)
		found = running.call(t, api, unchallenged, 5)
		catch(t, found, "MissingHeaders", api, "POST /test_jwt")
		undocumented := spoiled(t, pool, http.StatusBadRequest, http.StatusUnauthorized)
		found = running.call(t, tokenEndpoint, undocumented, 5)
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

// unsaid is the address of a proxy before a server whose answers lack www-authenticate.
func unsaid(t *testing.T, base string) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		r.Header.Del("Www-Authenticate")
		return nil
	}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
