package reach_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/client"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
	"cognito-m2m/internal/run"
)

// begin starts an environment; settled says whether its first rotations have ended.
func begin(t *testing.T, settled bool) *reachtest.Run {
	t.Helper()
	run, err := reachtest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := run.Close(); err != nil {
			t.Error(err)
		}
	})
	if settled {
		if err := run.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return run
}

func localTarget(t *testing.T, run *reachtest.Run) *reach.Target {
	t.Helper()
	found, err := reach.Local(run.StateDir, "dev")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// deployedTarget reaches the environment as a deployment.
func deployedTarget(run *reachtest.Run, env string) *reach.Target {
	return reach.DeployedAt(env, aws.Config{
		Region: reachtest.Region, BaseEndpoint: &run.AWSEndpointURL,
		Credentials: credentials.NewStaticCredentialsProvider(reachtest.AccessKeyID, reachtest.SecretAccessKey, ""),
	})
}

// wantProblem wants an *Error of a kind, which is not wrapped.
func wantProblem(t *testing.T, err error, problem reach.Problem) {
	t.Helper()
	told, ok := err.(*reach.Error) //nolint:errorlint // its text is all that a person reads
	if !ok || told.Problem != problem {
		t.Fatalf("got error %v, want one with problem %d", err, problem)
	}
}

func TestBothTargetsAreTheSameAfterwards(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	here, there := localTarget(t, run), deployedTarget(run, "dev")
	for _, of := range []*reach.Target{here, there} {
		url, err := of.APIURL(t.Context())
		if err != nil || url != run.APIURL {
			t.Errorf("%s: got API URL %q, error %v", of, url, err)
		}
		names, err := of.Names(t.Context())
		if diff := cmp.Diff([]string{"reader", "writer"}, names); err != nil || diff != "" {
			t.Errorf("%s: names, error %v (-want +got):\n%s", of, err, diff)
		}
		found, err := of.Credentials("reader").Credentials(t.Context())
		if err != nil || found.ClientID != run.ClientIDs["reader"] || found.ClientSecret == "" {
			t.Errorf("%s: credentials %v, error %v", of, found.ClientID, err)
		}
	}
	if here.Deployed() || !there.Deployed() {
		t.Errorf("deployed: here %t, there %t", here.Deployed(), there.Deployed())
	}
}

func TestLocalNeverFollowsTheAWSSettings(t *testing.T) {
	run := begin(t, true)
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	settings(t, map[string]string{
		"AWS_ENDPOINT_URL": elsewhere.URL, "AWS_ENDPOINT_URL_SECRETS_MANAGER": elsewhere.URL,
		"AWS_REGION": "us-west-2", "AWS_PROFILE": "none",
	})
	if _, _, err := localTarget(t, run).Clients(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if asked > 0 {
		t.Errorf("%d calls for the local run went elsewhere", asked)
	}
}

// TestRunOfAnotherVersion: its run.json has no access key.
func TestRunOfAnotherVersion(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	m2mtest.Replace(t, filepath.Join(run.StateDir, "dev", "run.json"), "aws_secret_access_key", "other")
	_, err := reach.Local(run.StateDir, "dev")
	wantProblem(t, err, reach.NotServed)
}

func TestNoLocalRun(t *testing.T) {
	t.Parallel()
	_, err := reach.Local(t.TempDir(), "dev")
	if _, ok := errors.AsType[*run.NotRunningError](err); !ok {
		t.Errorf("got error %v, want a NotRunningError", err)
	}
}

func TestRefusalsAreOneSentence(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := deployedTarget(run, "dev")
	cases := []struct {
		code    string
		problem reach.Problem
		want    string
	}{
		{"AccessDeniedException", reach.AccessDenied, "these AWS credentials do not allow secretsmanager:GetSecretValue on the secret m2m/dev/reader"},
		{"ExpiredTokenException", reach.CredentialsRefused, "AWS does not accept these credentials (ExpiredTokenException)"},
	}
	for _, c := range cases {
		run.Deny("GetSecretValue", c.code, "User: arn:aws:iam::123456789012:user/x is not authorized")
		_, err := of.Credentials("reader").Credentials(t.Context())
		wantProblem(t, err, c.problem)
		if got := err.Error(); got != c.want {
			t.Errorf("%s: got %q, want %q", c.code, got, c.want)
		}
	}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	run.StopAWS()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := of.Names(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: got error %v", err)
	}
	_, err := of.Names(t.Context())
	wantProblem(t, err, reach.Unreachable)
	if got := err.Error(); !strings.HasPrefix(got, "dev on this machine can't be reached: ") {
		t.Errorf("got %q", got)
	}
}

// TestABodyEndsOnce: net/http may look for the end of a request's body when its answer has begun,
// and must not take a body that the SDK has closed by then for a broken one.
func TestABodyEndsOnce(t *testing.T) {
	t.Parallel()
	var sent io.Reader
	of := localTarget(t, begin(t, true)).SendBy(func(request *http.Request) (*http.Response, error) {
		sent = request.Body
		return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	})
	if _, err := of.Names(t.Context()); err != nil || sent == nil {
		t.Fatalf("%v was sent, and the error is %v", sent, err)
	}
	if left, err := io.Copy(io.Discard, sent); left != 0 || err != nil {
		t.Errorf("after the answer, the body has %d bytes, and the error %v", left, err)
	}
}

// TestAttempts counts how often a service that fails is asked.
func TestAttempts(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	failing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer failing.Close()
	run := begin(t, false)
	run.AWSEndpointURL = failing.URL
	if err := run.Tell(); err != nil {
		t.Fatal(err)
	}
	if _, err := localTarget(t, run).Names(t.Context()); err == nil || asked.Load() != 2 {
		t.Errorf("the local run: %d attempts, error %v, want 2", asked.Load(), err)
	}
}

func TestUnknownClient(t *testing.T) {
	t.Parallel()
	of := localTarget(t, begin(t, false))
	for _, name := range []string{"raeder", "", "../dev/reader", "reader/x", "READER"} {
		_, fromSecret := of.Credentials(name).Credentials(t.Context())
		_, fromClient := of.Client(t.Context(), name)
		_, fromRotate := of.Rotate(t.Context(), name)
		for _, err := range []error{fromSecret, fromClient, fromRotate} {
			told, ok := errors.AsType[*reach.Error](err)
			if !ok || told.Problem != reach.UnknownClient {
				t.Fatalf("%q: got error %v", name, err)
			}
			if diff := cmp.Diff([]string{"reader", "writer"}, told.Known); diff != "" || told.Subject != name {
				t.Errorf("%q: subject %q, known (-want +got):\n%s", name, told.Subject, diff)
			}
		}
	}
}

func TestCredentialsBeforeTheFirstRotation(t *testing.T) {
	t.Parallel()
	of := localTarget(t, begin(t, false))
	_, err := of.Credentials("reader").Credentials(t.Context())
	wantProblem(t, err, reach.NotYetRotated)
	if !errors.Is(err, client.ErrNotRotated) {
		t.Errorf("%v does not wrap ErrNotRotated", err)
	}
}

func TestUnreadableCredentials(t *testing.T) {
	t.Parallel()
	run := begin(t, true)
	of := localTarget(t, run)
	for _, value := range []string{"sesame", `{"client_id": "sesame"}`} {
		if err := run.Put(t.Context(), "m2m/dev/reader", value); err != nil {
			t.Fatal(err)
		}
		_, err := of.Credentials("reader").Credentials(t.Context())
		wantProblem(t, err, reach.Unreadable)
		if got, want := err.Error(), "the value of the secret m2m/dev/reader is not a client's credentials"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestNoValueInATarget(t *testing.T) {
	t.Parallel()
	of := localTarget(t, begin(t, true))
	found, err := of.Credentials("reader").Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	listed, _, err := of.Clients(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, printed := range []string{fmt.Sprintf("%+v", of), fmt.Sprintf("%#v", listed), of.String()} {
		if strings.Contains(printed, string(found.ClientSecret)) {
			t.Error("the client secret can be printed")
		}
	}
	if !slices.ContainsFunc(listed, func(c reach.Client) bool { return c.Name == "reader" }) {
		t.Error("reader is not listed: this test looks at nothing")
	}
}
