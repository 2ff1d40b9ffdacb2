package e2e

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cognito-m2m/internal/m2mtest"
)

// kills is how often TestKilledDuringUpdates ends the run: M2M_KILLS, or a few.
func kills(t *testing.T) int {
	t.Helper()
	text := os.Getenv("M2M_KILLS")
	if text == "" {
		return 3
	}
	count, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// TestKilledDuringUpdates: whenever the run is killed, the next one reads its state, and the update
// that was under way ends, or is rolled back. The clients go on as they were.
func TestKilledDuringUpdates(t *testing.T) {
	t.Parallel()
	r := rehearse(t)
	r.deploy(t)
	clients := ids(r.m2m(t, 0, "clients"))
	for i := range kills(t) {
		r.update(t, i)
		time.Sleep(rand.N(400 * time.Millisecond)) // any moment will do
		r.Kill(t)
		r.start(t)
		status := ""
		m2mtest.Eventually(t, "the update to end", func() bool {
			status = r.status(t)
			return !strings.HasSuffix(status, "_IN_PROGRESS")
		})
		if status != "UPDATE_COMPLETE" && status != "CREATE_COMPLETE" && status != "UPDATE_ROLLBACK_COMPLETE" {
			t.Fatalf("after kill %d the stack is %s\nthe run says:\n%s", i, status, r.Stderr)
		}
		if again := ids(r.m2m(t, 0, "clients")); again != clients {
			t.Fatalf("after kill %d, with the stack %s, the clients were\n%s\nand are\n%s", i, status, clients, again)
		}
		r.m2m(t, 0, "call", "reader", "GET", "/test_jwt")
	}
}

func (r *rehearsal) sdk() aws.Config {
	return aws.Config{
		Region: "ap-northeast-1", BaseEndpoint: &r.AWSEndpoint, Credentials: credentials.NewStaticCredentialsProvider(r.AccessKeyID, r.SecretAccessKey, ""),
		RetryMaxAttempts: 1,
	}
}

const stackName = "m2m-dev-Api"

func (r *rehearsal) status(t *testing.T) string {
	t.Helper()
	answer, err := cloudformation.NewFromConfig(r.sdk()).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	if err != nil {
		t.Fatal(err)
	}
	return string(answer.Stacks[0].StackStatus)
}

// update begins an update of the stack that changes a few resources, replaces a route, and differs
// from the one before.
func (r *rehearsal) update(t *testing.T, i int) {
	t.Helper()
	file := m2mtest.Only(t, filepath.Join(r.dir, "assembly-dev", "*Api*.template.json"))
	var template map[string]any
	if err := json.Unmarshal([]byte(m2mtest.Read(t, file)), &template); err != nil {
		t.Fatal(err)
	}
	properties(template, "RoutesGETtestjwtread", "AWS::ApiGatewayV2::Route", func(route map[string]any) { route["RouteKey"] = "GET /test_jwt/" + strconv.Itoa(i) })
	properties(template, "", "AWS::Cognito::UserPoolClient", func(client map[string]any) { client["AccessTokenValidity"] = 10 + i%50 })
	properties(template, "", "AWS::ApiGatewayV2::Stage", func(stage map[string]any) { stage["StageVariables"] = map[string]any{"update": strconv.Itoa(i)} })
	text, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	const bucket, key = "cdk-hnb659fds-assets-123456789012-ap-northeast-1", "update.json"
	objects := s3.NewFromConfig(r.sdk(), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := objects.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), Body: bytes.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
	if _, err := cloudformation.NewFromConfig(r.sdk()).UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: aws.String(stackName), TemplateURL: aws.String(r.AWSEndpoint + "/" + bucket + "/" + key),
		Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand},
	}); err != nil {
		t.Fatal(err)
	}
}
