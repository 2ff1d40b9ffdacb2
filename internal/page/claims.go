package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/jwtauth"
)

// claimView is a claim or a member of the header, as it is shown.
type claimView struct{ Name, Value, Means string }

// meanings say what a claim of Cognito's access tokens is for.
//
// Source: Amazon Cognito developer guide, "Understanding the access token"; RFC 7519 section 4.1.
var meanings = map[string]string{
	"sub":        "Whom the token is about: the client itself, as no user is involved.",
	"token_use":  "What the token is: an access token, not an ID token.",
	"scope":      "What the caller may do. A route asks for one of these.",
	"auth_time":  "When the client proved who it is.",
	"iss":        "Which user pool issued it. The authorizer trusts this one alone.",
	"exp":        "Until when it is accepted.",
	"iat":        "When it was issued.",
	"nbf":        "From when on it is accepted.",
	"version":    "The version of the token's form.",
	"jti":        "The token's own id.",
	"client_id":  "Which app client it was issued to. The authorizer compares it with its audience.",
	"aud":        "For whom it is meant.",
	"alg":        "How it is signed.",
	"kid":        "Which of the user pool's keys signed it.",
	"typ":        "What kind of object this is.",
	"ver":        "The version of the token's form.",
	"origin_jti": "The id of the sign-in that it belongs to.",
}

// claimOrder begins with what decides.
var claimOrder = []string{"scope", "client_id", "iss", "exp", "iat", "auth_time", "nbf", "token_use", "sub", "jti", "version"}

// decoded is what a token says.
type decoded struct {
	Claims  []claimView
	Expires time.Time
	Left    string
}

func decode(token string, now time.Time) (*decoded, error) {
	parsed, err := jwtauth.Parse(token)
	if err != nil {
		return nil, fmt.Errorf("reading the token: %w", err)
	}
	claims, err := parsed.Claims()
	if err != nil {
		return nil, fmt.Errorf("reading the token: %w", err)
	}
	d := &decoded{}
	for _, name := range ordered(claims) {
		d.Claims = append(d.Claims, claimView{name, claimText(claims, name), meanings[name]})
	}
	d.Claims = append(
		d.Claims,
		claimView{"alg", parsed.Algorithm(), meanings["alg"]},
		claimView{"kid", parsed.KeyID(), meanings["kid"]},
	)
	if d.Expires, err = claims.Time("exp"); err == nil {
		d.Left = duration(d.Expires.Sub(now))
	}
	return d, nil
}

func ordered(claims jwtauth.Claims) (names []string) {
	for _, name := range claimOrder {
		if _, there := claims.Value(name); there {
			names = append(names, name)
		}
	}
	for _, name := range claims.Names() {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// claimText is a claim for a person: a time as one.
func claimText(claims jwtauth.Claims, name string) string {
	if slices.Contains([]string{"exp", "iat", "auth_time", "nbf"}, name) {
		if at, err := claims.Time(name); err == nil {
			return at.Local().Format("2006-01-02 15:04:05")
		}
	}
	return strings.ReplaceAll(claims.Text(name), "\n", " ")
}
