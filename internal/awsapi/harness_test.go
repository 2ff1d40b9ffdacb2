package awsapi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awscloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/sts"
)

const (
	region      = "us-east-1"
	functionARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
	readerName  = "m2m/dev/reader"
	readerARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m2m/dev/reader-Ab1Cd2"
	writerName  = "m2m/dev/writer"
	writerARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m2m/dev/writer-Ef3Gh4"
	plainName   = "plain"
	plainARN    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:plain-Ij5Kl6"
)

// key is what requests are signed with.
var key = awsapi.AccessKey{ID: "AKIDLOCAL", Secret: "the-secret-of-the-access-key"}

// start is when every test's clock begins.
var start = time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC)

// identity is who every request comes from.
var identity = sts.Identity{AccountID: "123456789012", ARN: "arn:aws:iam::123456789012:user/test", UserID: "AIDATEST"}

// world is a running API with its secrets, and the function that rotates them through it.
type world struct {
	config   secretsmanager.Config
	stacks   []cloudformation.Stack
	rotator  *rotator
	store    *secretsmanager.Store
	secrets  *awssecretsmanager.Client
	url      string
	log      *lockedBuffer
	disk     *disk
	progress *lockedBuffer
	clock    *clock
}

// newWorld starts two secrets that are rotated, and one that is not. Changes are made before it starts.
func newWorld(t testing.TB, changes ...func(*world)) *world {
	t.Helper()
	w := &world{rotator: &rotator{}, log: &lockedBuffer{}, disk: &disk{}, progress: &lockedBuffer{}, clock: &clock{now: start}}
	rotation := func() *secretsmanager.Rotation {
		return &secretsmanager.Rotation{FunctionARN: functionARN, Function: w.rotator, AutomaticallyAfterDays: 30, RotateImmediately: true}
	}
	w.config = secretsmanager.Config{
		Secrets: []secretsmanager.Secret{
			{ARN: readerARN, Name: readerName, Description: "Credentials of reader", KMSKeyID: "alias/m2m", Tags: map[string]string{"m2m:client-id": "reader-id", "a": "b"}, Initial: "{}", Rotation: rotation()},
			{ARN: writerARN, Name: writerName, Initial: "{}", Rotation: rotation()},
			{ARN: plainARN, Name: plainName, Initial: "first"},
		},
		Save:     w.disk.save,
		Progress: func(name, step string) { _, _ = w.progress.Write([]byte(name + " " + step + "\n")) },
		Now:      w.clock.Now,
		Log:      slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, change := range changes {
		change(w)
	}
	w.start(t)
	return w
}

// restarted is the world after another start on the state that was saved last.
func (w *world) restarted(t testing.TB, changes ...func(*world)) *world {
	t.Helper()
	return newWorld(t, append([]func(*world){func(next *world) {
		next.config.State = w.disk.last(t)
		next.clock = w.clock
		next.config.Now = w.clock.Now
	}}, changes...)...)
}

func (w *world) start(t testing.TB) {
	t.Helper()
	store, err := secretsmanager.New(w.config)
	if err != nil {
		t.Fatal(err)
	}
	stacks, err := cloudformation.New(w.stacks)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := awsapi.New(awsapi.Config{
		JSON: []awsapi.JSONService{{TargetPrefix: "secretsmanager", SigningName: "secretsmanager", Caller: store}},
		Query: []awsapi.QueryService{{
			APIVersion: "2010-05-15", SigningName: "cloudformation",
			Namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/", Caller: stacks,
		}, {
			APIVersion: "2011-06-15", SigningName: "sts", Namespace: "https://sts.amazonaws.com/doc/2011-06-15/", Caller: identity,
		}},
		AccessKey: key,
		Log:       slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = store.Close(ctx) // a test that is over waits for no rotation
	})
	w.store, w.url = store, server.URL
	w.secrets = awssecretsmanager.NewFromConfig(awsConfig(server.URL))
	w.rotator.setSecrets(w.secrets)
}

func (w *world) cloudFormation() *awscloudformation.Client {
	return awscloudformation.NewFromConfig(awsConfig(w.url))
}

func awsConfig(endpoint string) aws.Config {
	return aws.Config{
		Region:       region,
		BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret}, nil
		}),
		Retryer: func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// settle rotates what a start rotates.
func (w *world) settle(t testing.TB) {
	t.Helper()
	if err := w.store.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (w *world) describe(t testing.TB, id string) *awssecretsmanager.DescribeSecretOutput {
	t.Helper()
	output, err := w.secrets.DescribeSecret(t.Context(), &awssecretsmanager.DescribeSecretInput{SecretId: aws.String(id)})
	if err != nil {
		t.Fatal(err)
	}
	return output
}

// holder returns the id of the version that has a label, "" if none has.
func (w *world) holder(t testing.TB, id, label string) string {
	t.Helper()
	found := ""
	for version, labels := range w.describe(t, id).VersionIdsToStages {
		for _, attached := range labels {
			if attached != label {
				continue
			}
			if found != "" {
				t.Errorf("%s is on two versions", label)
			}
			found = version
		}
	}
	return found
}

func (w *world) value(t testing.TB, id, label string) string {
	t.Helper()
	output, err := w.secrets.GetSecretValue(t.Context(), &awssecretsmanager.GetSecretValueInput{SecretId: aws.String(id), VersionStage: aws.String(label)})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(output.SecretString)
}

func (w *world) put(t testing.TB, id, value string, labels ...string) string {
	t.Helper()
	output, err := w.secrets.PutSecretValue(t.Context(), &awssecretsmanager.PutSecretValueInput{SecretId: aws.String(id), SecretString: aws.String(value), VersionStages: labels})
	if err != nil {
		t.Fatal(err)
	}
	return aws.ToString(output.VersionId)
}

func (w *world) rotate(t testing.TB, id string) string {
	t.Helper()
	token := uuid.NewString()
	output, err := w.secrets.RotateSecret(t.Context(), &awssecretsmanager.RotateSecretInput{SecretId: aws.String(id), ClientRequestToken: aws.String(token)})
	if err != nil {
		t.Fatal(err)
	}
	if aws.ToString(output.VersionId) != token {
		t.Errorf("RotateSecret: got version %s, want the token %s", aws.ToString(output.VersionId), token)
	}
	return token
}

// is asserts the type of an SDK error.
func is[E error](t testing.TB, err error) {
	t.Helper()
	if want, ok := errors.AsType[E](err); !ok {
		t.Errorf("got error %v, want a %T", err, want)
	}
}

// disk is where the state is kept, as JSON as a file would.
type disk struct {
	mu      sync.Mutex
	states  [][]byte
	broken  bool
	breakAt func(secretsmanager.State) bool // nil never breaks
}

var errDiskFull = errors.New("disk full")

func (d *disk) save(state secretsmanager.State) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken || d.breakAt != nil && d.breakAt(state) {
		return errDiskFull
	}
	text, err := json.Marshal(state)
	d.states = append(d.states, text)
	return err
}

func (d *disk) setBroken(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = broken
}

func (d *disk) all() [][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.states
}

func (d *disk) last(t testing.TB) secretsmanager.State {
	t.Helper()
	all := d.all()
	return decodeState(t, all[len(all)-1])
}

func decodeState(t testing.TB, text []byte) secretsmanager.State {
	t.Helper()
	var state secretsmanager.State
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	return state
}

// clock is a clock that only moves when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// lines returns what was written, a string per line.
func (l *lockedBuffer) lines() []string {
	return strings.Split(strings.TrimSuffix(l.String(), "\n"), "\n")
}
