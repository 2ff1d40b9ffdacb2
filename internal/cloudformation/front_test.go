package cloudformation_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/cloudformation"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/cloudformation/engine/enginetest"
)

// world is a CloudFormation to deploy into, and the SDK's client of it.
type world struct {
	*testing.T
	client   *sdk.Client
	provider *enginetest.Provider
	engine   *engine.Engine

	mu      sync.Mutex
	records map[string][]byte
}

func newWorld(t *testing.T, change ...func(*engine.Config)) *world {
	t.Helper()
	w := &world{T: t, provider: enginetest.New(), records: map[string][]byte{}}
	config := engine.Config{Provider: w.provider, Save: w.save}
	for _, f := range change {
		f(&config)
	}
	var err error
	if w.engine, err = engine.New(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.engine.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	front := &cloudformation.Front{
		Engine: w.engine,
		Place: func(context.Context) engine.Place {
			return engine.Place{AccountID: "123456789012", Region: "us-east-1"}
		},
	}
	url := awsapitest.Serve(t, awsapi.Config{Query: []awsapi.QueryService{awsapitest.CloudFormation(front)}})
	w.client = sdk.NewFromConfig(awsapitest.SDK(url), patient)
	return w
}

// patient has a call be tried again whose connection broke. The SDK closes a request's body as soon
// as the response begins, which takes the connection down if net/http is not done with that body.
func patient(options *sdk.Options) {
	options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.Retryables, o.Backoff = []retry.IsErrorRetryable{retry.RetryableConnectionError{}}, retry.NewExponentialJitterBackoff(time.Millisecond)
	})
}

func (w *world) save(id string, record []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if record == nil {
		delete(w.records, id)
		return nil
	}
	w.records[id] = bytes.Clone(record) // the engine writes the next one into it
	return nil
}

// must stops the test at an error.
func must[T any](t *testing.T) func(value T, err error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// change makes a change set, executes it and waits for the end.
func (w *world) change(stack, template string, options ...func(*sdk.CreateChangeSetInput)) *types.Stack {
	w.Helper()
	set := w.changeSet(stack, template, options...)
	must[*sdk.ExecuteChangeSetOutput](w.T)(w.client.ExecuteChangeSet(w.Context(), &sdk.ExecuteChangeSetInput{ChangeSetName: set.ChangeSetId}))
	return w.ended(*set.StackId)
}

// changeSet makes a change set, of a new stack where there is none.
func (w *world) changeSet(stack, template string, options ...func(*sdk.CreateChangeSetInput)) *sdk.DescribeChangeSetOutput {
	w.Helper()
	input := &sdk.CreateChangeSetInput{
		StackName: &stack, ChangeSetName: aws.String("change"), TemplateBody: &template, ChangeSetType: types.ChangeSetTypeCreate,
	}
	if s := w.find(stack); s != nil && s.StackStatus != types.StackStatusReviewInProgress {
		input.ChangeSetType = types.ChangeSetTypeUpdate
	}
	for _, option := range options {
		option(input)
	}
	created := must[*sdk.CreateChangeSetOutput](w.T)(w.client.CreateChangeSet(w.Context(), input))
	return must[*sdk.DescribeChangeSetOutput](w.T)(w.client.DescribeChangeSet(w.Context(), &sdk.DescribeChangeSetInput{ChangeSetName: created.Id}))
}

// find is a stack by name or ARN, nil if there is none.
func (w *world) find(stack string) *types.Stack {
	found, err := w.client.DescribeStacks(w.Context(), &sdk.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return nil
	}
	return &found.Stacks[0]
}

// ended waits until no operation of the stack is under way.
func (w *world) ended(stack string) *types.Stack {
	w.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		s := w.find(stack)
		if s == nil {
			w.Fatalf("there is no stack %s", stack)
		}
		switch status := string(s.StackStatus); {
		case status == "REVIEW_IN_PROGRESS":
			return s
		case len(status) < 12 || status[len(status)-12:] != "_IN_PROGRESS":
			return s
		}
	}
	w.Fatalf("stack %s does not come to an end: %s", stack, w.find(stack).StackStatus)
	return nil
}

// events are those of a stack, the oldest first: logical id, status, reason.
func (w *world) events(stack string) (lines []string) {
	w.Helper()
	pages := sdk.NewDescribeStackEventsPaginator(w.client, &sdk.DescribeStackEventsInput{StackName: &stack})
	for pages.HasMorePages() {
		page := must[*sdk.DescribeStackEventsOutput](w.T)(pages.NextPage(w.Context()))
		for _, e := range page.StackEvents {
			line := fmt.Sprint(*e.LogicalResourceId, " ", e.ResourceStatus)
			if e.ResourceStatusReason != nil {
				line += " " + *e.ResourceStatusReason
			}
			lines = append([]string{line}, lines...)
		}
	}
	return lines
}

// refused expects an error of the API, and returns its code and message.
func refused(t *testing.T, err error) string {
	t.Helper()
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		t.Fatalf("got error %v, want one of the API", err)
	}
	return refused.ErrorCode() + ": " + refused.ErrorMessage()
}
