// Command rotate is the Secrets Manager rotation function of every app client's secret: it gives the client a
// second secret in Cognito, stores it as the pending version, tries it at the token endpoint and makes it the
// current one. What was current stays valid until the next rotation.
//
// It owns the four steps and which of a client's two secrets may go. It does not own the form of the value, which is
// cognito-m2m/client's, or the schedule, which is the stack's. Every rotation gets two tokens more than callers do,
// and Cognito bills tokens. The variable USER_POOL_ID names the pool; TOKEN_ENDPOINT, if set, stands in for the
// pool's own domain; GRACE_HOURS, if set, is how long a secret is spared after it was replaced.
//
// Source: Secrets Manager user guide, "Rotation by Lambda function"; Cognito's AddUserPoolClientSecret.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(newHandler(context.Background(), os.Getenv, os.Stdout))
}
