package s3_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/requester"
	"cognito-m2m/internal/s3"
)

const bucket = "cdk-hnb659fds-assets-123456789012-us-east-1"

// world is a store behind a listener, and the SDK's client of it.
type world struct {
	*awss3.Client

	store  *s3.Store
	url    string
	folder string
}

func newWorld(t testing.TB, change func(*s3.Config)) *world {
	t.Helper()
	config := s3.Config{Folder: filepath.Join(t.TempDir(), "s3")}
	if change != nil {
		change(&config)
	}
	store, err := s3.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	w := &world{store: store, folder: config.Folder}
	w.url = awsapitest.Serve(t, awsapi.Config{REST: []awsapi.RESTService{awsapitest.S3(store)}})
	w.Client = client(awsapitest.SDK(w.url))
	return w
}

func client(config aws.Config) *awss3.Client {
	return awss3.NewFromConfig(config, func(o *awss3.Options) { o.UsePathStyle = true })
}

func (w *world) put(t testing.TB, key, content string) *awss3.PutObjectOutput {
	t.Helper()
	got, err := w.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(content)})
	if err != nil {
		t.Fatalf("putting %s: %v", key, err)
	}
	return got
}

// content is that of an object, "" if it is not there.
func (w *world) content(t testing.TB, key string) string {
	t.Helper()
	got, err := w.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
	if code(err) == "NoSuchKey" {
		return ""
	}
	if err != nil {
		t.Fatalf("getting %s: %v", key, err)
	}
	defer func() { _ = got.Body.Close() }()
	raw, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// code is that of an API's error, "" for none.
func code(err error) string {
	if err == nil {
		return ""
	}
	if refused := smithy.APIError(nil); errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	if refused := (*s3.Error)(nil); errors.As(err, &refused) {
		return refused.Code()
	}
	return "not an API error: " + err.Error()
}

// contents are the files in which contents are kept.
func (w *world) contents(t testing.TB) (names []string) {
	t.Helper()
	for _, folder := range []string{"objects", "parts"} {
		found, err := os.ReadDir(filepath.Join(w.folder, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range found {
			names = append(names, filepath.Join(folder, entry.Name()))
		}
	}
	return names
}

func TestAnObjectIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, key := range []string{"a.json", "folder/with blank+plus%41 ü.zip", "..", "../../../etc/passwd", "/absolute", "a//b"} {
		w.put(t, key, "content of "+key)
		if got := w.content(t, key); got != "content of "+key {
			t.Errorf("%s: got %q", key, got)
		}
		head, err := w.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key})
		if err != nil || *head.ContentLength != int64(len("content of "+key)) || head.ServerSideEncryption != types.ServerSideEncryptionAwsKms {
			t.Errorf("%s: head %+v, %v", key, head, err)
		}
	}
	for _, name := range w.contents(t) {
		if base := filepath.Base(name); len(base) != 64 {
			t.Errorf("a content is called %s, want its SHA-256", name)
		}
	}
	w.put(t, "a.json", "another")
	if got := w.content(t, "a.json"); got != "another" || len(w.contents(t)) != 6 {
		t.Errorf("replaced: got %q, and %v", got, w.contents(t))
	}
}

func TestObjectsSurviveARestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(t, "kept", "kept content")
	w.put(t, "lost", "lost content")
	_, lost, err := w.store.Open(bucket, "lost")
	if err != nil {
		t.Fatal(err)
	}
	// What a killed run may leave, and what somebody removed.
	for path, content := range map[string]string{"objects/" + strings.Repeat("a", 64): "unfinished", "parts/ABC": "part"} {
		if err := os.WriteFile(filepath.Join(w.folder, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(w.folder, "objects", lost.SHA256)); err != nil {
		t.Fatal(err)
	}
	again := newWorld(t, func(c *s3.Config) { c.Folder = w.folder })
	if got := again.content(t, "kept"); got != "kept content" {
		t.Errorf("got %q", got)
	}
	if diff := cmp.Diff([]string{"kept"}, again.keys(t, nil)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if left := again.contents(t); len(left) != 1 {
		t.Errorf("files: %v, want one", left)
	}
}

func TestAnIndexThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{"{": "index.json", `{"version":2}`: "version 2"} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "index.json"), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s3.New(s3.Config{Folder: folder}); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), folder) {
			t.Errorf("%s: got %v, want %s and the folder", content, err, want)
		}
	}
	if _, err := s3.New(s3.Config{}); err == nil {
		t.Error("no folder is taken")
	}
}

// keys are those that ListObjectsV2 gives, on all pages.
func (w *world) keys(t testing.TB, change func(*awss3.ListObjectsV2Input)) (keys []string) {
	t.Helper()
	input := &awss3.ListObjectsV2Input{Bucket: aws.String(bucket)}
	if change != nil {
		change(input)
	}
	for pages := awss3.NewListObjectsV2Paginator(w.Client, input); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range page.Contents {
			keys = append(keys, *object.Key)
		}
		for _, common := range page.CommonPrefixes {
			keys = append(keys, *common.Prefix+"...")
		}
	}
	return keys
}

func TestListObjects(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if got := w.keys(t, nil); len(got) != 0 {
		t.Errorf("an empty bucket has %v", got)
	}
	for _, key := range []string{"b/2", "a", "b/1", "b/ 3", "c"} {
		w.put(t, key, key)
	}
	for name, test := range map[string]struct {
		change func(*awss3.ListObjectsV2Input)
		want   []string
	}{
		"all":         {nil, []string{"a", "b/ 3", "b/1", "b/2", "c"}},
		"pages":       {func(in *awss3.ListObjectsV2Input) { in.MaxKeys = aws.Int32(2) }, []string{"a", "b/ 3", "b/1", "b/2", "c"}},
		"prefix":      {func(in *awss3.ListObjectsV2Input) { in.Prefix, in.MaxKeys = aws.String("b/"), aws.Int32(2) }, []string{"b/ 3", "b/1", "b/2"}},
		"start after": {func(in *awss3.ListObjectsV2Input) { in.StartAfter = aws.String("b/1") }, []string{"b/2", "c"}},
		"encoded": {func(in *awss3.ListObjectsV2Input) {
			in.Prefix, in.EncodingType = aws.String("b/ "), types.EncodingTypeUrl
		}, []string{"b/+3"}},
		"folders":                {func(in *awss3.ListObjectsV2Input) { in.Delimiter = aws.String("/") }, []string{"a", "c", "b/..."}},
		"folders, one on a page": {func(in *awss3.ListObjectsV2Input) { in.Delimiter, in.MaxKeys = aws.String("/"), aws.Int32(1) }, []string{"a", "b/...", "c"}},
		"in a folder":            {func(in *awss3.ListObjectsV2Input) { in.Delimiter, in.Prefix = aws.String("/"), aws.String("b/") }, []string{"b/ 3", "b/1", "b/2"}},
		"none":                   {func(in *awss3.ListObjectsV2Input) { in.Prefix = aws.String("x") }, nil},
	} {
		if diff := cmp.Diff(test.want, w.keys(t, test.change)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	list, err := w.ListObjectsV2(t.Context(), &awss3.ListObjectsV2Input{Bucket: aws.String(bucket), MaxKeys: aws.Int32(1), Prefix: aws.String("b/2")})
	if err != nil || len(list.Contents) != 1 || *list.Contents[0].Size != 3 || *list.IsTruncated {
		t.Errorf("got %+v, %v", list, err)
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	in := func(region string) *awss3.Client {
		config := awsapitest.SDK(w.url)
		config.Region = region
		return client(config)
	}
	for name, test := range map[string]struct {
		bucket, region string
		want           string // an error's code, or the location
	}{
		"the first Region":       {bucket, "us-east-1", "location "},
		"another Region":         {"cdk-mine-assets-123456789012-eu-west-1", "eu-west-1", "location eu-west-1"},
		"signed for another":     {bucket, "eu-west-1", "AuthorizationHeaderMalformed"},
		"of another account":     {"cdk-hnb659fds-assets-210987654321-us-east-1", "us-east-1", "AccessDenied"},
		"not a bootstrap's":      {"my-bucket", "us-east-1", "NoSuchBucket"},
		"without a qualifier":    {"cdk--assets-123456789012-us-east-1", "us-east-1", "NoSuchBucket"},
		"with a long qualifier":  {"cdk-abcdefghijk-assets-123456789012-us-east-1", "us-east-1", "NoSuchBucket"},
		"a path out of a folder": {"..", "us-east-1", "NoSuchBucket"},
	} {
		got, err := in(test.region).GetBucketLocation(t.Context(), &awss3.GetBucketLocationInput{Bucket: &test.bucket})
		answer := code(err)
		if err == nil {
			answer = "location " + string(got.LocationConstraint)
		}
		if answer != test.want {
			t.Errorf("%s: got %q, want %q", name, answer, test.want)
		}
	}
	encrypted, err := w.GetBucketEncryption(t.Context(), &awss3.GetBucketEncryptionInput{Bucket: aws.String(bucket)})
	if err != nil || encrypted.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm != types.ServerSideEncryptionAwsKms {
		t.Errorf("encryption: %+v, %v", encrypted, err)
	}
	for _, test := range []struct{ bucket, key, want string }{{"other", "k", "NoSuchBucket"}, {bucket, "k", "NoSuchKey"}} {
		if _, _, err := w.store.Open(test.bucket, test.key); err == nil || err.(interface{ Code() string }).Code() != test.want {
			t.Errorf("opening: got %v, want %s", err, test.want)
		}
	}
}

func TestChecksums(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const digits = "123456789"
	for algorithm, test := range map[types.ChecksumAlgorithm]struct {
		good string // of digits, from the catalogue of CRCs and from FIPS 180
		sent func(*awss3.PutObjectInput, *string)
		kept func(*awss3.HeadObjectOutput) *string
	}{
		types.ChecksumAlgorithmCrc32:     {"y/Q5Jg==", func(in *awss3.PutObjectInput, v *string) { in.ChecksumCRC32 = v }, func(o *awss3.HeadObjectOutput) *string { return o.ChecksumCRC32 }},
		types.ChecksumAlgorithmCrc32c:    {"4waSgw==", func(in *awss3.PutObjectInput, v *string) { in.ChecksumCRC32C = v }, func(o *awss3.HeadObjectOutput) *string { return o.ChecksumCRC32C }},
		types.ChecksumAlgorithmCrc64nvme: {"rosUhgp5mIg=", func(in *awss3.PutObjectInput, v *string) { in.ChecksumCRC64NVME = v }, func(o *awss3.HeadObjectOutput) *string { return o.ChecksumCRC64NVME }},
		types.ChecksumAlgorithmSha1:      {"98O8HYCOBHMq32eZZczDTKeuNEE=", func(in *awss3.PutObjectInput, v *string) { in.ChecksumSHA1 = v }, func(o *awss3.HeadObjectOutput) *string { return o.ChecksumSHA1 }},
		types.ChecksumAlgorithmSha256:    {"FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU=", func(in *awss3.PutObjectInput, v *string) { in.ChecksumSHA256 = v }, func(o *awss3.HeadObjectOutput) *string { return o.ChecksumSHA256 }},
	} {
		key := string(algorithm)
		try := func(sum string) string {
			in := &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(digits), ChecksumAlgorithm: algorithm}
			test.sent(in, &sum)
			_, err := w.PutObject(t.Context(), in)
			return code(err)
		}
		other := "A" + test.good[1:]
		if got := []string{try(other), try("AAAA"), w.content(t, key), try(test.good), w.content(t, key)}; !cmp.Equal(got, []string{"BadDigest", "InvalidRequest", "", "", digits}) {
			t.Errorf("%s: got %q", key, got)
		}
		head, err := w.HeadObject(t.Context(), &awss3.HeadObjectInput{Bucket: aws.String(bucket), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
		if err != nil || test.kept(head) == nil || *test.kept(head) != test.good {
			t.Errorf("%s: head %+v, %v", key, head, err)
		}
	}
	if files := w.contents(t); len(files) != 1 {
		t.Errorf("files: %v, want one content and no part", files)
	}
	_, err := w.PutObject(t.Context(), &awss3.PutObjectInput{
		Bucket: aws.String(bucket), Key: aws.String("md5"), Body: strings.NewReader(digits), ContentMD5: aws.String("AAAAAAAAAAAAAAAAAAAAAA=="),
	})
	if code(err) != "BadDigest" {
		t.Errorf("Content-MD5: got %v", err)
	}
}

func TestRanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(t, "digits", "0123456789")
	for asked, want := range map[string]string{
		"bytes=2-4": "234", "bytes=8-": "89", "bytes=-3": "789", "bytes=8-100": "89", "bytes=10-": "InvalidRange", "bytes=0-1,4-5": "0123456789",
	} {
		got, err := w.GetObject(t.Context(), &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("digits"), Range: &asked})
		answer := code(err)
		if err == nil {
			raw, _ := io.ReadAll(got.Body)
			answer = string(raw)
			_ = got.Body.Close()
		}
		if answer != want {
			t.Errorf("%s: got %q, want %q", asked, answer, want)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *s3.Config) { c.ObjectSize, c.Objects = 10, 2 })
	put := func(key, content string) string {
		_, err := w.PutObject(t.Context(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(content)})
		return code(err)
	}
	for _, test := range []struct{ key, content, want string }{
		{"a", "0123456789", ""},
		{"a", "0123456789a", "EntityTooLarge"},
		{"b", "", ""},
		{"c", "c", "TooManyObjects"},
		{"b", "b", ""},
		{strings.Repeat("k", 1025), "", "KeyTooLongError"},
	} {
		if got := put(test.key, test.content); got != test.want {
			t.Errorf("%.10s %s: got %q, want %q", test.key, test.content, got, test.want)
		}
	}
	if diff := cmp.Diff([]string{"a", "b"}, w.keys(t, nil)); diff != "" || len(w.contents(t)) != 2 {
		t.Errorf("keys (-want +got):\n%s, files %v", diff, w.contents(t))
	}
}

func TestWhatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.put(t, "a", "a")
	key := &awss3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String("a")}
	for name, call := range map[string]func(context.Context) error{
		"delete": func(ctx context.Context) error {
			_, err := w.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: key.Bucket, Key: key.Key})
			return err
		},
		"copy": func(ctx context.Context) error {
			_, err := w.CopyObject(ctx, &awss3.CopyObjectInput{Bucket: key.Bucket, Key: aws.String("b"), CopySource: aws.String(bucket + "/a")})
			return err
		},
		"a version": func(ctx context.Context) error {
			_, err := w.GetObject(ctx, &awss3.GetObjectInput{Bucket: key.Bucket, Key: key.Key, VersionId: aws.String("1")})
			return err
		},
		"an access list": func(ctx context.Context) error {
			_, err := w.PutObjectAcl(ctx, &awss3.PutObjectAclInput{Bucket: key.Bucket, Key: key.Key, ACL: types.ObjectCannedACLPublicRead})
			return err
		},
		"a bucket": func(ctx context.Context) error {
			_, err := w.CreateBucket(ctx, &awss3.CreateBucketInput{Bucket: key.Bucket})
			return err
		},
		"a tag": func(ctx context.Context) error {
			_, err := w.PutObject(ctx, &awss3.PutObjectInput{Bucket: key.Bucket, Key: aws.String("b"), Tagging: aws.String("a=b"), Body: strings.NewReader("")})
			return err
		},
	} {
		if got := code(call(t.Context())); got != "NotImplemented" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	if diff := cmp.Diff([]string{"a"}, w.keys(t, nil)); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestLocation(t *testing.T) {
	t.Parallel()
	for url, want := range map[string][3]any{
		"http://127.0.0.1:4002/b/folder/k%20.json":   {"b", "folder/k .json", true},
		"https://s3.eu-west-1.amazonaws.com/b/k":     {"b", "k", true},
		"https://s3.cn-north-1.amazonaws.com.cn/b/k": {"b", "k", true},
		"https://b.s3.eu-west-1.amazonaws.com/k":     {"b", "k", true},
		"https://b.s3.amazonaws.com/folder/k":        {"b", "folder/k", true},
		"https://b.s3.amazonaws.com/":                {"b", "", false},
		"https://s3.amazonaws.com/b":                 {"b", "", false},
		"s3://b/k":                                   {"", "", false},
		"b/k":                                        {"", "", false},
		"http://[::1":                                {"", "", false},
	} {
		bucket, key, ok := s3.Location(url)
		if got := [3]any{bucket, key, ok}; got != want {
			t.Errorf("%s: got %v, want %v", url, got, want)
		}
	}
}

func TestMultipartUpload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := make([]byte, 5<<20)
	_, _ = rand.Read(first)
	whole := append(bytes.Clone(first), "the end"...)
	for _, algorithm := range []types.ChecksumAlgorithm{types.ChecksumAlgorithmSha256, types.ChecksumAlgorithmCrc32, types.ChecksumAlgorithmCrc64nvme} {
		key := string(algorithm)
		u := w.begin(t, key, algorithm)
		// The second part comes first, and twice.
		u.part(t, 2, []byte("not yet"))
		parts := []types.CompletedPart{u.part(t, 1, first), u.part(t, 2, []byte("the end"))}
		done, err := u.complete(t, parts)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(*done.ETag, `-2"`) {
			t.Errorf("%s: entity tag %s", key, *done.ETag)
		}
		if got := w.content(t, key); got != string(whole) {
			t.Errorf("%s: got %d bytes, want %d", key, len(got), len(whole))
		}
		if _, err := u.complete(t, parts); code(err) != "NoSuchUpload" {
			t.Errorf("%s: completed twice: %v", key, err)
		}
	}
	if files := w.contents(t); len(files) != 1 {
		t.Errorf("files: %v, want one content and no part", files)
	}
}

// uploading is a multipart upload of a test.
type uploading struct {
	*world

	key, id   *string
	algorithm types.ChecksumAlgorithm
}

func (w *world) begin(t testing.TB, key string, algorithm types.ChecksumAlgorithm) uploading {
	t.Helper()
	begun, err := w.CreateMultipartUpload(t.Context(), &awss3.CreateMultipartUploadInput{Bucket: aws.String(bucket), Key: &key, ChecksumAlgorithm: algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return uploading{w, &key, begun.UploadId, algorithm}
}

func (u uploading) try(t testing.TB, number int32, content []byte) (*awss3.UploadPartOutput, error) {
	t.Helper()
	return u.UploadPart(t.Context(), &awss3.UploadPartInput{
		Bucket: aws.String(bucket), Key: u.key, UploadId: u.id, PartNumber: &number, Body: bytes.NewReader(content), ChecksumAlgorithm: u.algorithm,
	})
}

func (u uploading) part(t testing.TB, number int32, content []byte) types.CompletedPart {
	t.Helper()
	got, err := u.try(t, number, content)
	if err != nil {
		t.Fatal(err)
	}
	return types.CompletedPart{
		ETag: got.ETag, PartNumber: &number, ChecksumSHA256: got.ChecksumSHA256, ChecksumCRC32: got.ChecksumCRC32, ChecksumCRC64NVME: got.ChecksumCRC64NVME,
	}
}

func (u uploading) complete(t testing.TB, parts []types.CompletedPart) (*awss3.CompleteMultipartUploadOutput, error) {
	t.Helper()
	return u.CompleteMultipartUpload(t.Context(), &awss3.CompleteMultipartUploadInput{
		Bucket: aws.String(bucket), Key: u.key, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
}

func TestMultipartUploadsThatFail(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(c *s3.Config) { c.ObjectSize, c.Uploads = 6<<20, 2 })
	u := w.begin(t, "k", types.ChecksumAlgorithmSha256)
	one, two := u.part(t, 1, []byte("one")), u.part(t, 2, []byte("two"))
	wrong, other := two, two
	wrong.ETag, other.ChecksumSHA256 = one.ETag, one.ChecksumSHA256
	missing := two
	missing.PartNumber = aws.Int32(3)
	for name, test := range map[string]struct {
		parts []types.CompletedPart
		want  string
	}{
		"another order":    {[]types.CompletedPart{two, one}, "InvalidPartOrder"},
		"a part twice":     {[]types.CompletedPart{one, one}, "InvalidPartOrder"},
		"another tag":      {[]types.CompletedPart{wrong}, "InvalidPart"},
		"another checksum": {[]types.CompletedPart{other}, "InvalidPart"},
		"a part too many":  {[]types.CompletedPart{missing}, "InvalidPart"},
		"small parts":      {[]types.CompletedPart{one, two}, "EntityTooSmall"},
		"no parts":         {nil, "MalformedXML"},
	} {
		if _, err := u.complete(t, test.parts); code(err) != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
	if _, err := u.try(t, 3, make([]byte, 6<<20)); code(err) != "EntityTooLarge" {
		t.Errorf("too large together: %v", err)
	}
	if _, err := u.try(t, 10_001, nil); code(err) != "InvalidArgument" {
		t.Errorf("part 10,001: %v", err)
	}
	if _, err := w.AbortMultipartUpload(t.Context(), &awss3.AbortMultipartUploadInput{Bucket: aws.String(bucket), Key: u.key, UploadId: u.id}); err != nil {
		t.Error(err)
	}
	if _, err := u.try(t, 1, nil); code(err) != "NoSuchUpload" {
		t.Errorf("after the end: %v", err)
	}
	if files := w.contents(t); len(files) != 0 {
		t.Errorf("files: %v, want none", files)
	}
	first := w.begin(t, "first", types.ChecksumAlgorithmSha256)
	first.part(t, 1, []byte("one"))
	w.begin(t, "second", types.ChecksumAlgorithmSha256)
	w.begin(t, "third", types.ChecksumAlgorithmSha256)
	if _, err := first.try(t, 2, nil); code(err) != "NoSuchUpload" || len(w.contents(t)) != 0 {
		t.Errorf("the oldest of three: %v, %v", err, w.contents(t))
	}
}

// TestUploadsFromElsewhere says to which address of this machine an upload came.
func TestUploadsFromElsewhere(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		address net.Addr
		allow   bool
		want    string
	}{
		"loopback":             {&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}, false, ""},
		"loopback of IPv6":     {&net.TCPAddr{IP: net.IPv6loopback}, false, ""},
		"another":              {&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}, false, "AccessDenied"},
		"another, allowed":     {&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1)}, true, ""},
		"one that isn't known": {nil, false, "AccessDenied"},
	} {
		store, err := s3.New(s3.Config{Folder: t.TempDir(), AllowRemote: test.allow})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		for method, query := range map[string]string{http.MethodPut: "", http.MethodPost: "uploads="} {
			ctx := context.WithValue(t.Context(), http.LocalAddrContextKey, test.address)
			ctx = requester.NewContext(ctx, requester.Requester{AccountID: "123456789012", Region: "us-east-1"})
			r := httptest.NewRequestWithContext(ctx, method, "/"+bucket+"/key?"+query, strings.NewReader("program"))
			err := store.ServeREST(httptest.NewRecorder(), r)
			if got := code(err); got != test.want {
				t.Errorf("%s, %s: got %q, want %q", name, method, got, test.want)
			}
			if test.want != "" && !strings.Contains(err.Error(), "--allow-remote") {
				t.Errorf("%s: %v does not say what to do", name, err)
			}
		}
	}
}
