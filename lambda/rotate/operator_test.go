package main

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/google/uuid"

	"cognito-m2m/client"
	"cognito-m2m/naming"
)

// giveUp takes AWSPENDING off a version that is not current, as the error of a stuck rotation says.
func (w *world) giveUp() {
	w.t.Helper()
	labels := w.labels()
	if pending := labels[naming.PendingLabel]; pending != "" && pending != labels[naming.CurrentLabel] {
		_, err := w.secrets.UpdateSecretVersionStage(w.t.Context(), &secretsmanager.UpdateSecretVersionStageInput{
			SecretId: aws.String(secretName), VersionStage: aws.String(naming.PendingLabel), RemoveFromVersionId: &pending,
		})
		must(w.t, err)
	}
}

// put writes a value over AWSCURRENT, as an operator can.
func (w *world) put(value string) {
	w.t.Helper()
	_, err := w.secrets.PutSecretValue(w.t.Context(), &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(secretName), SecretString: &value, ClientRequestToken: aws.String(uuid.NewString()),
	})
	must(w.t, err)
}

// pasted is the value of somebody who writes what a caller needs, and no more.
func pasted(t *testing.T, credentials client.Credentials) string {
	t.Helper()
	value, err := json.Marshal(map[string]string{
		"client_id": credentials.ClientID, "client_secret": string(credentials.ClientSecret), "token_endpoint": credentials.TokenEndpoint,
	})
	must(t, err)
	return string(value)
}

// editTwice writes the credentials over AWSCURRENT twice, without the id of their secret.
func (w *world) editTwice(credentials client.Credentials) {
	w.t.Helper()
	w.put(pasted(w.t, credentials))
	w.put(pasted(w.t, credentials) + "\n")
}

// labels are the ids of versions by staging label.
func (w *world) labels() map[string]string {
	w.t.Helper()
	described, err := w.secrets.DescribeSecret(w.t.Context(), &secretsmanager.DescribeSecretInput{SecretId: aws.String(secretName)})
	must(w.t, err)
	versions := map[string]string{}
	for version, labels := range described.VersionIdsToStages {
		for _, label := range labels {
			versions[label] = version
		}
	}
	return versions
}

// credentials are the value of the version with a label.
func (w *world) credentials(label string) (client.Credentials, error) {
	w.t.Helper()
	got, err := w.secrets.GetSecretValue(w.t.Context(), &secretsmanager.GetSecretValueInput{SecretId: aws.String(secretName), VersionStage: &label})
	must(w.t, err)
	return client.ParseCredentials([]byte(*got.SecretString))
}

func (w *world) mustCredentials(label string) client.Credentials {
	w.t.Helper()
	credentials, err := w.credentials(label)
	if err != nil {
		w.t.Fatalf("%s: %v", label, err)
	}
	return credentials
}

// liveIDs are the ids of the client's secrets, oldest first.
func (w *world) liveIDs() (ids []string) {
	for _, secret := range w.pool.ClientSecrets(w.clientID) {
		ids = append(ids, secret.ID)
	}
	return ids
}

func (w *world) addByHand() string {
	w.t.Helper()
	added, err := w.users.AddUserPoolClientSecret(w.t.Context(), &cognitoidentityprovider.AddUserPoolClientSecretInput{
		UserPoolId: aws.String(poolID), ClientId: &w.clientID,
	})
	must(w.t, err)
	return *added.ClientSecretDescriptor.ClientSecretId
}

func (w *world) deleteByHand(id string) {
	w.t.Helper()
	_, err := w.users.DeleteUserPoolClientSecret(w.t.Context(), &cognitoidentityprovider.DeleteUserPoolClientSecretInput{
		UserPoolId: aws.String(poolID), ClientId: &w.clientID, ClientSecretId: &id,
	})
	must(w.t, err)
}

func (w *world) putCredentials(credentials client.Credentials) {
	w.t.Helper()
	value, err := json.Marshal(credentials)
	must(w.t, err)
	w.put(string(value))
}
