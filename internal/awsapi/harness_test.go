package awsapi_test

import (
	"log/slog"
	"testing"
	"time"

	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/secretsmanager"
	"cognito-m2m/internal/sts"
)

const (
	plainName  = "plain"
	apiStackID = "arn:aws:cloudformation:us-east-1:123456789012:stack/dev-api/0a1b"
)

// key is what requests are signed with.
var key = awsapitest.Key

// start is when the stack was created.
var start = time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC)

// world is a running API of three services: a secret, no stack, and who asks.
type world struct {
	secrets *awssecretsmanager.Client
	url     string
	log     *m2mtest.Buffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{log: &m2mtest.Buffer{}}
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	store, err := secretsmanager.New(secretsmanager.Config{
		Secrets: []secretsmanager.Secret{{ARN: "arn:aws:secretsmanager:us-east-1:123456789012:secret:plain-Ij5Kl6", Name: plainName, Initial: "first"}},
		Log:     log,
	})
	if err != nil {
		t.Fatal(err)
	}
	stacks, err := cloudformation.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	identities, err := sts.New(sts.Config{Secret: redacted.Text(key.Secret)})
	if err != nil {
		t.Fatal(err)
	}
	w.url = awsapitest.Serve(t, awsapi.Config{
		JSON:  []awsapi.JSONService{awsapitest.SecretsManager(store)},
		Query: []awsapi.QueryService{awsapitest.CloudFormation(stacks), awsapitest.STS(identities)},
		Log:   log,
	})
	w.secrets = awssecretsmanager.NewFromConfig(awsapitest.SDK(w.url))
	return w
}
