package lambdaapi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awslambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/lambdaapi"
	"cognito-m2m/internal/requester"
)

const functionARN = "arn:aws:lambda:us-east-1:123456789012:function:m2m-dev-Api-Echo"

// functions are one function of one account and Region, whose code is an object's key.
type functions struct{ code string }

type s3Error struct{}

func (s3Error) Error() string { return "The specified key does not exist." }
func (s3Error) Code() string  { return "NoSuchKey" }

func (f *functions) Function(ctx context.Context, name string) (lambdaapi.Function, error) {
	if who := requester.From(ctx); name != "m2m-dev-Api-Echo" || who.Region != "us-east-1" || who.AccountID != awsapitest.AccountID {
		return lambdaapi.Function{}, lambdaapi.ErrNoFunction
	}
	return lambdaapi.Function{
		Name: name, ARN: functionARN, Runtime: "provided.al2023", Handler: "bootstrap", Architectures: []string{"arm64"}, Timeout: 10 * time.Second, MemorySize: 128,
		Environment: map[string]string{"A": "b"}, CodeSize: 7, CodeSHA256: f.code, LastModified: time.Date(2026, time.November, 22, 10, 30, 0, 0, time.UTC),
		State: lambdaapi.Active, LastUpdateStatus: lambdaapi.Successful, Role: "arn:aws:iam::123456789012:role/r",
	}, nil
}

func (f *functions) UpdateCode(ctx context.Context, name, bucket, key string) (lambdaapi.Function, error) {
	if _, err := f.Function(ctx, name); err != nil {
		return lambdaapi.Function{}, err
	}
	switch key {
	case "missing":
		return lambdaapi.Function{}, s3Error{}
	case "damaged":
		return lambdaapi.Function{}, &lambdaapi.CodeError{Reason: "Could not unzip uploaded file."}
	case "broken":
		return lambdaapi.Function{}, errors.New("private")
	}
	f.code = bucket + "/" + key
	return f.Function(ctx, name)
}

func client(t *testing.T, region string, f *functions) *awslambda.Client {
	t.Helper()
	config := awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{REST: []awsapi.RESTService{awsapitest.Lambda(lambdaapi.New(f))}}))
	config.Region = region
	return awslambda.NewFromConfig(config)
}

func code(err error) string {
	if refused := smithy.APIError(nil); errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

func TestGetFunction(t *testing.T) {
	t.Parallel()
	api := client(t, "us-east-1", &functions{code: "sum"})
	for _, name := range []string{"m2m-dev-Api-Echo", functionARN, "123456789012:function:m2m-dev-Api-Echo", functionARN + ":$LATEST"} {
		got, err := api.GetFunction(t.Context(), &awslambda.GetFunctionInput{FunctionName: &name})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		c := got.Configuration
		modified, err := time.Parse("2006-01-02T15:04:05.000-0700", *c.LastModified)
		if err != nil || modified.Hour() != 10 {
			t.Errorf("last modified %s, %v", *c.LastModified, err)
		}
		want := []any{"m2m-dev-Api-Echo", functionARN, "Active", "Successful", "sum", int64(7), int32(10), int32(128), "$LATEST", "b", "arm64", "provided.al2023"}
		if diff := cmp.Diff(want, []any{
			*c.FunctionName, *c.FunctionArn, string(c.State), string(c.LastUpdateStatus), *c.CodeSha256, c.CodeSize, *c.Timeout, *c.MemorySize, *c.Version,
			c.Environment.Variables["A"], string(c.Architectures[0]), string(c.Runtime),
		}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		same, err := api.GetFunctionConfiguration(t.Context(), &awslambda.GetFunctionConfigurationInput{FunctionName: &name})
		if err != nil || *same.FunctionArn != functionARN {
			t.Errorf("%s: configuration %v, %v", name, same, err)
		}
	}
	if err := awslambda.NewFunctionUpdatedV2Waiter(api).Wait(t.Context(), &awslambda.GetFunctionInput{FunctionName: aws.String("m2m-dev-Api-Echo")}, time.Minute); err != nil {
		t.Errorf("waiting for an update: %v", err)
	}
}

func TestUpdateFunctionCode(t *testing.T) {
	t.Parallel()
	f := &functions{code: "before"}
	api := client(t, "us-east-1", f)
	update := func(change func(*awslambda.UpdateFunctionCodeInput)) error {
		in := &awslambda.UpdateFunctionCodeInput{FunctionName: aws.String("m2m-dev-Api-Echo"), S3Bucket: aws.String("bucket"), S3Key: aws.String("key")}
		change(in)
		_, err := api.UpdateFunctionCode(t.Context(), in)
		return err
	}
	for name, test := range map[string]struct {
		change     func(*awslambda.UpdateFunctionCodeInput)
		code, says string
	}{
		"inline":      {func(in *awslambda.UpdateFunctionCodeInput) { in.ZipFile = []byte("zip") }, "InvalidParameterValueException", "ZipFile"},
		"an image":    {func(in *awslambda.UpdateFunctionCodeInput) { in.ImageUri = aws.String("image") }, "InvalidParameterValueException", "ImageUri"},
		"a version":   {func(in *awslambda.UpdateFunctionCodeInput) { in.S3ObjectVersion = aws.String("1") }, "InvalidParameterValueException", "S3ObjectVersion"},
		"a dry run":   {func(in *awslambda.UpdateFunctionCodeInput) { in.DryRun = true }, "InvalidParameterValueException", "DryRun"},
		"published":   {func(in *awslambda.UpdateFunctionCodeInput) { in.Publish = true }, "InvalidParameterValueException", "Publish"},
		"no code":     {func(in *awslambda.UpdateFunctionCodeInput) { in.S3Bucket, in.S3Key = nil, nil }, "InvalidParameterValueException", "S3Key"},
		"no object":   {func(in *awslambda.UpdateFunctionCodeInput) { in.S3Key = aws.String("missing") }, "InvalidParameterValueException", "S3 Error Code: NoSuchKey"},
		"no archive":  {func(in *awslambda.UpdateFunctionCodeInput) { in.S3Key = aws.String("damaged") }, "InvalidParameterValueException", "unzip"},
		"a failure":   {func(in *awslambda.UpdateFunctionCodeInput) { in.S3Key = aws.String("broken") }, "InternalFailure", "log"},
		"no function": {func(in *awslambda.UpdateFunctionCodeInput) { in.FunctionName = aws.String("other") }, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:123456789012:function:other"},
		"an alias":    {func(in *awslambda.UpdateFunctionCodeInput) { in.FunctionName = aws.String("m2m-dev-Api-Echo:live") }, "InvalidParameterValueException", "aliases"},
		"other account": {func(in *awslambda.UpdateFunctionCodeInput) {
			in.FunctionName = aws.String("210987654321:function:m2m-dev-Api-Echo")
		}, "AccessDeniedException", "another account"},
		"no name": {func(in *awslambda.UpdateFunctionCodeInput) { in.FunctionName = aws.String("a.b") }, "ValidationException", "functionName"},
	} {
		err := update(test.change)
		if code(err) != test.code || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), "private") {
			t.Errorf("%s: got %v, want %s with %q", name, err, test.code, test.says)
		}
		if f.code != "before" {
			t.Errorf("%s: the code is now %s", name, f.code)
		}
	}
	if err := update(func(*awslambda.UpdateFunctionCodeInput) {}); err != nil || f.code != "bucket/key" {
		t.Errorf("got %v, and the code is %s", err, f.code)
	}
}

func TestAFunctionOfAnotherRegion(t *testing.T) {
	t.Parallel()
	_, err := client(t, "eu-west-1", &functions{}).GetFunction(t.Context(), &awslambda.GetFunctionInput{FunctionName: aws.String("m2m-dev-Api-Echo")})
	if code(err) != "ResourceNotFoundException" || !strings.Contains(err.Error(), "eu-west-1") {
		t.Errorf("got %v", err)
	}
	_, err = client(t, "us-east-1", &functions{}).ListAliases(t.Context(), &awslambda.ListAliasesInput{FunctionName: aws.String("m2m-dev-Api-Echo")})
	if code(err) != "UnknownOperationException" {
		t.Errorf("another operation: %v", err)
	}
}

// TestEveryOperationNeedsItsAction, on the function; and new code has to be the caller's to read.
func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	permissions := &awsapitest.Permissions{}
	api := awslambda.NewFromConfig(awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{
		REST: []awsapi.RESTService{awsapitest.Lambda(lambdaapi.New(&functions{}))}, Authorizer: permissions,
	})))
	name, bucket, key := aws.String("m2m-dev-Api-Echo"), aws.String("bucket"), aws.String("key")
	update := func() error {
		_, err := api.UpdateFunctionCode(t.Context(), &awslambda.UpdateFunctionCodeInput{FunctionName: name, S3Bucket: bucket, S3Key: key})
		return err
	}
	for action, call := range map[string]func() error{
		"lambda:GetFunction": func() error {
			_, err := api.GetFunction(t.Context(), &awslambda.GetFunctionInput{FunctionName: name})
			return err
		},
		"lambda:GetFunctionConfiguration": func() error {
			_, err := api.GetFunctionConfiguration(t.Context(), &awslambda.GetFunctionConfigurationInput{FunctionName: name})
			return err
		},
		"lambda:UpdateFunctionCode": update,
	} {
		err := call()
		want := "is not authorized to perform: " + action + " on resource: " + functionARN + " because no identity-based policy allows the " + action + " action"
		if code(err) != "AccessDeniedException" || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: got %v", action, err)
		}
	}
	permissions.Allows = []string{"lambda:UpdateFunctionCode"}
	permissions.Take()
	err := update()
	asked := permissions.Take()
	if code(err) != "AccessDeniedException" || !strings.Contains(err.Error(), "permission to GetObject for bucket/key. S3 Error Code: AccessDenied.") ||
		len(asked) != 2 || asked[1].Action != "s3:GetObject" || asked[1].Resource != "arn:aws:s3:::bucket/key" {
		t.Errorf("code that is not the caller's to read: %v, asked for %+v", err, asked)
	}
}
