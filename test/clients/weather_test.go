package clients

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// kind is what becomes of the writer's token requests and of the reader's calls of ANY /test_jwt:
// that of --chaos.
func kind() string { return os.Getenv("M2M_WEATHER") }

// event is what a run with --chaos prints about each of them.
type event struct {
	On     string `json:"on"`
	Client string `json:"client"`
	Within bool   `json:"within_answer"`
	Failed string `json:"failed"`
}

// met are the events there have been so far, of token requests or of calls.
func met(t *testing.T, on string) (events []event) {
	t.Helper()
	file, err := os.Open(os.Getenv("M2M_EVENTS"))
	if err != nil {
		t.Fatalf("make clients says where the events are: %v", err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var line struct {
			Event *event `json:"chaos_event"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Event != nil && line.Event.On == on {
			events = append(events, *line.Event)
		}
	}
	return events
}

func TestWeatherOAuth2Token(t *testing.T) {
	before := len(met(t, "tokens"))
	c := theRun(t).config(oauth2.AuthStyleInHeader)
	c.ClientID, c.ClientSecret = theRun(t).Clients["writer"].ID, theRun(t).Clients["writer"].Secret
	_, err := c.Token(t.Context())
	if sent := len(met(t, "tokens")) - before; sent != 1 {
		t.Errorf("%s: sent %d times", kind(), sent)
	}
	refused, isRefused := errors.AsType[*oauth2.RetrieveError](err)
	switch kind() {
	case "late":
		if err != nil {
			t.Error(err)
		}
	case "cut":
		if err == nil || isRefused {
			t.Errorf("got %v", err)
		}
	default:
		if !isRefused || strconv.Itoa(refused.Response.StatusCode) != kind() {
			t.Errorf("got %v", err)
		}
	}
}

// TestWeatherOAuth2Call calls on a connection that was kept, where net/http repeats a call itself.
func TestWeatherOAuth2Call(t *testing.T) {
	c := theRun(t).config(oauth2.AuthStyleInHeader)
	api := c.Client(context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{Transport: &http.Transport{}}))
	call := func(method, path string) (status int, body string, err error) {
		request, err := http.NewRequestWithContext(t.Context(), method, theRun(t).APIURL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		response, err := api.Do(request)
		if err != nil {
			return 0, "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return response.StatusCode, string(text), err
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if status, _, err := call(http.MethodGet, "/test_jwt/read"); status != http.StatusOK || err != nil {
			t.Fatalf("a call in fair weather: %d, %v", status, err)
		}
		before := len(met(t, "calls"))
		status, body, err := call(method, "/test_jwt")
		events := met(t, "calls")[before:]
		want := 1
		if kind() == "cut" && method == http.MethodGet && len(events) > 0 && !events[0].Within {
			want = 2
		}
		if len(events) != want {
			t.Errorf("%s, %s: sent %d times, want %d", kind(), method, len(events), want)
		}
		switch kind() {
		case "late":
			if status != http.StatusOK || err != nil {
				t.Errorf("got %d, %v", status, err)
			}
		case "cut":
			if err == nil {
				t.Errorf("cut: got %d %s", status, body)
			}
		default:
			if strconv.Itoa(status) != kind() || !strings.HasPrefix(body, `{"message":"`) {
				t.Errorf("got %d %s", status, body)
			}
		}
	}
}

// TestSecretOAuth2: the secret that was passed is kept. Each token request has it rotated, and after
// two the pool knows another two.
func TestSecretOAuth2(t *testing.T) {
	c := theRun(t).config(oauth2.AuthStyleInHeader)
	c.ClientID, c.ClientSecret = theRun(t).Clients["writer"].ID, theRun(t).Clients["writer"].Secret
	for rotations := 1; rotations <= 2; rotations++ {
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		for len(met(t, "tokens")) < rotations {
			time.Sleep(100 * time.Millisecond)
		}
	}
	for _, e := range met(t, "tokens") {
		if e.Failed != "" {
			t.Error(e.Failed)
		}
	}
	_, err := c.Token(t.Context())
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); !ok || refused.ErrorCode != "invalid_client" {
		t.Errorf("got %v", err)
	}
}

// TestKeysGoOIDC: a verifier that has the keys of before fetches them again.
func TestKeysGoOIDC(t *testing.T) {
	r := theRun(t)
	verifier := oidc.NewVerifier(r.Issuer, oidc.NewRemoteKeySet(t.Context(), r.JWKSURI), &oidc.Config{SkipClientIDCheck: true})
	for _, name := range []string{"reader", "writer"} { // the second one is signed with the new key
		c := r.config(oauth2.AuthStyleInHeader)
		c.ClientID, c.ClientSecret = r.Clients[name].ID, r.Clients[name].Secret
		token, err := c.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := verifier.Verify(t.Context(), token.AccessToken); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
