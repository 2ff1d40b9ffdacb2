// Command empty is a function that does nothing, as a floor for what one costs.
package main

import "github.com/aws/aws-lambda-go/lambda"

func main() { lambda.Start(func() {}) }
