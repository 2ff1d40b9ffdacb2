package s3

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const mostKeys = 1000

type listBucketResult struct {
	XMLName               xml.Name `xml:"ListBucketResult"`
	Namespace             string   `xml:"xmlns,attr"`
	Name                  string
	Prefix                string
	Delimiter             string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	KeyCount, MaxKeys     int
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	Contents              []listedObject
	CommonPrefixes        []commonPrefix

	last string // after which the next page begins
}

// commonPrefix stands for all keys that have a delimiter after the prefix, up to it.
type commonPrefix struct{ Prefix string }

type listedObject struct {
	Key               string
	LastModified      string
	ETag              string
	ChecksumAlgorithm string
	ChecksumType      string
	Size              int64
	StorageClass      string
}

var listParameters = []string{"list-type", "prefix", "max-keys", "start-after", "continuation-token", "encoding-type", "fetch-owner", "delimiter"}

// listObjects is ListObjectsV2.
func (s *Store) listObjects(w http.ResponseWriter, c call) error {
	for name := range c.query {
		if !slices.Contains(listParameters, name) {
			return notImplemented("the parameter " + strconv.Quote(name) + " of a list")
		}
	}
	result := listBucketResult{
		Namespace: namespace, Name: c.bucket, Prefix: c.query.Get("prefix"), Delimiter: c.query.Get("delimiter"), MaxKeys: mostKeys, StartAfter: c.query.Get("start-after"),
		ContinuationToken: c.query.Get("continuation-token"), EncodingType: c.query.Get("encoding-type"),
	}
	if asked := c.query.Get("max-keys"); asked != "" {
		most, err := strconv.Atoi(asked)
		if err != nil || most < 0 {
			return invalidArgument("Provided max-keys not an integer or within integer range")
		}
		result.MaxKeys = min(most, mostKeys)
	}
	after := result.StartAfter
	if result.ContinuationToken != "" {
		raw, err := base64.RawURLEncoding.DecodeString(result.ContinuationToken)
		if err != nil {
			return invalidArgument("The continuation token provided is incorrect")
		}
		after = string(raw)
	}
	if result.EncodingType != "" && result.EncodingType != "url" {
		return invalidArgument("Invalid Encoding Method specified in Request")
	}
	keys, objects := s.index.keys(c.bucket)
	for _, key := range keys {
		if key > after && strings.HasPrefix(key, result.Prefix) && !result.add(key, objects[key]) {
			break
		}
	}
	for _, text := range []*string{&result.Prefix, &result.StartAfter, &result.Delimiter} {
		*text = result.encoded(*text)
	}
	return writeXML(w, result)
}

// add adds an object, or what its key has in common with others. If there are as many as were asked
// for, the list says how it goes on instead, and add returns false.
func (l *listBucketResult) add(key string, o Object) bool {
	if key <= l.last {
		return true // it has the last common prefix
	}
	if l.KeyCount == l.MaxKeys {
		if l.IsTruncated = l.MaxKeys > 0; l.IsTruncated {
			l.NextContinuationToken = base64.RawURLEncoding.EncodeToString([]byte(l.last))
		}
		return false
	}
	l.KeyCount++
	if common, ok := l.common(key); ok {
		l.CommonPrefixes = append(l.CommonPrefixes, commonPrefix{l.encoded(common)})
		l.last = common + "\xff" // after every key that begins so
		return true
	}
	l.Contents = append(l.Contents, listedObject{
		Key: l.encoded(key), LastModified: o.Modified.Format("2006-01-02T15:04:05.000Z"), ETag: quoted(o.ETag), Size: o.Size, StorageClass: "STANDARD",
		ChecksumAlgorithm: o.Checksum.Algorithm, ChecksumType: o.Checksum.kind(),
	})
	l.last = key
	return true
}

// common is the key up to the delimiter after the prefix; false if it has none there.
func (l *listBucketResult) common(key string) (string, bool) {
	if l.Delimiter == "" {
		return "", false
	}
	until, _, ok := strings.Cut(strings.TrimPrefix(key, l.Prefix), l.Delimiter)
	return l.Prefix + until + l.Delimiter, ok
}

// encoded is a key in the encoding that was asked for.
func (l *listBucketResult) encoded(key string) string {
	if l.EncodingType == "" {
		return key
	}
	return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
}
