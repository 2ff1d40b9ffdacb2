// Command sdk is a function made with aws-lambda-go. It tells what it was given, or fails as asked.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type told struct {
	Event     json.RawMessage `json:"event"`
	RequestID string          `json:"requestId"`
	ARN       string          `json:"arn"`
	TraceID   string          `json:"traceId"`
	Deadline  int64           `json:"deadlineMs"`
}

func handle(ctx context.Context, event json.RawMessage) (told, error) {
	switch string(event) {
	case `"fail"`:
		return told{}, errors.New("no such order")
	case `"panic"`:
		panic("out of paper")
	}
	lambdaContext, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return told{
		Event:     event,
		RequestID: lambdaContext.AwsRequestID,
		ARN:       lambdaContext.InvokedFunctionArn,
		TraceID:   os.Getenv("_X_AMZN_TRACE_ID"),
		Deadline:  deadline.UnixMilli(),
	}, nil
}

func main() {
	lambda.Start(handle)
}
