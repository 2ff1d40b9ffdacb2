package deploy_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"cognito-m2m/internal/deploy"
	"cognito-m2m/internal/deploy/deploytest"
)

// open is the environment prod at the far end.
func open(t *testing.T, far *deploytest.AWS) *deploy.Deployment {
	t.Helper()
	return openIn(t, far, deploytest.Assembly(t))
}

// openIn is the environment prod of the cloud assembly in dir.
func openIn(t *testing.T, far *deploytest.AWS, dir string) *deploy.Deployment {
	t.Helper()
	url := far.Start(t)
	d, err := deploy.Open(dir, "prod", aws.Config{
		Region: "eu-west-1", BaseEndpoint: &url, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("OPS", "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}
