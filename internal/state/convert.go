package state

import (
	"strings"

	"cognito-m2m/internal/cognito"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/secretsmanager"
)

// poolAnywhere stands in the file for the address of the user pool, which credentials name and
// which can be another one in every run.
//
// Parity: Secrets Manager: a token endpoint follows the listener
const poolAnywhere = "http://user-pool.invalid"

// poolAddresses are where user pools are reached, by what stands for that in the file. They are put
// into values as text, because a secret's value can be any text.
type poolAddresses map[string]string

// in puts the addresses into a value of the file.
func (a poolAddresses) in(value redacted.Text) redacted.Text {
	for anywhere, url := range a {
		value = replaceAddress(value, anywhere, url)
	}
	return value
}

// outOf takes the addresses out of a value for the file.
func (a poolAddresses) outOf(value redacted.Text) redacted.Text {
	for anywhere, url := range a {
		value = replaceAddress(value, url, anywhere)
	}
	return value
}

func replaceAddress(value redacted.Text, from, to string) redacted.Text {
	if from == "" || to == "" {
		return value
	}
	// The slash keeps :4001 apart from :40012.
	return redacted.Text(strings.ReplaceAll(string(value), from+"/", to+"/"))
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
		secrets = append(secrets, cognito.ClientSecret(s))
	}
	return secrets
}

func secretsFromCognito(secrets []cognito.ClientSecret) (kept []clientSecret) {
	for _, s := range secrets {
		kept = append(kept, clientSecret(s))
	}
	return kept
}

func (m secretsManager) toSecretsManager(pools poolAddresses) secretsmanager.State {
	state := secretsmanager.State{Secrets: make(map[string]secretsmanager.SecretState, len(m.Secrets))}
	for arn, s := range m.Secrets {
		versions := make([]secretsmanager.Version, 0, len(s.Versions))
		for _, v := range s.Versions {
			v.Value = pools.in(v.Value)
			versions = append(versions, secretsmanager.Version(v))
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

func fromSecretsManager(state secretsmanager.State, pools poolAddresses) secretsManager {
	kept := secretsManager{Secrets: make(map[string]*secret, len(state.Secrets))}
	for arn, s := range state.Secrets {
		versions := make([]secretVersion, 0, len(s.Versions))
		for _, v := range s.Versions {
			v.Value = pools.outOf(v.Value)
			versions = append(versions, secretVersion(v))
		}
		kept.Secrets[arn] = &secret{
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
