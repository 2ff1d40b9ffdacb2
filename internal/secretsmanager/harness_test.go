package secretsmanager_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/secretsmanager"
)

const (
	functionARN = "arn:aws:lambda:us-east-1:123456789012:function:rotate"
	readerName  = "m2m/dev/reader"
	readerARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m2m/dev/reader-Ab1Cd2"
	writerName  = "m2m/dev/writer"
	writerARN   = "arn:aws:secretsmanager:us-east-1:123456789012:secret:m2m/dev/writer-Ef3Gh4"
	plainName   = "plain"
	plainARN    = "arn:aws:secretsmanager:us-east-1:123456789012:secret:plain-Ij5Kl6"
)

// start is when every test's clock begins.
var start = time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC)

// world is a running API with its secrets, and the function that rotates them through it.
type world struct {
	config  secretsmanager.Config
	rotator *rotator
	store   *secretsmanager.Store
	secrets *awssecretsmanager.Client
	log     *m2mtest.Buffer
	disk    *disk
	clock   *m2mtest.Clock
}

// newWorld starts two secrets that are rotated, and one that is not. Changes are made before it
// starts.
func newWorld(t testing.TB, changes ...func(*world)) *world {
	t.Helper()
	w := &world{rotator: &rotator{}, log: &m2mtest.Buffer{}, disk: &disk{}, clock: m2mtest.NewClock(start)}
	rotation := func() *secretsmanager.Rotation {
		return &secretsmanager.Rotation{FunctionARN: functionARN, Function: w.rotator, AutomaticallyAfterDays: 30, RotateImmediately: true}
	}
	w.config = secretsmanager.Config{
		Secrets: []secretsmanager.Secret{
			{ARN: readerARN, Name: readerName, Description: "Credentials of reader", KMSKeyID: "alias/m2m", Tags: map[string]string{"m2m:client-id": "reader-id", "a": "b"}, Initial: "{}", Rotation: rotation()},
			{ARN: writerARN, Name: writerName, Initial: "{}", Rotation: rotation()},
			{ARN: plainARN, Name: plainName, Initial: "first"},
		},
		Save:        w.disk.save,
		SaveChanged: w.disk.saveChanged,
		Now:         w.clock.Now,
		Log:         slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
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
	url := awsapitest.Serve(t, awsapi.Config{
		JSON: []awsapi.JSONService{awsapitest.SecretsManager(store)},
		Log:  slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = store.Close(ctx) // a test that is over waits for no rotation
	})
	w.store = store
	w.secrets = awssecretsmanager.NewFromConfig(awsapitest.SDK(url))
	w.rotator.setSecrets(w.secrets)
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

// saveChanged writes what has changed over what is there.
func (d *disk) saveChanged(changed secretsmanager.State) error {
	state := secretsmanager.State{Secrets: map[string]secretsmanager.SecretState{}}
	if all := d.all(); len(all) > 0 {
		if err := json.Unmarshal(all[len(all)-1], &state); err != nil {
			return err
		}
	}
	maps.Copy(state.Secrets, changed.Secrets)
	return d.save(state)
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
