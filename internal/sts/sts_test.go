package sts_test

import (
	"testing"

	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/sts"
)

func TestGetCallerIdentity(t *testing.T) {
	t.Parallel()
	identity := sts.Identity{AccountID: "123456789012", ARN: "arn:aws:iam::123456789012:user/test", UserID: "AIDATEST"}
	url := awsapitest.Serve(t, awsapi.Config{Query: []awsapi.QueryService{awsapitest.STS(identity)}})
	who, err := awssts.NewFromConfig(awsapitest.SDK(url)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{identity.AccountID, identity.ARN, identity.UserID}, []string{*who.Account, *who.Arn, *who.UserId}); diff != "" {
		t.Errorf("identity (-want +got):\n%s", diff)
	}
}
