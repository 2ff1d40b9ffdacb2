package state

import (
	"strings"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/secretsmanager"
)

// poolAnywhere stands in the file for the address of the user pool, which
// credentials name and which can be another one in every run.
//
// Parity: Secrets Manager: a token endpoint follows the listener
const poolAnywhere = "http://user-pool.invalid"

// poolAddress is where the run's user pool is reached, "" until that is known. It
// is put into values as text, because a secret's value can be any text.
type poolAddress string

func (a poolAddress) replace(value, from, to string) string {
	if a == "" {
		return value
	}
	return strings.ReplaceAll(value, from+"/", to+"/") // the slash keeps :4001 apart from :40012
}

// in puts the address into a value of the file.
func (a poolAddress) in(value redacted.Text) secretsmanager.Value {
	return secretsmanager.Value(a.replace(string(value), poolAnywhere, string(a)))
}

// outOf takes the address out of a value for the file.
func (a poolAddress) outOf(value secretsmanager.Value) redacted.Text {
	return redacted.Text(a.replace(string(value), string(a), poolAnywhere))
}

func (k *signingKeys) toCognito() (*cognito.Keys, error) {
	return cognito.NewKeys(k.AccessToken, k.IDToken)
}

func keysFromCognito(keys *cognito.Keys) *signingKeys {
	accessToken, idToken := keys.JWKs()
	return &signingKeys{AccessToken: accessToken, IDToken: idToken}
}

func secretsToCognito(kept []clientSecret) (secrets []cognito.ClientSecret) {
	for _, s := range kept {
		secrets = append(secrets, cognito.ClientSecret{ID: s.ID, CreateDate: s.CreateDate, Value: cognito.Secret(s.Value)})
	}
	return secrets
}

func secretsFromCognito(secrets []cognito.ClientSecret) (kept []clientSecret) {
	for _, s := range secrets {
		kept = append(kept, clientSecret{ID: s.ID, CreateDate: s.CreateDate, Value: redacted.Text(s.Value)})
	}
	return kept
}

func (m secretsManager) toSecretsManager(pool poolAddress) secretsmanager.State {
	state := secretsmanager.State{Secrets: make(map[string]secretsmanager.SecretState, len(m.Secrets))}
	for arn, s := range m.Secrets {
		versions := make([]secretsmanager.Version, 0, len(s.Versions))
		for _, v := range s.Versions {
			versions = append(versions, secretsmanager.Version{ID: v.ID, CreatedAt: v.CreatedAt, Value: pool.in(v.Value), Binary: v.Binary})
		}
		state.Secrets[arn] = secretsmanager.SecretState{
			CreatedAt:     s.CreatedAt,
			ChangedAt:     s.ChangedAt,
			RotatedAt:     s.RotatedAt,
			Versions:      versions,
			Labels:        s.Labels,
			InitialDigest: s.InitialDigest,
			Rotation: secretsmanager.RotationState{
				Enabled:  s.Rotation.Enabled,
				Schedule: secretsmanager.Schedule(s.Rotation.Schedule),
				Applied:  secretsmanager.Schedule(s.Rotation.Applied),
			},
			Unfinished: (*secretsmanager.Unfinished)(s.Unfinished),
		}
	}
	return state
}

func fromSecretsManager(state secretsmanager.State, pool poolAddress) secretsManager {
	kept := secretsManager{Secrets: make(map[string]secret, len(state.Secrets))}
	for arn, s := range state.Secrets {
		versions := make([]secretVersion, 0, len(s.Versions))
		for _, v := range s.Versions {
			versions = append(versions, secretVersion{ID: v.ID, CreatedAt: v.CreatedAt, Value: pool.outOf(v.Value), Binary: v.Binary})
		}
		kept.Secrets[arn] = secret{
			CreatedAt:     s.CreatedAt,
			ChangedAt:     s.ChangedAt,
			RotatedAt:     s.RotatedAt,
			Versions:      versions,
			Labels:        s.Labels,
			InitialDigest: s.InitialDigest,
			Rotation: rotation{
				Enabled:  s.Rotation.Enabled,
				Schedule: schedule(s.Rotation.Schedule),
				Applied:  schedule(s.Rotation.Applied),
			},
			Unfinished: (*unfinished)(s.Unfinished),
		}
	}
	return kept
}
