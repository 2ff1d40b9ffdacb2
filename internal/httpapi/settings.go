package httpapi

import (
	"maps"
	"slices"
)

// WithoutRoute are the keys of a stage's route settings for which the API has no route, sorted. API
// Gateway refuses an update of a stage that has any.
func WithoutRoute[V any](settings map[string]V, hasRoute func(key string) bool) (stray []string) {
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if !hasRoute(key) {
			stray = append(stray, key)
		}
	}
	return stray
}

// CredentialsRefused is what API Gateway says of CORS that allows credentials where
// CredentialsAllowed is false.
//
// Source: aws/aws-cdk #9076.
const CredentialsRefused = "allow-credentials is not supported if 'allow-origin' is *" //nolint:gosec // a message, not a credential

// CredentialsAllowed says whether CORS for these origins may allow credentials.
func CredentialsAllowed[O ~string](origins []O) bool { return !slices.Contains(origins, "*") }
