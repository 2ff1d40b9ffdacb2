package s3

import (
	"net/http"

	"cognito-m2m/internal/partition"
	"cognito-m2m/internal/requester"
)

// action is what the operation of a request needs, on the bucket or on the object; "" for one that
// is not here.
//
// Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3";
// S3 user guide, "Required permissions for Amazon S3 API operations", also for multipart uploads.
func (c call) action() string {
	if c.key == "" {
		return c.bucketAction()
	}
	switch {
	case c.Method == http.MethodPut, c.Method == http.MethodPost:
		return "s3:PutObject"
	case c.Method == http.MethodDelete && c.asks("uploadId"):
		return "s3:AbortMultipartUpload"
	case c.Method == http.MethodGet, c.Method == http.MethodHead:
		return "s3:GetObject"
	}
	return ""
}

func (c call) bucketAction() string {
	switch {
	case c.Method != http.MethodGet:
	case c.asks("location"):
		return "s3:GetBucketLocation"
	case c.asks("encryption"):
		return "s3:GetEncryptionConfiguration"
	case c.query.Get("list-type") == "2":
		return "s3:ListBucket"
	}
	return ""
}

// permit asks whether the requester may do the operation. That comes before the bucket is looked
// for.
//
// Parity: Roles: policies of buckets
func (c call) permit() error {
	action := c.action()
	if action == "" {
		return nil // it is refused as an operation
	}
	arn := "arn:" + partition.Of(c.who.Region) + ":s3:::" + c.bucket
	if c.key != "" {
		arn += "/" + c.key
	}
	return requester.Require(c.Context(), requester.Access{Action: action, Resource: arn})
}
