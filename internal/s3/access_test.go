package s3_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
)

// TestEveryOperationNeedsItsAction, on the bucket or on the object.
func TestEveryOperationNeedsItsAction(t *testing.T) {
	t.Parallel()
	permissions := &awsapitest.Permissions{}
	c := client(awsapitest.SDK(awsapitest.Serve(t, awsapi.Config{
		REST: []awsapi.RESTService{awsapitest.S3(newWorld(t, nil).store)}, Authorizer: permissions,
	})))
	b, k, id := aws.String(bucket), aws.String("a/key"), aws.String("upload")
	const onBucket, onObject = "arn:aws:s3:::" + bucket, "arn:aws:s3:::" + bucket + "/a/key"
	for name, test := range map[string]struct {
		call             func() error
		action, resource string
	}{
		"ListObjectsV2": {func() error { _, err := c.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: b}); return err }, "s3:ListBucket", onBucket},
		"GetBucketLocation": {func() error {
			_, err := c.GetBucketLocation(t.Context(), &awss3.GetBucketLocationInput{Bucket: b})
			return err
		}, "s3:GetBucketLocation", onBucket},
		"GetBucketEncryption": {func() error {
			_, err := c.GetBucketEncryption(t.Context(), &awss3.GetBucketEncryptionInput{Bucket: b})
			return err
		}, "s3:GetEncryptionConfiguration", onBucket},
		"PutObject": {func() error {
			_, err := c.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: b, Key: k, Body: strings.NewReader("x")})
			return err
		}, "s3:PutObject", onObject},
		"GetObject": {func() error { _, err := c.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: b, Key: k}); return err }, "s3:GetObject", onObject},
		"CreateMultipartUpload": {func() error {
			_, err := c.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: b, Key: k})
			return err
		}, "s3:PutObject", onObject},
		"UploadPart": {func() error {
			_, err := c.UploadPart(t.Context(), &awss3.UploadPartInput{Bucket: b, Key: k, UploadId: id, PartNumber: aws.Int32(1), Body: strings.NewReader("x")})
			return err
		}, "s3:PutObject", onObject},
		"CompleteMultipartUpload": {func() error {
			_, err := c.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{Bucket: b, Key: k, UploadId: id, MultipartUpload: &types.CompletedMultipartUpload{}})
			return err
		}, "s3:PutObject", onObject},
		"AbortMultipartUpload": {func() error {
			_, err := c.AbortMultipartUpload(t.Context(), &awss3.AbortMultipartUploadInput{Bucket: b, Key: k, UploadId: id})
			return err
		}, "s3:AbortMultipartUpload", onObject},
	} {
		err := test.call()
		want := "User: " + awsapitest.Identity.ARN + " is not authorized to perform: " + test.action + ` on resource: "` + test.resource + `" because `
		if refused := smithy.APIError(nil); !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" || !strings.HasPrefix(refused.ErrorMessage(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		if asked := permissions.Take(); len(asked) != 1 {
			t.Errorf("%s: asked for %+v", name, asked)
		}
	}
	_, err := c.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: b, Key: k})
	if asked := permissions.Take(); err == nil || len(asked) != 1 || asked[0].Action != "s3:GetObject" {
		t.Errorf("HeadObject: %v, asked for %+v", err, asked)
	}
}
