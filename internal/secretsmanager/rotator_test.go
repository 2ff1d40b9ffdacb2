package secretsmanager_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssecretsmanager "github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// secretText is in every value that the rotator makes, and nowhere else.
const secretText = "hunter2"

// rotator is a rotation function: it works through the API that it is called by, as one on Lambda
// does.
type rotator struct {
	mu       sync.Mutex
	secrets  *awssecretsmanager.Client
	events   []rotationEvent
	fail     map[string]error // by step
	before   func(ctx context.Context, event rotationEvent) error
	lazy     bool                      // finishSecret moves nothing
	finished func(ctx context.Context) // called in finishSecret after the move; nil does nothing
}

type rotationEvent struct {
	Step, SecretID, ClientRequestToken, RotationToken string
}

func (r *rotator) setSecrets(client *awssecretsmanager.Client) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = client
}

func (r *rotator) setFail(fail map[string]error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = fail
}

func (r *rotator) seen() []rotationEvent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events
}

func (r *rotator) Invoke(ctx context.Context, payload []byte) ([]byte, string, error) {
	var event rotationEvent
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, "", err
	}
	r.mu.Lock()
	r.events = append(r.events, event)
	before, finished, failure := r.before, r.finished, r.fail[event.Step]
	r.mu.Unlock()
	if before != nil {
		if err := before(ctx, event); err != nil {
			return nil, "", err
		}
	}
	if failure != nil {
		return nil, "", failure
	}
	switch event.Step {
	case "createSecret":
		return nil, "", r.create(ctx, event)
	case "testSecret":
		return nil, "", r.test(ctx, event)
	case "finishSecret":
		err := r.finish(ctx, event)
		if finished != nil {
			finished(ctx)
		}
		return nil, "", err
	default:
		return nil, "", nil
	}
}

func (r *rotator) create(ctx context.Context, event rotationEvent) error {
	_, err := r.secrets.GetSecretValue(ctx, &awssecretsmanager.GetSecretValueInput{
		SecretId: &event.SecretID, VersionId: &event.ClientRequestToken, VersionStage: aws.String("AWSPENDING"),
	})
	if _, notFound := errors.AsType[*types.ResourceNotFoundException](err); !notFound {
		return err
	}
	_, err = r.secrets.PutSecretValue(ctx, &awssecretsmanager.PutSecretValueInput{
		SecretId: &event.SecretID, ClientRequestToken: &event.ClientRequestToken, RotationToken: &event.RotationToken,
		SecretString: aws.String(secretText + " " + event.ClientRequestToken), VersionStages: []string{"AWSPENDING"},
	})
	return err
}

// test needs a value, unless nobody has made one because RotateImmediately is false.
func (r *rotator) test(ctx context.Context, event rotationEvent) error {
	described, err := r.secrets.DescribeSecret(ctx, &awssecretsmanager.DescribeSecretInput{SecretId: &event.SecretID})
	if err != nil {
		return err
	}
	if len(described.VersionIdsToStages[event.ClientRequestToken]) == 0 {
		return fmt.Errorf("token %s is not a version", event.ClientRequestToken)
	}
	return nil
}

func (r *rotator) finish(ctx context.Context, event rotationEvent) error {
	described, err := r.secrets.DescribeSecret(ctx, &awssecretsmanager.DescribeSecretInput{SecretId: &event.SecretID})
	if err != nil || r.lazy {
		return err
	}
	for version, labels := range described.VersionIdsToStages {
		for _, label := range labels {
			if label != "AWSCURRENT" || version == event.ClientRequestToken {
				continue
			}
			_, err := r.secrets.UpdateSecretVersionStage(ctx, &awssecretsmanager.UpdateSecretVersionStageInput{
				SecretId: &event.SecretID, VersionStage: aws.String("AWSCURRENT"),
				MoveToVersionId: &event.ClientRequestToken, RemoveFromVersionId: &version,
			})
			return err
		}
	}
	return nil
}
