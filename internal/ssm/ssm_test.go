package ssm_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/ssm"
)

var now = time.Date(2026, 11, 29, 8, 0, 0, 0, time.UTC)

// client asks a store with what is in the folder, with one of the SDK's clients.
func client(t testing.TB, folder, region string) *awsssm.Client {
	t.Helper()
	store, err := ssm.New(ssm.Config{Folder: folder, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	config := awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(store)}}))
	config.Region = region
	return awsssm.NewFromConfig(config)
}

// wantError wants a code and the message to begin with a text.
func wantError(t *testing.T, what string, err error, code, message string) {
	t.Helper()
	if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != code || !strings.HasPrefix(refused.ErrorMessage(), message) {
		t.Errorf("%s: got %v, want %s: %s", what, err, code, message)
	}
}

func put(name, value string) *awsssm.PutParameterInput {
	return &awsssm.PutParameterInput{Name: &name, Value: &value, Type: types.ParameterTypeString}
}

func mustPut(t testing.TB, api *awsssm.Client, name, value string) {
	t.Helper()
	if _, err := api.PutParameter(t.Context(), put(name, value)); err != nil {
		t.Fatal(err)
	}
}

func get(ctx context.Context, api *awsssm.Client, name string) (*types.Parameter, error) {
	got, err := api.GetParameter(ctx, &awsssm.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return got.Parameter, nil
}

// names are those below a path, of all pages.
func names(t testing.TB, api *awsssm.Client, input awsssm.GetParametersByPathInput) (names []string) {
	t.Helper()
	pages := awsssm.NewGetParametersByPathPaginator(api, &input)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Parameters) > 10 {
			t.Errorf("a page has %d parameters", len(page.Parameters))
		}
		for _, p := range page.Parameters {
			names = append(names, *p.Name)
		}
	}
	return names
}

func TestTheBootstrapVersion(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "cn-north-1")
	for _, qualifier := range []string{"hnb659fds", "Mine_1"} {
		name := "/cdk-bootstrap/" + qualifier + "/version"
		p, err := get(t.Context(), api, name)
		if err != nil {
			t.Fatal(err)
		}
		if *p.Value != ssm.BootstrapVersion || *p.Name != name || *p.ARN != "arn:aws-cn:ssm:cn-north-1:123456789012:parameter"+name || p.Type != "String" {
			t.Errorf("got %s, %s, %s, %s", *p.Value, *p.Name, *p.ARN, p.Type)
		}
		_, err = api.PutParameter(t.Context(), put(name, "99"))
		wantError(t, "changing it", err, "ValidationException", "The parameter "+name+" belongs to the bootstrap")
		_, err = api.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: &name})
		wantError(t, "deleting it", err, "ValidationException", "The parameter "+name+" belongs to the bootstrap")
	}
}

func TestParametersThatAreNotThere(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "us-east-1")
	mustPut(t, api, "/mine/a", "1")
	for name, code := range map[string]string{
		"/cdk-bootstrap/hnb659fds/other": "ParameterNotFound", "/cdk-bootstrap/a/b/version": "ParameterNotFound",
		"/mine": "ParameterNotFound", "/mine/A": "ParameterNotFound", "/cdk-bootstrap//version": "ValidationException",
		"mine/a": "ValidationException", "{a}": "ValidationException", "": "ValidationException",
	} {
		_, err := get(t.Context(), api, name)
		wantError(t, name, err, code, "")
		_, err = api.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: &name})
		wantError(t, "deleting "+name, err, code, "")
	}
	_, err := api.DescribeParameters(t.Context(), &awsssm.DescribeParametersInput{})
	wantError(t, "another operation", err, "UnknownOperationException", "")
}

func TestParameter(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	api := client(t, folder, "eu-west-1")
	for _, name := range []string{"/m2m/dev/refused/4h8ur3", "flat.name_1-x"} {
		made, err := api.PutParameter(t.Context(), put(name, "first"))
		if err != nil || made.Version != 1 || made.Tier != types.ParameterTierStandard {
			t.Fatalf("%s: %+v, %v", name, made, err)
		}
		_, err = api.PutParameter(t.Context(), put(name, "second"))
		wantError(t, name+" again", err, "ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.")
		over := &awsssm.PutParameterInput{Name: &name, Value: aws.String("third"), Overwrite: aws.Bool(true)}
		if made, err = api.PutParameter(t.Context(), over); err != nil || made.Version != 2 {
			t.Fatalf("%s: %+v, %v", name, made, err)
		}
		p, err := get(t.Context(), api, name)
		if err != nil {
			t.Fatal(err)
		}
		arn := "arn:aws:ssm:eu-west-1:123456789012:parameter/" + strings.TrimPrefix(name, "/")
		if *p.Value != "third" || p.Version != 2 || *p.ARN != arn || *p.DataType != "text" || !p.LastModifiedDate.Equal(now) {
			t.Errorf("%s: %s, version %d, %s, %s, %s", name, *p.Value, p.Version, *p.ARN, *p.DataType, p.LastModifiedDate)
		}
		if p, err = get(t.Context(), api, arn); err != nil || *p.Value != "third" || *p.Name != name {
			t.Errorf("by ARN: %+v, %v", p, err)
		}
		if _, err := get(t.Context(), client(t, t.TempDir(), "eu-west-1"), name); err == nil {
			t.Errorf("%s is in every folder", name)
		}
		if p, err = get(t.Context(), client(t, folder, "eu-west-1"), name); err != nil || *p.Value != "third" || p.Version != 2 || !p.LastModifiedDate.Equal(now) {
			t.Errorf("%s in the next run: %+v, %v", name, p, err)
		}
		_, err = get(t.Context(), client(t, folder, "eu-west-2"), name)
		wantError(t, name+" in another Region", err, "ParameterNotFound", "")
		if _, err := api.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: &name}); err != nil {
			t.Fatal(err)
		}
		_, err = get(t.Context(), client(t, folder, "eu-west-1"), name)
		wantError(t, name+" deleted", err, "ParameterNotFound", "")
	}
}

func TestRefusedParameters(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "us-east-1")
	const (
		prefix = `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`
		form   = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path`
	)
	for name, want := range map[string][2]string{
		"ssm_test": {"ValidationException", prefix}, "AWS_TEST": {"ValidationException", prefix},
		"/ssm_test/path": {"ValidationException", form}, "/a b": {"ValidationException", form}, "/a//b": {"ValidationException", form}, "/a/": {"ValidationException", form},
		"/aws_test/path":                 {"AccessDeniedException", "No access to reserved parameter name: /aws_test/path."},
		"a/b":                            {"ValidationException", "Parameter name must be a fully qualified name"},
		strings.Repeat("/a", 16):         {"HierarchyLevelLimitExceededException", ""},
		"/" + strings.Repeat("a", 1_011): {"ValidationException", ""},
	} {
		_, err := api.PutParameter(t.Context(), put(name, "1"))
		wantError(t, name, err, want[0], want[1])
	}
	for what, test := range map[string]struct {
		change  func(*awsssm.PutParameterInput)
		message string
	}{
		"no value":    {func(in *awsssm.PutParameterInput) { in.Value = aws.String("") }, "1 validation error detected: Value '' at 'value' failed"},
		"a long one":  {func(in *awsssm.PutParameterInput) { in.Value = aws.String(strings.Repeat("a", 4097)) }, "Standard tier parameters support a maximum parameter value of 4096 characters."},
		"no type":     {func(in *awsssm.PutParameterInput) { in.Type = "" }, "A parameter type is required when you create a parameter."},
		"secret":      {func(in *awsssm.PutParameterInput) { in.Type = types.ParameterTypeSecureString }, `A parameter of type "SecureString" is not simulated`},
		"a pattern":   {func(in *awsssm.PutParameterInput) { in.AllowedPattern = aws.String(".*") }, "AllowedPattern, KeyId"},
		"a key":       {func(in *awsssm.PutParameterInput) { in.KeyId = aws.String("alias/a") }, "AllowedPattern, KeyId"},
		"policies":    {func(in *awsssm.PutParameterInput) { in.Policies = aws.String("[]") }, "AllowedPattern, KeyId"},
		"another use": {func(in *awsssm.PutParameterInput) { in.DataType = aws.String("aws:ec2:image") }, "A parameter with another DataType"},
		"a tier":      {func(in *awsssm.PutParameterInput) { in.Tier = types.ParameterTierAdvanced }, "A parameter with another DataType"},
		"tags of an old one": {func(in *awsssm.PutParameterInput) {
			in.Overwrite, in.Tags = aws.Bool(true), []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
		}, "Invalid request: tags and overwrite can't be used together."},
	} {
		input := put("/a", "1")
		test.change(input)
		_, err := api.PutParameter(t.Context(), input)
		wantError(t, what, err, "ValidationException", test.message)
	}
	if got := names(t, api, awsssm.GetParametersByPathInput{Path: aws.String("/"), Recursive: aws.Bool(true)}); got != nil {
		t.Errorf("there are %v", got)
	}
}

func TestParametersByPath(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "us-east-1")
	var direct []string
	for i := range 23 {
		direct = append(direct, fmt.Sprintf("/m2m/dev/refused/c%02d", i))
	}
	for _, name := range slices.Concat(direct, []string{"/m2m/dev/refused/deeper/c", "/m2m/dev/refusedtoo/c", "/m2m/dev/refused", "m2m"}) {
		mustPut(t, api, name, "x")
	}
	deep := append(slices.Clone(direct), "/m2m/dev/refused/deeper/c")
	for _, path := range []string{"/m2m/dev/refused", "/m2m/dev/refused/"} {
		if got := names(t, api, awsssm.GetParametersByPathInput{Path: &path}); !slices.Equal(got, direct) {
			t.Errorf("below %s: %v", path, got)
		}
		for size := int32(1); size <= 10; size++ {
			if got := names(t, api, awsssm.GetParametersByPathInput{Path: &path, Recursive: aws.Bool(true), MaxResults: &size}); !slices.Equal(got, deep) {
				t.Errorf("all below %s in pages of %d: %v", path, size, got)
			}
		}
	}
	if got := names(t, api, awsssm.GetParametersByPathInput{Path: aws.String("/"), Recursive: aws.Bool(true)}); len(got) != len(direct)+3 {
		t.Errorf("all: %v", got)
	}
	if got := names(t, api, awsssm.GetParametersByPathInput{Path: aws.String("/nothing/here")}); got != nil {
		t.Errorf("nothing has %v", got)
	}
}

// A parameter that goes between two pages takes no other with it.
func TestPagesWhileParametersGo(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "us-east-1")
	for i := range 15 {
		mustPut(t, api, fmt.Sprintf("/a/c%02d", i), "x")
	}
	first, err := api.GetParametersByPath(t.Context(), &awsssm.GetParametersByPathInput{Path: aws.String("/a")})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"/a/c03", "/a/c09"} {
		if _, err := api.DeleteParameter(t.Context(), &awsssm.DeleteParameterInput{Name: &name}); err != nil {
			t.Fatal(err)
		}
	}
	rest := names(t, api, awsssm.GetParametersByPathInput{Path: aws.String("/a"), NextToken: first.NextToken})
	if want := []string{"/a/c10", "/a/c11", "/a/c12", "/a/c13", "/a/c14"}; !slices.Equal(rest, want) {
		t.Errorf("got %v, want %v", rest, want)
	}
}

func TestRefusedPaths(t *testing.T) {
	t.Parallel()
	api := client(t, t.TempDir(), "us-east-1")
	for i := range 11 {
		mustPut(t, api, fmt.Sprintf("/b/c%02d", i), "x")
	}
	other, err := api.GetParametersByPath(t.Context(), &awsssm.GetParametersByPathInput{Path: aws.String("/b")})
	if err != nil {
		t.Fatal(err)
	}
	filters := []types.ParameterStringFilter{{Key: aws.String("Type"), Values: []string{"String"}}}
	for what, test := range map[string]struct {
		in            awsssm.GetParametersByPathInput
		code, message string
	}{
		"no slash":        {awsssm.GetParametersByPathInput{Path: aws.String("a")}, "ValidationException", "The parameter doesn't meet the parameter name requirements."},
		"a wildcard":      {awsssm.GetParametersByPathInput{Path: aws.String("/a/*")}, "ValidationException", "The parameter doesn't meet the parameter name requirements."},
		"a large page":    {awsssm.GetParametersByPathInput{Path: aws.String("/a"), MaxResults: aws.Int32(11)}, "ValidationException", "1 validation error detected: Value '11' at 'maxResults' failed"},
		"an empty page":   {awsssm.GetParametersByPathInput{Path: aws.String("/a"), MaxResults: aws.Int32(0)}, "ValidationException", "1 validation error detected: Value '0' at 'maxResults' failed"},
		"a token":         {awsssm.GetParametersByPathInput{Path: aws.String("/a"), NextToken: aws.String("?")}, "InvalidNextToken", "The specified token isn't valid."},
		"another's token": {awsssm.GetParametersByPathInput{Path: aws.String("/a"), NextToken: other.NextToken}, "InvalidNextToken", "The specified token isn't valid."},
		"filters":         {awsssm.GetParametersByPathInput{Path: aws.String("/a"), ParameterFilters: filters}, "ValidationException", "ParameterFilters are not simulated."},
	} {
		_, err := api.GetParametersByPath(t.Context(), &test.in)
		wantError(t, what, err, test.code, test.message)
	}
}

func TestOperationsNeedTheirAction(t *testing.T) {
	t.Parallel()
	store, err := ssm.New(ssm.Config{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	permissions := &awsapitest.Permissions{}
	api := awsssm.NewFromConfig(awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{JSON: []awsapi.JSONService{awsapitest.SSM(store)}, Authorizer: permissions})))
	ctx := t.Context()
	const at = "arn:aws:ssm:us-east-1:123456789012:parameter/"
	for _, test := range []struct {
		action, resource, key string
		call                  func() error
	}{
		{"GetParameter", at + "mine", "", func() error { _, err := get(ctx, api, "mine"); return err }},
		{"GetParameter", at + "mine/a", "", func() error { _, err := get(ctx, api, "/mine/a"); return err }},
		{"GetParameter", "arn:aws:ssm:eu-west-1:210987654321:parameter/a", "", func() error {
			_, err := get(ctx, api, "arn:aws:ssm:eu-west-1:210987654321:parameter/a")
			return err
		}},
		{"PutParameter", at + "mine/a", "", func() error { _, err := api.PutParameter(ctx, put("/mine/a", "x")); return err }},
		{"PutParameter", at + "mine/a", "ssm:overwrite", func() error {
			in := put("/mine/a", "x")
			in.Overwrite = aws.Bool(true)
			_, err := api.PutParameter(ctx, in)
			return err
		}},
		{"DeleteParameter", at + "mine/a", "", func() error {
			_, err := api.DeleteParameter(ctx, &awsssm.DeleteParameterInput{Name: aws.String("/mine/a")})
			return err
		}},
		{"GetParametersByPath", at + "mine", "", func() error {
			_, err := api.GetParametersByPath(ctx, &awsssm.GetParametersByPathInput{Path: aws.String("/mine")})
			return err
		}},
		{"GetParametersByPath", at + "mine/", "ssm:recursive", func() error {
			_, err := api.GetParametersByPath(ctx, &awsssm.GetParametersByPathInput{Path: aws.String("/mine/"), Recursive: aws.Bool(true)})
			return err
		}},
	} {
		err := test.call()
		wantError(t, test.action, err, "AccessDeniedException", "User: "+awsapitest.Identity.ARN+" is not authorized to perform: ssm:"+test.action+" on resource: "+test.resource)
		asked := permissions.Take()
		if len(asked) != 1 || asked[0].Action != "ssm:"+test.action || asked[0].Resource != test.resource || (test.key == "") != (len(asked[0].Keys) == 0) ||
			test.key != "" && !slices.Equal(asked[0].Keys[test.key], []string{"true"}) {
			t.Errorf("%s asked for %+v", test.action, asked)
		}
	}
}

// A change that can't be written is none.
func TestParameterThatCannotBeKept(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "parameters")
	m2mtest.Write(t, folder, "a file") // the folder can't be made
	if _, err := ssm.New(ssm.Config{Folder: folder}); err == nil {
		t.Error("a folder that is none is used")
	}
	folder = filepath.Join(t.TempDir(), "parameters")
	api := client(t, folder, "us-east-1")
	m2mtest.Write(t, folder, "a file")
	_, err := api.PutParameter(t.Context(), put("/a", "1"))
	wantError(t, "put", err, "InternalServerError", "An error occurred on the server side.")
	_, err = get(t.Context(), api, "/a")
	wantError(t, "get", err, "ParameterNotFound", "")
}

// What can't be understood is left as it is, and named without what is in it.
func TestUnusableFiles(t *testing.T) {
	t.Parallel()
	const name = "123456789012.us-east-1.json"
	for content, reason := range map[string]string{
		`{"parameters": "hush`: "does not have the parameters of a run",
		`{"version": 2}`:       "has version 2, and this program reads version 1",
		`{"version": 1, "account_id": "210987654321", "region": "us-east-1"}`: "another account and Region: 210987654321.us-east-1.json",
	} {
		folder := t.TempDir()
		m2mtest.Write(t, filepath.Join(folder, name), content)
		_, err := ssm.New(ssm.Config{Folder: folder})
		var unusable *ssm.FileError
		if !errors.As(err, &unusable) || !strings.HasSuffix(unusable.File, name) || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", content, err)
		}
		if raw, err := os.ReadFile(filepath.Join(folder, name)); err != nil || string(raw) != content {
			t.Errorf("%s became %s, %v", content, raw, err)
		}
	}
}
