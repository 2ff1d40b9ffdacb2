package cognito_test

import (
	"crypto/rand"
	"testing"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/cognito/cognitotest"
)

// TestKeyRotation adds a key and drops the old one, each time by way of the state file.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	added, err := cognitotest.Keys().WithNewSigningKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	dropped, err := added.WithoutOldestKey()
	if err != nil {
		t.Fatal(err)
	}
	before, during, after := accessKeyIDs(t, cognitotest.Keys()), accessKeyIDs(t, added), accessKeyIDs(t, dropped)
	if len(during) != 2 || during[0] == before[0] || during[1] != before[0] {
		t.Errorf("after adding a key to %v: %v", before, during)
	}
	if len(after) != 1 || after[0] != during[0] {
		t.Errorf("after dropping the oldest of %v: %v", during, after)
	}
	if _, err := dropped.WithoutOldestKey(); err == nil {
		t.Error("the key that signs was dropped")
	}
}

func accessKeyIDs(t *testing.T, k *cognito.Keys) (ids []string) {
	t.Helper()
	file := fileOf(t, k)
	if _, err := cognito.NewKeys(file.AccessToken, file.IDToken); err != nil {
		t.Fatal(err)
	}
	for _, key := range file.AccessToken {
		ids = append(ids, key.KeyID)
	}
	return ids
}
