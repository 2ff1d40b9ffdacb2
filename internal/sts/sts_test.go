package sts_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/sts"
)

const deployRole = "arn:aws:iam::210987654321:role/cdk-hnb659fds-deploy-role-210987654321-eu-west-1"

// serve is STS at a URL, and the service behind it.
func serve(t *testing.T, now func() time.Time) (string, *sts.Service) {
	t.Helper()
	service, err := sts.New(sts.Config{Secret: redacted.Text(awsapitest.Key.Secret), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return awsapitest.Serve(t, awsapi.Config{Query: []awsapi.QueryService{awsapitest.STS(service)}, Sessions: service, Now: now}), service
}

func client(url string) *awssts.Client { return awssts.NewFromConfig(awsapitest.SDK(url)) }

// as is the SDK's client with other credentials.
func as(url string, credentials aws.Credentials) *awssts.Client {
	config := awsapitest.SDK(url)
	config.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) { return credentials, nil })
	return awssts.NewFromConfig(config)
}

// assume returns a session of deployRole.
func assume(t *testing.T, url string) (*awssts.AssumeRoleOutput, aws.Credentials) {
	t.Helper()
	got, err := client(url).AssumeRole(t.Context(), &awssts.AssumeRoleInput{RoleArn: aws.String(deployRole), RoleSessionName: aws.String("aws-cdk-someone")})
	if err != nil {
		t.Fatal(err)
	}
	return got, aws.Credentials{
		AccessKeyID: *got.Credentials.AccessKeyId, SecretAccessKey: *got.Credentials.SecretAccessKey, SessionToken: *got.Credentials.SessionToken,
	}
}

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, time.Now)
	who, err := client(url).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{awsapitest.Identity.AccountID, awsapitest.Identity.ARN, awsapitest.Identity.UserID}
	if diff := cmp.Diff(want, []string{*who.Account, *who.Arn, *who.UserId}); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}

func TestARequestOfASessionIsTheRoles(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, time.Now)
	got, credentials := assume(t, url)
	who, err := as(url, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	arn := "arn:aws:sts::210987654321:assumed-role/cdk-hnb659fds-deploy-role-210987654321-eu-west-1/aws-cdk-someone"
	want := []string{"210987654321", arn, *got.AssumedRoleUser.AssumedRoleId, arn}
	if diff := cmp.Diff(want, []string{*who.Account, *who.Arn, *who.UserId, *got.AssumedRoleUser.Arn}); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if !strings.HasPrefix(*who.UserId, "AROA") || !strings.HasPrefix(credentials.AccessKeyID, "ASIA") {
		t.Errorf("user id %s, key id %s: want the prefixes of IAM", *who.UserId, credentials.AccessKeyID)
	}
	if left := time.Until(*got.Credentials.Expiration); left > time.Hour || left < 50*time.Minute {
		t.Errorf("the session expires in %s, want an hour", left)
	}
}

func TestSessionsSurviveARestart(t *testing.T) {
	t.Parallel()
	before, _ := serve(t, time.Now)
	_, credentials := assume(t, before)
	after, _ := serve(t, time.Now)
	if _, err := as(after, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{}); err != nil {
		t.Error(err)
	}
}

func TestASessionExpires(t *testing.T) {
	t.Parallel()
	past, _ := serve(t, func() time.Time { return time.Now().Add(-10 * time.Minute) })
	got, err := client(past).AssumeRole(t.Context(), &awssts.AssumeRoleInput{
		RoleArn: aws.String(deployRole), RoleSessionName: aws.String("name"), DurationSeconds: aws.Int32(900),
	})
	if err != nil {
		t.Fatal(err)
	}
	credentials := aws.Credentials{
		AccessKeyID: *got.Credentials.AccessKeyId, SecretAccessKey: *got.Credentials.SecretAccessKey, SessionToken: *got.Credentials.SessionToken,
	}
	_, err = as(past, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Errorf("before its end: %v", err)
	}
	future, _ := serve(t, func() time.Time { return time.Now().Add(10 * time.Minute) })
	_, err = as(future, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	wantCode(t, "after its end", err, "ExpiredToken")
}

func TestChangedCredentialsAreRefused(t *testing.T) {
	t.Parallel()
	url, service := serve(t, time.Now)
	_, good := assume(t, url)
	_, other := assume(t, url)
	for name, change := range map[string]func(*aws.Credentials){
		"another token":  func(c *aws.Credentials) { c.SessionToken = other.SessionToken },
		"no token":       func(c *aws.Credentials) { c.SessionToken = "" },
		"a longer token": func(c *aws.Credentials) { c.SessionToken += "x" },
		"another key id": func(c *aws.Credentials) { c.AccessKeyID = other.AccessKeyID },
		"the run's key, with a token": func(c *aws.Credentials) {
			c.AccessKeyID, c.SecretAccessKey = awsapitest.Key.ID, awsapitest.Key.Secret
		},
	} {
		credentials := good
		change(&credentials)
		_, err := as(url, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
		wantCode(t, name, err, "InvalidClientTokenId")
	}
	wrong := good
	wrong.SecretAccessKey = other.SecretAccessKey
	_, err := as(url, wrong).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	wantCode(t, "another secret", err, "SignatureDoesNotMatch")
	if _, ok := service.Session(good.AccessKeyID, good.SessionToken+strings.Repeat("x", 1<<20)); ok {
		t.Error("a token of a megabyte is looked at")
	}
}

func TestAssumeRoleRefuses(t *testing.T) {
	t.Parallel()
	url, _ := serve(t, time.Now)
	input := func(change func(*awssts.AssumeRoleInput)) *awssts.AssumeRoleInput {
		in := &awssts.AssumeRoleInput{RoleArn: aws.String(deployRole), RoleSessionName: aws.String("name")}
		change(in)
		return in
	}
	for name, test := range map[string]struct {
		change func(*awssts.AssumeRoleInput)
		code   string
	}{
		"not an ARN":     {func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String("role") }, "ValidationError"},
		"a user":         {func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::210987654321:user/x") }, "ValidationError"},
		"a session name": {func(in *awssts.AssumeRoleInput) { in.RoleSessionName = aws.String("with blank") }, "ValidationError"},
		"too short":      {func(in *awssts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(899) }, "ValidationError"},
		"too long":       {func(in *awssts.AssumeRoleInput) { in.DurationSeconds = aws.Int32(43201) }, "ValidationError"},
		"a policy":       {func(in *awssts.AssumeRoleInput) { in.Policy = aws.String("{}") }, "ValidationError"},
		"another role":   {func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String("arn:aws:iam::210987654321:role/admin") }, "AccessDenied"},
		"CloudFormation's role": {func(in *awssts.AssumeRoleInput) {
			in.RoleArn = aws.String(strings.Replace(deployRole, "deploy", "cfn-exec", 1))
		}, "AccessDenied"},
		"another account's bootstrap": {func(in *awssts.AssumeRoleInput) {
			in.RoleArn = aws.String(strings.Replace(deployRole, "::210987654321", "::123456789012", 1))
		}, "AccessDenied"},
	} {
		_, err := client(url).AssumeRole(t.Context(), input(test.change))
		wantCode(t, name, err, test.code)
	}
	_, err := client(url).GetSessionToken(t.Context(), &awssts.GetSessionTokenInput{})
	wantCode(t, "another operation", err, "InvalidAction")
	if _, err := sts.New(sts.Config{}); err == nil {
		t.Error("no secret is taken")
	}
}

// TestASessionOfAFunction: credentials that the run itself has issued are those of a session that
// is held to its role.
func TestASessionOfAFunction(t *testing.T) {
	t.Parallel()
	url, service := serve(t, nil)
	role := sts.Role{ARN: "arn:aws:iam::123456789012:role/functions/reader", ID: "AROAEXAMPLEEXAMPLE"}
	issued := service.Issue(role, "m2m-dev-Reader")
	if lasts := time.Until(issued.Expires); !strings.HasPrefix(issued.AccessKeyID, "ASIA") || lasts < 11*time.Hour || lasts > 12*time.Hour {
		t.Errorf("%s for %s", issued.AccessKeyID, lasts)
	}
	credentials := aws.Credentials{AccessKeyID: issued.AccessKeyID, SecretAccessKey: string(issued.SecretAccessKey), SessionToken: issued.SessionToken}
	got, err := as(url, credentials).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"arn:aws:sts::123456789012:assumed-role/reader/m2m-dev-Reader", "AROAEXAMPLEEXAMPLE:m2m-dev-Reader", "123456789012"}
	if diff := cmp.Diff(want, []string{*got.Arn, *got.UserId, *got.Account}); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
	if session, ok := service.Session(issued.AccessKeyID, issued.SessionToken); !ok || session.Requester.RoleARN != role.ARN {
		t.Errorf("the session is held to %q", session.Requester.RoleARN)
	}
	if another := service.Issue(role, "m2m-dev-Reader"); another.AccessKeyID == issued.AccessKeyID {
		t.Error("two sessions have one key")
	}
	_, assumed := assume(t, url)
	if session, ok := service.Session(assumed.AccessKeyID, assumed.SessionToken); !ok || session.Requester.RoleARN != "" {
		t.Errorf("a bootstrap's role is held to %q", session.Requester.RoleARN)
	}
}

// TestAssumingARoleNeedsItsAction, and asking who one is needs nothing.
func TestAssumingARoleNeedsItsAction(t *testing.T) {
	t.Parallel()
	_, service := serve(t, nil)
	permissions := &awsapitest.Permissions{}
	api := client(awsapitest.Serve(t, awsapi.Config{Query: []awsapi.QueryService{awsapitest.STS(service)}, Authorizer: permissions}))
	_, err := api.AssumeRole(t.Context(), &awssts.AssumeRoleInput{RoleArn: aws.String(deployRole), RoleSessionName: aws.String("me")})
	wantCode(t, "without it", err, "AccessDenied")
	if asked := permissions.Take(); len(asked) != 1 || asked[0].Action != "sts:AssumeRole" || asked[0].Resource != deployRole {
		t.Errorf("asked for %+v", asked)
	}
	if _, err := api.GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{}); err != nil || len(permissions.Take()) > 0 {
		t.Errorf("GetCallerIdentity: %v", err)
	}
}
