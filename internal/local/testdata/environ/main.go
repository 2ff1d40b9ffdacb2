// Command environ is a function that answers with its variables.
package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	lambda.Start(func() ([]string, error) { return os.Environ(), nil })
}
