package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const throttled = `{"__type":"TooManyRequestsException","message":"Rate exceeded"}`

// Cognito allows 5 requests per second for a pool: every one of its operations may be refused many
// times in a row.
func TestThrottledCallsAreRepeated(t *testing.T) {
	t.Parallel()
	const refusals = 6
	w := newWorld(t, setup{})
	w.rotateWell()
	var mu sync.Mutex
	refused := map[string]int{}
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		mu.Lock()
		defer mu.Unlock()
		if operation == "token" || strings.Contains(r.Header.Get("X-Amz-Target"), "secretsmanager") || refused[operation] == refusals {
			return nil
		}
		refused[operation]++
		return refusal(r, http.StatusTooManyRequests, throttled)
	}
	w.addByHand() // so that there is one to delete
	w.rotateWell()
	w.wantSettled()
	for _, operation := range []string{
		"DescribeUserPool", "DescribeUserPoolClient", "ListUserPoolClientSecrets", "AddUserPoolClientSecret", "DeleteUserPoolClientSecret",
	} {
		if refused[operation] != refusals {
			t.Errorf("%s was refused %d times, want %d", operation, refused[operation], refusals)
		}
	}
}

// What a deployment has just allowed may be refused for some seconds.
func TestPermissionsMaySpread(t *testing.T) {
	t.Parallel()
	const refusals = 3
	w := newWorld(t, setup{})
	var mu sync.Mutex
	refused := map[string]int{}
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		mu.Lock()
		defer mu.Unlock()
		if operation == "token" || refused[operation] == refusals {
			return nil
		}
		refused[operation]++
		return refusal(r, http.StatusBadRequest, `{"__type":"AccessDeniedException","message":"not authorized"}`)
	}
	w.rotateWell()
	w.wantSettled()
	for _, operation := range []string{"DescribeSecret", "PutSecretValue", "UpdateSecretVersionStage", "AddUserPoolClientSecret"} {
		if refused[operation] != refusals {
			t.Errorf("%s was refused %d times, want %d", operation, refused[operation], refusals)
		}
	}
}

func TestEndlessThrottlingIsAnError(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	w.rotateWell()
	usable := w.usable()
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if operation == "ListUserPoolClientSecrets" {
			return refusal(r, http.StatusTooManyRequests, throttled)
		}
		return nil
	}
	err := w.rotate()
	if err == nil || !strings.Contains(err.Error(), "calling ListUserPoolClientSecrets: TooManyRequestsException, request 0a1b2c3d") {
		t.Errorf("error %v", err)
	}
	w.wantUsable(usable)
	w.faults.answer = nil
	must(t, w.store.Settle(t.Context()))
	w.wantSettled()
}

// answers is what each operation is answered with.
type answers func(operation string, r *http.Request) (*http.Response, error)

// roundTrips is a transport that answers by itself, so that a test's time can be a bubble's.
type roundTrips func(*http.Request) (*http.Response, error)

func (f roundTrips) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Whatever hangs or refuses until the end, the step's error is out and logged before Lambda ends
// the process.
func TestErrorComesBeforeTheFunctionEnds(t *testing.T) {
	t.Parallel()
	described := `{"Name":"` + secretName + `","Tags":[{"Key":"m2m:client-id","Value":"c"}],"VersionIdsToStages":{"v":["AWSPENDING"]}}`
	value, err := json.Marshal(`{"client_id":"c","client_secret":"s3cr3t-v4lu3","client_secret_id":"c--1","token_endpoint":"https://d.example/oauth2/token"}`)
	must(t, err)
	hang := func(r *http.Request) (*http.Response, error) { <-r.Context().Done(); return nil, r.Context().Err() }
	cases := map[string]struct {
		answer answers
		want   string
	}{
		"AWS hangs":       {func(_ string, r *http.Request) (*http.Response, error) { return hang(r) }, "calling DescribeSecret: no answer in time"},
		"AWS throttles":   {func(_ string, r *http.Request) (*http.Response, error) { return refusal(r, 429, throttled), nil }, "calling DescribeSecret"},
		"token hangs":     {tokenAnswer(described, string(value), hang), "no answer in time, still after "},
		"token refuses":   {tokenAnswer(described, string(value), refuse(400, `{"error":"invalid_client"}`)), "status 400 invalid_client, still after "},
		"token broken":    {tokenAnswer(described, string(value), refuse(503, `busy`)), "status 503, still after "},
		"token no domain": {tokenAnswer(described, string(value), unresolved), "the name d.example does not resolve, still after "},
		"no token":        {tokenAnswer(described, string(value), refuse(200, `{"access_token":""}`)), "no readable answer, still after "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := roundTrips(func(r *http.Request) (*http.Response, error) { return c.answer(operationOf(r), r) })
				var log strings.Builder
				r := newRotator(settings{
					sdk: sdkConfig("https://aws.example", &http.Client{Transport: transport}), tokens: transport,
					backoff: backoff{first: 200 * time.Millisecond, longest: 10 * time.Second}, poolID: poolID, log: &log,
				})
				ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
				defer cancel()
				err := r.Handle(ctx, event{Step: "testSecret", SecretID: secretARN, ClientRequestToken: "v"})
				if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(log.String(), c.want) {
					t.Errorf("error %v, log %q, want %q", err, log.String(), c.want)
				}
				if strings.Contains(err.Error()+log.String(), "s3cr3t-v4lu3") {
					t.Error("the secret is in the error or the log")
				}
				if ctx.Err() != nil {
					t.Error("too late")
				}
			})
		})
	}
}

func refuse(status int, body string) roundTrips {
	return func(r *http.Request) (*http.Response, error) { return refusal(r, status, body), nil }
}

func unresolved(r *http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: r.URL.Hostname(), IsNotFound: true}}
}

// tokenAnswer has everything up to the token request go well.
func tokenAnswer(described, value string, token roundTrips) answers {
	return func(operation string, r *http.Request) (*http.Response, error) {
		switch operation {
		case "DescribeSecret":
			return refusal(r, http.StatusOK, described), nil
		case "GetSecretValue":
			return refusal(r, http.StatusOK, `{"SecretString":`+value+`}`), nil
		case "DescribeUserPool":
			return refusal(r, http.StatusOK, `{"UserPool":{"CustomDomain":"d.example"}}`), nil
		default:
			return token(r)
		}
	}
}

// A new secret and a new domain are not known everywhere at once.
func TestTokenIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, setup{})
	answers := []func(*http.Request) *http.Response{
		func(r *http.Request) *http.Response { return refusal(r, 400, `{"error":"invalid_client"}`) },
		func(r *http.Request) *http.Response { return refusal(r, 503, "") },
		func(r *http.Request) *http.Response { return refusal(r, 404, "<html>") },
		func(r *http.Request) *http.Response { return refusal(r, 429, throttled) },
		func(r *http.Request) *http.Response { return refusal(r, 200, "not JSON") },
		func(r *http.Request) *http.Response { return refusal(r, 200, `{"token_type":"Bearer"}`) },
		func(r *http.Request) *http.Response {
			moved := refusal(r, 307, "")
			moved.Header.Set("Location", "http://elsewhere.example/oauth2/token")
			return moved
		},
	}
	w.faults.answer = func(operation string, r *http.Request) *http.Response {
		if r.URL.Host == "elsewhere.example" {
			t.Error("the secret was sent to where the endpoint redirected")
			return refusal(r, 404, "")
		}
		if operation != "token" || len(answers) == 0 {
			return nil
		}
		next := answers[0]
		answers = answers[1:]
		return next(r)
	}
	w.rotateWell()
	w.wantSettled()
	if len(answers) > 0 {
		t.Errorf("%d refusals were not met", len(answers))
	}
}

func TestDelaysGrowAndSpread(t *testing.T) {
	t.Parallel()
	b := backoff{first: 200 * time.Millisecond, longest: 10 * time.Second}
	for attempt, longest := range map[int]time.Duration{1: 200 * time.Millisecond, 2: 400 * time.Millisecond, 5: 3200 * time.Millisecond, 7: 10 * time.Second, 1000: 10 * time.Second} {
		for range 100 {
			if got := b.delay(attempt); got < longest/2 || got > longest {
				t.Errorf("delay after attempt %d: %s, want %s to %s", attempt, got, longest/2, longest)
			}
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := (backoff{first: time.Hour, longest: time.Hour}).wait(ctx, 1); !errors.Is(err, errTimeUp) || ctx.Err() != nil {
		t.Errorf("waiting past the deadline: %v", err)
	}
}
