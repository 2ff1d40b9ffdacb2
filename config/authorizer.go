package config

import (
	"fmt"
	"time"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/strictyaml"
)

// What checks tokens in front of every route.
type authorizer struct {
	// The Lambda function lambda/authorize checks them, which takes more clients than the JWT authorizer's 50.
	Function functionAuthorizer `yaml:"function" hint:"write function: {ttl: 60}, or the word function in place of the mapping"`

	word authorizerWord
}

// The Lambda function lambda/authorize checks them.
type functionAuthorizer struct {
	// Seconds, 0 to 300, for which API Gateway remembers an answer for the same token on the same route. A client that is refused may be let in for so long. 60 for the word function.
	TTL *authorizerTTL `yaml:"ttl" jsonschema:"example=60" hint:"write ttl: 60, or the word function in place of the mapping"`
}

// FunctionAuthorizer is the Lambda function that checks tokens.
type FunctionAuthorizer struct {
	TTL time.Duration // how long API Gateway remembers an answer; whole seconds, 0 to 300
}

// defaultTTL is the time for the word function.
const defaultTTL = time.Minute

func (a authorizer) checked() *FunctionAuthorizer {
	switch {
	case a.Function.TTL != nil:
		return &FunctionAuthorizer{TTL: time.Duration(*a.Function.TTL) * time.Second}
	case a.word == authorizerFunction:
		return &FunctionAuthorizer{TTL: defaultTTL}
	default:
		return nil
	}
}

type authorizerTTL int

// Number ends where this project does; API Gateway takes an hour.
func (authorizerTTL) Number() strictyaml.Number { return strictyaml.Number{Max: 300, OrZero: true} }

func (a *authorizer) Word() any { return &a.word }

// authorizerWord is what can stand in place of the mapping.
type authorizerWord string

func (authorizerWord) Text() strictyaml.Text { return authorizerWordText }

const authorizerFunction authorizerWord = "function"

var authorizerWordText = strictyaml.Text{
	Noun:    "authorizer",
	Pattern: strictyaml.Expression(`^(jwt|function)$`),
	Hint:    "jwt, which is the default; function; or {function: {ttl: 60}}",
}

// authorizer refuses what the JWT authorizer can't have: more clients than it takes audiences, and
// clients in other stacks, whose ids would be exports that block their removal.
func (c *checker) authorizer() {
	if c.written.API.Authorizer.checked() != nil {
		return
	}
	if n := len(c.written.Clients); n > httpapi.MaxAudiences && n <= maxAPIClients {
		c.Report("clients", fmt.Sprintf("has %d clients, at most %d are allowed with the JWT authorizer", n, httpapi.MaxAudiences),
			"each is an audience, and API Gateway takes 50 of them; write api: {authorizer: function} for more. A Lambda function then checks tokens, "+
				"which costs about $0.50 for a million tokens that it checks; refusals are 403 and not 401; "+
				"and a client that is refused may be let in for another minute. See docs/many-clients.md")
	}
	if len(c.groups) > 0 {
		c.Report("api.authorizer", "must be function beside groups of clients, which are in "+groupsDir(c.Path),
			"the JWT authorizer takes only clients of its own stack, at most 50; write authorizer: function. See docs/many-clients.md")
	}
}
