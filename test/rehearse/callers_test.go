package rehearse

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"cognito-m2m/client"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/naming"
)

// secretValue is a client's credentials, as its secret has them.
type secretValue struct {
	ID            string `json:"client_id"`
	Secret        string `json:"client_secret"`
	TokenEndpoint string `json:"token_endpoint"`
}

// secretOf reads a client's secret once no rotation of it runs. ok says that it is there.
func (r *rehearsal) secretOf(t *testing.T, name string) (value secretValue, ok bool) {
	t.Helper()
	secrets, id := r.secrets(region), aws.String("m2m/dev/"+name)
	m2mtest.Eventually(t, "the rotation of "+name, func() bool {
		described, err := secrets.DescribeSecret(t.Context(), &secretsmanager.DescribeSecretInput{SecretId: id})
		if _, gone := errors.AsType[*types.ResourceNotFoundException](err); gone || err == nil && described.DeletedDate != nil {
			return true
		}
		if err != nil {
			t.Fatal(err)
		}
		ok = rotated(described)
		return ok
	})
	if !ok {
		return value, false
	}
	answer, err := secrets.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: id})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(*answer.SecretString), &value); err != nil {
		t.Fatal(err)
	}
	return value, true
}

// rotated says that the secret has been rotated, and no rotation runs: none has a version under
// AWSPENDING alone.
func rotated(secret *secretsmanager.DescribeSecretOutput) bool {
	for _, labels := range secret.VersionIdsToStages {
		if slices.Contains(labels, naming.PendingLabel) && !slices.Contains(labels, naming.CurrentLabel) {
			return false
		}
	}
	return secret.LastRotatedDate != nil
}

// token asks for a token, and says what came: its scopes, or the refusal.
func token(endpoint string, with secretValue) (accessToken, said string) {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, endpoint, strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		return "", err.Error()
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.SetBasicAuth(with.ID, with.Secret)
	status, body, _ := answer(request)
	var answered struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error"`
	}
	_ = json.Unmarshal(body, &answered) // what is no JSON has neither
	if answered.AccessToken == "" {
		return "", strings.TrimSpace(status + " " + answered.Error)
	}
	return answered.AccessToken, scopesOf(answered.AccessToken)
}

func scopesOf(accessToken string) string {
	var claims struct {
		Scope string `json:"scope"`
	}
	if parts := strings.Split(accessToken, "."); len(parts) == 3 {
		raw, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil || json.Unmarshal(raw, &claims) != nil {
			return "no JWT"
		}
	}
	scopes := strings.Fields(claims.Scope)
	slices.Sort(scopes)
	if len(scopes) == 0 {
		return "no scope"
	}
	return strings.Join(scopes, " ")
}

// answer sends a request. The status is "lost" where no answer came.
func answer(request *http.Request) (status string, body []byte, header http.Header) {
	response, err := direct.Do(request)
	if err != nil {
		return "lost", nil, nil
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		return "lost", nil, nil
	}
	return fmt.Sprint(response.StatusCode), body, response.Header
}

// ask calls a route with a token.
func ask(apiURL, route, accessToken string) (status string) {
	method, path, _ := strings.Cut(route, " ")
	request, err := http.NewRequestWithContext(context.Background(), method, strings.TrimSuffix(apiURL, "/")+path, http.NoBody)
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Authorization", "Bearer "+accessToken)
	status, _, _ = answer(request)
	return status
}

// asked is ask for a caller that waits when it was too fast.
func asked(t *testing.T, apiURL, route, accessToken string) (status string) {
	t.Helper()
	m2mtest.Eventually(t, "an answer to a caller that waits", func() bool {
		status = ask(apiURL, route, accessToken)
		return status != "429"
	})
	return status
}

// opens has a client get a token, which opens one route and not the other.
func (r *rehearsal) opens(t *testing.T, at environment, client string) {
	t.Helper()
	credentials, _ := r.secretOf(t, client)
	accessToken, said := token(at.TokenEndpoint, credentials)
	if read, write := asked(t, at.APIURL, "GET /a", accessToken), asked(t, at.APIURL, "POST /b", accessToken); read != "200" || write != "403" {
		t.Errorf("%s gets %s, and then %s and %s", client, said, read, write)
	}
}

// preflight asks as a browser does, and says whether it may call.
func preflight(apiURL, route string) string {
	method, path, _ := strings.Cut(route, " ")
	request, err := http.NewRequestWithContext(context.Background(), http.MethodOptions, strings.TrimSuffix(apiURL, "/")+path, http.NoBody)
	if err != nil {
		return err.Error()
	}
	request.Header.Set("Origin", "https://app.example.com")
	request.Header.Set("Access-Control-Request-Method", method)
	status, _, header := answer(request)
	if origin := header.Get("Access-Control-Allow-Origin"); origin != "" {
		return status + " for " + origin
	}
	return status
}

// callers are programs that go on all the time. What they notice is a sequence for each kind of
// call, without repetitions.
type callers struct {
	stop  chan struct{}
	wait  sync.WaitGroup
	mu    sync.Mutex
	seen  map[call][]string
	heard map[call]int // how often
}

func newCallers() *callers {
	return &callers{stop: make(chan struct{}), seen: map[call][]string{}, heard: map[call]int{}}
}

// call is what a client asks again and again: a route, or with none for a token.
type call struct {
	client, route string
	with          string // which token
}

// goOn has a caller ask until end, in rounds. A round notes what is answered.
func (c *callers) goOn(pause time.Duration, round func()) {
	round()
	c.wait.Go(func() {
		for {
			select {
			case <-c.stop:
				return
			case <-time.After(pause):
				round()
			}
		}
	})
}

// note notes an answer. A caller that was too fast has got none.
func (c *callers) note(of call, answer string) {
	if answer == "429" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard[of]++
	if was := c.seen[of]; len(was) == 0 || was[len(was)-1] != answer {
		c.seen[of] = append(was, answer)
	}
}

// again waits until every call has been answered two more times: one may have been under way.
func (c *callers) again(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	from := maps.Clone(c.heard)
	c.mu.Unlock()
	m2mtest.Eventually(t, "each caller to call again", func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		for of, heard := range c.heard {
			if heard < from[of]+2 {
				return false
			}
		}
		return true
	})
}

// end ends the callers.
func (c *callers) end() map[call][]string {
	close(c.stop)
	c.wait.Wait()
	return c.seen
}

// withPackage is a caller that uses package client as its page says.
func (r *rehearsal) withPackage(t *testing.T, name, apiURL, route string) (ask func() string) {
	t.Helper()
	source, err := client.NewTokenSource(client.Config{
		Credentials: client.FromSecretsManager(r.secrets(region), "m2m/dev/"+name), HTTPClient: direct, Transport: direct.Transport,
	})
	if err != nil {
		t.Fatal(err)
	}
	api, err := source.HTTPClient(apiURL)
	if err != nil {
		t.Fatal(err)
	}
	method, path, _ := strings.Cut(route, " ")
	return func() string {
		request, err := http.NewRequestWithContext(context.Background(), method, strings.TrimSuffix(apiURL, "/")+path, http.NoBody)
		if err != nil {
			return err.Error()
		}
		response, err := api.Do(request)
		if refusal, ok := errors.AsType[*client.RefusalError](err); ok {
			return "no token: " + refusal.Code
		}
		if err != nil {
			return "error"
		}
		defer response.Body.Close()
		_, _ = io.Copy(io.Discard, response.Body) // the status says it
		return fmt.Sprint(response.StatusCode)
	}
}
