package reachtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// Rotator is a rotation function: it does what its four steps must, with the calls that
// lambda/rotate uses, and can be told to fail or to wait.
type Rotator struct {
	secrets       *secretsmanager.Client
	pools         *cognitoidentityprovider.Client
	tokenEndpoint string

	mu      sync.Mutex
	failing string
	held    chan struct{}
	linger  <-chan struct{}
}

func (r *Rotator) use(c aws.Config, tokenEndpoint string) {
	r.secrets, r.pools, r.tokenEndpoint = secretsmanager.NewFromConfig(c), cognitoidentityprovider.NewFromConfig(c), tokenEndpoint
}

// Fail lets a step, such as testSecret, fail; "" lets all succeed again.
func (r *Rotator) Fail(step string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failing = step
}

// Linger lets the last step, its work done, not end before the channel is closed.
func (r *Rotator) Linger(until <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.linger = until
}

// Hold lets every step wait until Release.
func (r *Rotator) Hold() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.held = make(chan struct{})
}

// Release ends Hold.
func (r *Rotator) Release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held != nil {
		close(r.held)
		r.held = nil
	}
}

// ReplaceSecrets gives a client one new secret and takes all others away, as a deployment does that
// replaces the app client.
func (r *Run) ReplaceSecrets(ctx context.Context, name string) error {
	rotator, id := r.Rotator, r.ClientIDs[name]
	if err := rotator.deleteOthers(ctx, id, ""); err != nil {
		return err
	}
	added, err := rotator.pools.AddUserPoolClientSecret(ctx, &cognitoidentityprovider.AddUserPoolClientSecretInput{UserPoolId: aws.String(UserPoolID), ClientId: &id})
	if err != nil {
		return err
	}
	return rotator.deleteOthers(ctx, id, *added.ClientSecretDescriptor.ClientSecretId)
}

// Put writes a value into a secret by hand.
func (r *Run) Put(ctx context.Context, secretID, value string) error {
	_, err := r.Rotator.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &secretID, SecretString: &value})
	return err
}

// MarkUndecided leaves on the current version of a client's secret what a rotation leaves that
// would not delete on a guess.
func (r *Run) MarkUndecided(ctx context.Context, name string) error {
	id := naming.Secret("dev", name)
	described, err := r.Rotator.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &id})
	if err != nil {
		return err
	}
	for version, labels := range described.VersionIdsToStages {
		if slices.Contains(labels, naming.CurrentLabel) {
			_, err = r.Rotator.secrets.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
				SecretId: &id, VersionStage: aws.String(naming.UndecidedLabel), MoveToVersionId: &version,
			})
		}
	}
	return err
}

// Invoke implements the function.
func (r *Rotator) Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error) {
	var event struct{ Step, SecretID, ClientRequestToken string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, "", err
	}
	r.mu.Lock()
	failing, held, linger := r.failing, r.held, r.linger
	r.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return nil, "", ctx.Err()
		}
	}
	if failing == event.Step {
		return nil, "", errors.New(event.Step + " was told to fail")
	}
	switch event.Step {
	case "createSecret":
		err = r.create(ctx, event.SecretID, event.ClientRequestToken)
	case "finishSecret":
		err = r.finish(ctx, event.SecretID, event.ClientRequestToken)
		if linger != nil {
			<-linger
		}
	}
	return []byte("null"), "", err
}

func (r *Rotator) create(ctx context.Context, secretID, token string) error {
	if _, err := r.credentials(ctx, secretID, naming.PendingLabel); err == nil {
		return nil // done before
	}
	clientID, err := r.clientID(ctx, secretID)
	if err != nil {
		return err
	}
	kept, err := r.credentials(ctx, secretID, naming.CurrentLabel)
	if err != nil && !errors.Is(err, client.ErrNotRotated) {
		return err
	}
	if err := r.deleteOthers(ctx, clientID, kept.ClientSecretID); err != nil {
		return err
	}
	added, err := r.pools.AddUserPoolClientSecret(ctx, &cognitoidentityprovider.AddUserPoolClientSecretInput{UserPoolId: aws.String(UserPoolID), ClientId: &clientID})
	if err != nil {
		return err
	}
	value, err := json.Marshal(client.Credentials{
		ClientID: clientID, ClientSecret: client.Secret(*added.ClientSecretDescriptor.ClientSecretValue),
		ClientSecretID: *added.ClientSecretDescriptor.ClientSecretId,
		TokenEndpoint:  r.tokenEndpoint, RotatedAt: time.Now().UTC(),
	})
	if err != nil {
		return err
	}
	_, err = r.secrets.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &secretID, ClientRequestToken: &token, SecretString: aws.String(string(value)), VersionStages: []string{naming.PendingLabel},
	})
	return err
}

func (r *Rotator) finish(ctx context.Context, secretID, token string) error {
	made, err := r.credentials(ctx, secretID, naming.PendingLabel)
	if err != nil {
		return err
	}
	_, err = r.credentials(ctx, secretID, naming.CurrentLabel)
	if errors.Is(err, client.ErrNotRotated) {
		err = r.deleteOthers(ctx, made.ClientID, made.ClientSecretID)
	}
	if err != nil {
		return err
	}
	described, err := r.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &secretID})
	if err != nil {
		return err
	}
	for version, labels := range described.VersionIdsToStages {
		if slices.Contains(labels, naming.CurrentLabel) {
			_, err = r.secrets.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
				SecretId: &secretID, VersionStage: aws.String(naming.CurrentLabel), MoveToVersionId: &token, RemoveFromVersionId: &version,
			})
			if err != nil {
				return err
			}
			_, err = r.secrets.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
				SecretId: &secretID, VersionStage: aws.String(naming.PendingLabel), RemoveFromVersionId: &token,
			})
			return err
		}
	}
	return errors.New("no version is AWSCURRENT")
}

func (r *Rotator) clientID(ctx context.Context, secretID string) (string, error) {
	described, err := r.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &secretID})
	if err != nil {
		return "", err
	}
	for _, tag := range described.Tags {
		if *tag.Key == naming.ClientIDTag {
			return *tag.Value, nil
		}
	}
	return "", fmt.Errorf("%s has no tag %s", secretID, naming.ClientIDTag)
}

func (r *Rotator) credentials(ctx context.Context, secretID, label string) (client.Credentials, error) {
	value, err := r.secrets.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &secretID, VersionStage: &label})
	if err != nil {
		return client.Credentials{}, err
	}
	found, err := client.ParseCredentials([]byte(*value.SecretString))
	if err != nil {
		return client.Credentials{}, client.ErrNotRotated // what can't be read names no secret
	}
	return found, nil
}

// deleteOthers deletes the secrets of a client but the one to keep; without one to keep, the oldest
// is kept. The last can't be deleted.
func (r *Rotator) deleteOthers(ctx context.Context, clientID, keep string) error {
	listed, err := r.pools.ListUserPoolClientSecrets(ctx, &cognitoidentityprovider.ListUserPoolClientSecretsInput{UserPoolId: aws.String(UserPoolID), ClientId: &clientID})
	if err != nil {
		return err
	}
	left := len(listed.ClientSecrets)
	for i, found := range listed.ClientSecrets {
		if left == 1 || *found.ClientSecretId == keep || keep == "" && i == 0 {
			continue
		}
		_, err := r.pools.DeleteUserPoolClientSecret(ctx, &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
			UserPoolId: aws.String(UserPoolID), ClientId: &clientID, ClientSecretId: found.ClientSecretId,
		})
		if err != nil {
			return err
		}
		left--
	}
	return nil
}
