// Command echo is the function behind the test routes: it answers with the event it received, so a caller sees which
// claims and scopes the authorizer passed on. It knows nothing of tokens; API Gateway has checked them by then.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(newEcho(os.Stdout).Handle)
}
