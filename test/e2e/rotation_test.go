package e2e

import (
	"context"
	"flag"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"cognito-m2m/client"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/serving"
)

var full = flag.Bool("full", false, "let the calls during rotations go on for a minute")

const (
	rotations      = 5
	callsPerSecond = 200
	callsAtOnce    = 16        // far from the 64 that a function takes, however busy the machine is
	tokenLifetime  = time.Hour // of every client in dev.yaml
)

// TestCallsWhileSecretsRotate calls the API at a steady rate through package client while its
// secret is rotated five times. The clock of both runs fast enough for a token to expire between
// two rotations, so a client that kept its first secret would be refused: the one before the
// previous is deleted.
func TestCallsWhileSecretsRotate(t *testing.T) {
	t.Parallel()
	duration := 6 * time.Second
	if *full {
		duration = time.Minute
	}
	fast := fastClock{begun: time.Now(), factor: rotations * float64(tokenLifetime) * 1.25 / float64(duration)}
	d := runInProcess(t, fast.Now)
	key := credentials.NewStaticCredentialsProvider(d.AccessKeyID, string(d.SecretAccessKey), "")
	o := newOperator(d.AWSEndpoint, d.Region, d.UserPoolID, d.TokenEndpoint, key)
	source := &countingSource{Source: client.FromSecretsManager(o.secrets, "m2m/dev/reader")}
	tokens, err := client.NewTokenSource(client.Config{Credentials: source, Now: fast.Now})
	if err != nil {
		t.Fatal(err)
	}
	api, err := tokens.HTTPClient(d.APIURL)
	if err != nil {
		t.Fatal(err)
	}

	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	calls := callSteadily(ctx, api, d.APIURL+"/test_jwt/read")
	pause := time.NewTicker(duration / (rotations + 1))
	defer pause.Stop()
	var held []client.Credentials
	for range rotations {
		held = append(held, o.current(t, "m2m/dev/reader"))
		<-pause.C
		if err := o.rotateEarly(t, "m2m/dev/reader"); err != nil {
			t.Fatal(err)
		}
		o.checkGenerations(t, append(held, o.current(t, "m2m/dev/reader")))
	}
	<-pause.C
	stop()
	outcome := <-calls
	t.Logf("%d calls in %s, 2xx %d; credentials read %d times", outcome.made, duration, outcome.succeeded, source.reads.Load())
	if outcome.made == 0 || outcome.succeeded != outcome.made {
		t.Errorf("%d of %d calls did not succeed: %v", outcome.made-outcome.succeeded, outcome.made, outcome.failures)
	}
	if reads := source.reads.Load(); reads > 1+rotations || reads < 2 {
		t.Errorf("the credentials were read %d times: want once, then at least once and at most once per rotation", reads)
	}
}

// checkGenerations wants the newest two secrets of a client to be valid, and the one before them to
// be refused.
func (o *operator) checkGenerations(t *testing.T, held []client.Credentials) {
	t.Helper()
	for age := range min(3, len(held)) {
		o.wantOpen(t, held[len(held)-1-age], age < 2)
	}
}

// runInProcess is the dev environment with a clock of the test's own.
func runInProcess(t *testing.T, now func() time.Time) *serving.Description {
	t.Helper()
	dir, err := assembly()
	if err != nil {
		t.Fatal(err)
	}
	runtime, err := local.Open(serving.Config{Env: "dev", StateDir: newState(t), SourceDir: scratch, Report: quiet{}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	d, err := runtime.Start(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type quiet struct{}

func (quiet) Step(string) func() { return func() {} }
func (quiet) Note(string)        {}
func (quiet) Warn(string)        {}

// fastClock runs faster than real time.
type fastClock struct {
	begun  time.Time
	factor float64
}

func (c fastClock) Now() time.Time {
	return c.begun.Add(time.Duration(float64(time.Since(c.begun)) * c.factor))
}

// countingSource counts how often the credentials are read.
type countingSource struct {
	client.Source
	reads atomic.Int64
}

func (s *countingSource) Credentials(ctx context.Context) (client.Credentials, error) {
	s.reads.Add(1)
	return s.Source.Credentials(ctx)
}

type outcome struct {
	made, succeeded int
	failures        map[string]int
}

// callSteadily starts a call at every tick until ctx ends, unless callsAtOnce are under way, and
// then sends what became of them.
func callSteadily(ctx context.Context, api *http.Client, url string) <-chan outcome {
	done := make(chan outcome, 1)
	go func() {
		ticker := time.NewTicker(time.Second / callsPerSecond)
		defer ticker.Stop()
		var mu sync.Mutex
		var calls sync.WaitGroup
		total := outcome{failures: map[string]int{}}
		free := make(chan struct{}, callsAtOnce)
		for ctx.Err() == nil {
			<-ticker.C
			free <- struct{}{}
			total.made++
			calls.Go(func() {
				defer func() { <-free }()
				answer := get(api, url)
				mu.Lock()
				defer mu.Unlock()
				if answer == "" {
					total.succeeded++
				} else {
					total.failures[answer]++
				}
			})
		}
		calls.Wait()
		done <- total
	}()
	return done
}

// get is "" for an answer of 2xx, else what came instead.
func get(api *http.Client, url string) string {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return err.Error()
	}
	response, err := api.Do(request)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err.Error()
	}
	if response.StatusCode/100 != 2 {
		return response.Status + " " + string(body)
	}
	return ""
}
