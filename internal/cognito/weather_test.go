package cognito_test

import (
	"crypto/rand"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
	"cognito-m2m/internal/m2mtest"
)

// meeting is a pool whose token requests all meet what a rule says.
func meeting(t *testing.T, rule string) pool {
	t.Helper()
	parsed, err := chaos.ParseRule("100%:" + rule)
	if err != nil {
		t.Fatal(err)
	}
	weather := chaos.New(chaos.Config{Rules: []chaos.Rule{parsed}, Seed: 1, Report: func(chaos.Event) {}})
	return startPool(t, func(c *cognito.Config) {
		c.Weather = func(request cognito.TokenRequest) chaos.Decision { return weather.TokenRequest(request.ClientID) }
	})
}

// Refusals of the weather have the headers of every answer, and no more of a body than is known of
// AWS's.
func TestWeatherRefuses(t *testing.T) {
	t.Parallel()
	plain := startPool(t)
	want := plain.do(t, plain.formRequest(t, grant, readerID, readerSecret)).header
	for kind, body := range map[string]string{"429": "", "500": `{"error":"server_error"}`, "503": ""} {
		p := meeting(t, "kinds="+kind)
		got := p.do(t, p.formRequest(t, grant, readerID, readerSecret))
		if strconv.Itoa(got.status) != kind || got.body != body {
			t.Errorf("%s: got %d %q", kind, got.status, got.body)
		}
		for name := range want {
			if name != "Content-Type" && name != "Content-Length" && got.header.Get(name) == "" {
				t.Errorf("%s has no %s", kind, name)
			}
		}
		if log := p.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, `"status":`+kind) || !strings.Contains(log, "chaos: ") {
			t.Errorf("%s: log %s", kind, log)
		}
	}
}

func TestLateToken(t *testing.T) {
	t.Parallel()
	p, begun := meeting(t, "kinds=late:late=30ms"), time.Now()
	got := p.do(t, p.formRequest(t, grant, readerID, readerSecret))
	if took := time.Since(begun); got.status != http.StatusOK || took < 30*time.Millisecond {
		t.Errorf("got %d in %s", got.status, took)
	}
	checkNothingLeaked(t, p.log.String(), got)
}

// A cut connection gives no answer, or half of one. A token was issued either way.
func TestCutTokenRequest(t *testing.T) {
	t.Parallel()
	p := meeting(t, "kinds=cut")
	transport := &http.Transport{DisableKeepAlives: true}
	before, within := 0, 0
	for range 40 {
		response, err := transport.RoundTrip(p.formRequest(t, grant, readerID, readerSecret))
		if err != nil {
			before++
			continue
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if !errors.Is(err, io.ErrUnexpectedEOF) || response.StatusCode != 200 || int64(len(body)) != response.ContentLength/2 {
			t.Errorf("got %d, %d of %d bytes, %v", response.StatusCode, len(body), response.ContentLength, err)
		}
		within++
	}
	if issued := strings.Count(p.log.String(), `"status":200`); before == 0 || within == 0 || issued != 40 {
		t.Errorf("%d before and %d within the answer, %d issued", before, within, issued)
	}
}

// What the pool would refuse, it refuses: the weather is not asked.
func TestWeatherIsAboutGrantedRequests(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []cognito.TokenRequest
	p := startPool(t, func(c *cognito.Config) {
		c.Weather = func(request cognito.TokenRequest) chaos.Decision {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, request)
			return chaos.Decision{}
		}
	})
	for _, c := range []struct {
		form, id, secret string
		want             int
	}{
		{grant, readerID, writerSecret, 400},
		{grant, "1unknownid0000000000000000", readerSecret, 400},
		{grant + "&scope=test-api/write", readerID, readerSecret, 400},
		{grant, readerID, readerSecret, 200},
		{grant, readerID, readerNewSecret, 200},
		{grant, writerID, writerSecret, 200},
	} {
		if got := p.do(t, p.formRequest(t, c.form, c.id, c.secret)); got.status != c.want {
			t.Errorf("%+v: got %d", c, got.status)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	want := []cognito.TokenRequest{{ClientID: readerID}, {ClientID: readerID, Newest: true}, {ClientID: writerID}}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Error(diff)
	}
}

// The key before stays published for the life of a token, and there is no other key until then.
func TestRotateKeys(t *testing.T) {
	t.Parallel()
	clock, saved := m2mtest.NewClock(issuedAt), 0
	var failure error
	p := startPool(t, func(c *cognito.Config) {
		c.Now = clock.Now
		c.SaveKeys = func(*cognito.Keys) error { saved++; return failure }
	})
	rotate := func(after time.Duration) error {
		clock.Advance(after)
		return p.server.RotateKeys()
	}
	first := p.published(t)
	failure = errors.New("disk full")
	if err := rotate(0); !errors.Is(err, failure) || cmp.Diff(first, p.published(t)) != "" || p.signsWith(t) != first[0] {
		t.Errorf("keys that can't be kept: %v, and now there are %v", err, p.published(t))
	}
	failure = nil
	if err := rotate(0); err != nil {
		t.Fatal(err)
	}
	second := p.published(t)
	if len(second) != 3 || second[1] != first[0] || p.signsWith(t) != second[0] || second[0] == first[0] {
		t.Errorf("after %v: %v, signs with %s", first, second, p.signsWith(t))
	}
	early := rotate(time.Hour - time.Second)
	if inUse, ok := errors.AsType[*cognito.KeysInUseError](early); !ok || !inUse.Until.Equal(issuedAt.Add(time.Hour)) || cmp.Diff(second, p.published(t)) != "" {
		t.Errorf("a second before its tokens end: %v, %v", early, p.published(t))
	}
	if err := rotate(time.Second); err != nil {
		t.Fatal(err)
	}
	third := p.published(t)
	if len(third) != 3 || third[1] != second[0] || p.signsWith(t) != third[0] || saved != 3 {
		t.Errorf("after %v: %v, signs with %s, saved %d times", second, third, p.signsWith(t), saved)
	}
}

// When a run begins with a key that no longer signs, it is not known since when.
func TestKeysOfARunBefore(t *testing.T) {
	t.Parallel()
	two, err := cognitotest.Keys().WithNewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p := startPool(t, func(c *cognito.Config) { c.Keys = two })
	if _, ok := errors.AsType[*cognito.KeysInUseError](p.server.RotateKeys()); !ok {
		t.Error("the key before the last was taken away at once")
	}
}

// published are the ids of the pool's keys.
func (p pool) published(t *testing.T) (ids []string) {
	t.Helper()
	for _, key := range p.jwks(t).Keys {
		ids = append(ids, key.KeyID)
	}
	return ids
}

// signsWith is the id of the key of a token that is issued now.
func (p pool) signsWith(t *testing.T) string {
	t.Helper()
	token, err := jose.ParseSignedCompact(p.token(t, readerID, readerSecret, ""), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatal(err)
	}
	return token.Signatures[0].Header.KeyID
}
