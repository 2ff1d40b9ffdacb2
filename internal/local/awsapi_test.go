package local_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/serving/servingtest"
)

// TestAWSEndpointIsAskedByAddress is DNS rebinding: a web page whose name leads to this machine,
// and who may therefore send any header.
func TestAWSEndpointIsAskedByAddress(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, nil))
	_, port, _ := strings.Cut(strings.TrimPrefix(d.AWSEndpoint, "http://"), ":")
	for host, want := range map[string]int{
		"127.0.0.1:" + port:              http.StatusBadRequest, // a request that AWS refuses, and this run has read
		"localhost:" + port:              http.StatusBadRequest,
		"[::1]:" + port:                  http.StatusBadRequest,
		"127.0.0.1":                      http.StatusBadRequest,
		"evil.example":                   http.StatusMisdirectedRequest,
		"evil.example:" + port:           http.StatusMisdirectedRequest,
		"127.0.0.1.evil.example:" + port: http.StatusMisdirectedRequest,
		"localhost.evil.example":         http.StatusMisdirectedRequest,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.AWSEndpoint, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		request.Header.Set("X-Amz-Target", "secretsmanager.ListSecrets")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("Host %s: %d, want %d", host, response.StatusCode, want)
		}
	}
}

// TestWhereToDeploy: whoever deploys into a run of an assembly is told which run takes that.
func TestWhereToDeploy(t *testing.T) {
	t.Parallel()
	_, d := start(t, serving.Config{}, servingtest.AssemblyDir(t, nil))
	for _, path := range []string{"/", "/cdk-hnb659fds-assets-123456789012-us-east-1/key"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.AWSEndpoint+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Amz-Target", "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(body), "start `m2m up --empty` to deploy into it.") || strings.Contains(string(body), "for .") {
			t.Errorf("%s: %s, %v", path, body, err)
		}
	}
	api := ssm.New(ssm.Options{
		Region: d.Region, BaseEndpoint: aws.String(d.AWSEndpoint),
		Credentials: credentials.NewStaticCredentialsProvider(d.AccessKeyID, string(d.SecretAccessKey), ""),
	})
	_, err := api.GetParameter(t.Context(), &ssm.GetParameterInput{Name: aws.String("/cdk-bootstrap/hnb659fds/version")}) // the CDK CLI's first question
	if err == nil || !strings.Contains(err.Error(), "start `m2m up --empty` to deploy into it.") {
		t.Errorf("the version of the bootstrap: %v", err)
	}
}
