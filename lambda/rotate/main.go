// Command rotate is the Secrets Manager rotation function of every app client's secret: it gives
// the client a second secret in Cognito, stores it as the pending version, gets a token with it and
// makes it the current one. The secret that was current stays valid until the next rotation.
//
// It owns the four steps, and which of a client's two secrets may be deleted. It does not own the
// form of the value (package client) or the schedule (the stack). Every rotation gets two tokens,
// and Cognito bills tokens. The variable USER_POOL_ID names the pool; TOKEN_ENDPOINT, if set,
// replaces the pool's own domain; GRACE_HOURS, if set, is how long a secret is spared after it was
// replaced.
//
// Source: Secrets Manager user guide, "Rotation by Lambda function"; Cognito's
// AddUserPoolClientSecret.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(newHandler(context.Background(), os.Getenv, os.Stdout))
}
