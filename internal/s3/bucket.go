package s3

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/requester"
)

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// checkBucket says whether the requester reaches a bucket: it exists if a bootstrap of any
// qualifier would have made it.
//
// Parity: S3: which buckets there are
func checkBucket(bucket string, who requester.Requester) error {
	account, region, exists := cdkbootstrap.Bucket(bucket)
	switch {
	case !exists:
		return errNoSuchBucket
	case account != who.AccountID:
		return errAccessDenied
	case region != who.Region:
		return &Error{
			http.StatusBadRequest, "AuthorizationHeaderMalformed",
			"The authorization header is malformed; the region '" + who.Region + "' is wrong; expecting '" + region + "'",
		}
	}
	return nil
}

// Location returns the bucket and the key that the URL of an object names, path style on any host
// or virtual-hosted style on AWS's; false if it names none.
func Location(objectURL string) (bucket, key string, ok bool) {
	parsed, err := url.Parse(objectURL)
	if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
		return "", "", false
	}
	path := strings.TrimPrefix(parsed.Path, "/")
	name, _, virtual := strings.Cut(parsed.Host, ".s3.")
	if virtual && strings.Contains(parsed.Host, ".amazonaws.com") {
		return name, path, path != ""
	}
	bucket, key, _ = strings.Cut(path, "/")
	return bucket, key, bucket != "" && key != ""
}

// bucketLocation is the Region, and nothing for the first of all Regions.
func bucketLocation(w http.ResponseWriter, who requester.Requester) error {
	region := who.Region
	if region == "us-east-1" {
		region = ""
	}
	return writeXML(w, struct {
		XMLName   xml.Name `xml:"LocationConstraint"`
		Namespace string   `xml:"xmlns,attr"`
		Region    string   `xml:",chardata"`
	}{Namespace: namespace, Region: region})
}

// bucketEncryption is what a bootstrap without options sets, the key that AWS manages.
//
// Parity: S3: encryption
func bucketEncryption(w http.ResponseWriter) error {
	return writeXML(w, struct {
		XMLName   xml.Name `xml:"ServerSideEncryptionConfiguration"`
		Namespace string   `xml:"xmlns,attr"`
		Algorithm string   `xml:"Rule>ApplyServerSideEncryptionByDefault>SSEAlgorithm"`
		BucketKey bool     `xml:"Rule>BucketKeyEnabled"`
	}{Namespace: namespace, Algorithm: "aws:kms"})
}

func writeXML(w http.ResponseWriter, content any) error {
	body, err := xml.Marshal(content)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/xml")
	_, _ = w.Write(append([]byte(xml.Header), body...)) // after an error the connection is gone
	return nil
}
