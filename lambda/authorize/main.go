package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	a := fromEnvironment(context.Background(), os.Getenv, os.Stdout)
	a.prepare(context.Background())
	lambda.Start(a)
}
