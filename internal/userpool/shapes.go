package userpool

import "regexp"

var (
	secret      = regexp.MustCompile(`^[\w+]{24,64}$`)
	generatedID = regexp.MustCompile(`^[0-9a-v]{25,26}$`)
)

// IsSecret says whether a text can be a client secret (CreateUserPoolClient, ClientSecret).
func IsSecret(text string) bool { return secret.MatchString(text) }

// LooksLikeClientID says whether a text looks like an app client id that Cognito has generated,
// which has only digits and the letters a to v. About one in 1,000 is shorter and is not
// recognized.
func LooksLikeClientID(text string) bool { return generatedID.MatchString(text) }
