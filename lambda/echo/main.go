// Command echo is the function behind the test routes: it answers with the event it received, so a
// caller sees which claims and scopes the authorizer passed on. It does not check tokens: API
// Gateway has done that.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(newEcho(os.Stdout))
}
