package awsapi_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/requester"
)

// echo is a service that speaks REST: it keeps what it was sent.
type echo struct {
	body    string
	who     requester.Requester
	header  http.Header
	trailer http.Header
	length  int64
}

func (e *echo) ServeREST(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	*e = echo{string(body), requester.From(r.Context()), r.Header, r.Trailer, r.ContentLength}
	_, err = w.Write([]byte("done"))
	return err
}

// The example of the S3 API reference, "Signature Calculations for the Authorization Header:
// Transferring Payload in Multiple Chunks", and its sibling "... Including Trailing Headers".
const (
	exampleTime  = "20130524T000000Z"
	exampleScope = "AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request"
	firstSum     = "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"
	secondSum    = "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"
	lastSum      = "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"
)

var (
	exampleKey  = awsapi.AccessKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}
	exampleBody = strings.Repeat("a", 65536+1024)
)

// exampleHandler is S3 on the day of the example, answered by caller.
func exampleHandler(t testing.TB, caller awsapi.RESTCaller) http.Handler {
	t.Helper()
	at, err := time.Parse("20060102T150405Z", exampleTime)
	if err != nil {
		t.Fatal(err)
	}
	handler, err := awsapi.New(awsapi.Config{
		REST:      []awsapi.RESTService{{SigningName: "s3", Form: awsapi.S3, Caller: caller}},
		AccessKey: exampleKey, Identity: requester.Requester{AccountID: "123456789012"}, Now: func() time.Time { return at },
	})
	if err != nil {
		t.Fatal(err)
	}
	return handler
}

func chunk(content, signature string) string {
	return fmt.Sprintf("%x;chunk-signature=%s\r\n%s\r\n", len(content), signature, content)
}

// exampleChunks are the chunks with signatures of the example.
func exampleChunks(first, second, last string) string {
	return chunk(exampleBody[:65536], first) + chunk(exampleBody[65536:], second) + chunk("", last)
}

// exampleRequest is the request of the example, with another body.
func exampleRequest(t testing.TB, body string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/examplebucket/chunkObject.txt", strings.NewReader(body))
	r.Host = "s3.amazonaws.com"
	r.ContentLength = 66824 // it is signed
	r.Header = http.Header{
		"X-Amz-Date": {exampleTime}, "X-Amz-Storage-Class": {"REDUCED_REDUNDANCY"}, "Content-Encoding": {"aws-chunked"},
		"X-Amz-Content-Sha256": {"STREAMING-AWS4-HMAC-SHA256-PAYLOAD"}, "X-Amz-Decoded-Content-Length": {"66560"},
		"Authorization": {"AWS4-HMAC-SHA256 Credential=" + exampleScope + ",SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;" +
			"x-amz-decoded-content-length;x-amz-storage-class,Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"},
	}
	return r
}

func answerOf(handler http.Handler, r *http.Request) (status int, code string) {
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	body := recorder.Body.String()
	_, after, _ := strings.Cut(body, "<Code>")
	code, _, _ = strings.Cut(after, "</Code>")
	return recorder.Code, code
}

func TestSignedChunks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body string
		code string
	}{
		"the example":               {exampleChunks(firstSum, secondSum, lastSum), ""},
		"another first signature":   {exampleChunks(lastSum, secondSum, lastSum), "SignatureDoesNotMatch"},
		"another last signature":    {exampleChunks(firstSum, secondSum, firstSum), "SignatureDoesNotMatch"},
		"another content":           {strings.Replace(exampleChunks(firstSum, secondSum, lastSum), "aaa", "aba", 1), "SignatureDoesNotMatch"},
		"chunks in another order":   {chunk(exampleBody[:1024], secondSum) + chunk(exampleBody[:65536], firstSum) + chunk("", lastSum), "SignatureDoesNotMatch"},
		"no last chunk":             {chunk(exampleBody[:65536], firstSum) + chunk(exampleBody[65536:], secondSum), "IncompleteBody"},
		"only the last chunk":       {chunk("", lastSum), "IncompleteBody"},
		"cut off in a chunk":        {exampleChunks(firstSum, secondSum, lastSum)[:1000], "IncompleteBody"},
		"no chunks":                 {exampleBody, "IncompleteBody"},
		"no signatures":             {"10400\r\n" + exampleBody + "\r\n0\r\n\r\n", "IncompleteBody"},
		"a chunk that is too large": {"ffffffffffff;chunk-signature=" + firstSum + "\r\n", "IncompleteBody"},
		"a number that is too long": {"fffffffffffffffff;chunk-signature=" + firstSum + "\r\n", "IncompleteBody"},
		"something after the end":   {exampleChunks(firstSum, secondSum, lastSum) + "x", "IncompleteBody"},
		"a trailer":                 {strings.TrimSuffix(exampleChunks(firstSum, secondSum, lastSum), "\r\n") + "x-amz-checksum-crc32:AAAAAA==\r\n\r\n", "MalformedTrailerError"},
	} {
		got := &echo{}
		status, code := answerOf(exampleHandler(t, got), exampleRequest(t, test.body))
		if code != test.code || (status == http.StatusOK) != (test.code == "") {
			t.Errorf("%s: got %d %s, want %q", name, status, code, test.code)
		}
		if test.code == "" && (got.body != exampleBody || got.length != 66560 || got.header.Get("Content-Encoding") != "") {
			t.Errorf("%s: the service got %d bytes of %d, %v", name, len(got.body), got.length, got.header)
		}
		if test.code != "" && got.body != "" {
			t.Errorf("%s: the service took the body", name)
		}
	}
}

const trailerSum = "d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"

// trailingBody is that of the example with trailing headers.
func trailingBody(checksum, signature string) string {
	chunks := exampleChunks("b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
		"1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7", "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992")
	return strings.TrimSuffix(chunks, "\r\n") + "x-amz-checksum-crc32c:" + checksum + "\r\nx-amz-trailer-signature:" + signature + "\r\n\r\n"
}

func TestSignedTrailers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ checksum, signature, code string }{
		"the example":       {"sOO8/Q==", trailerSum, ""},
		"another checksum":  {"sOO8/A==", trailerSum, "SignatureDoesNotMatch"},
		"another signature": {"sOO8/Q==", firstSum, "SignatureDoesNotMatch"},
		"no signature":      {"sOO8/Q==", "", "MalformedTrailerError"},
	} {
		r := exampleRequest(t, trailingBody(test.checksum, test.signature))
		r.Header.Set("X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER")
		r.Header.Set("X-Amz-Trailer", "x-amz-checksum-crc32c")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+exampleScope+",SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;"+
			"x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer,Signature=106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e")
		got := &echo{}
		status, code := answerOf(exampleHandler(t, got), r)
		if code != test.code || (status == http.StatusOK) != (test.code == "") {
			t.Errorf("%s: got %d %s, want %q", name, status, code, test.code)
		}
		if test.code == "" {
			want := http.Header{"X-Amz-Checksum-Crc32c": {"sOO8/Q=="}}
			if diff := cmp.Diff(want, got.trailer); diff != "" || got.body != exampleBody {
				t.Errorf("%s: %d bytes, trailers (-want +got):\n%s", name, len(got.body), diff)
			}
		}
	}
}

// unsigned is a request whose chunks are not signed, and its body, which may be changed before.
func unsigned(t testing.TB, body, length, trailer string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/bucket/key", strings.NewReader(body))
	r.Header.Set("X-Amz-Content-Sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	r.Header.Set("Content-Encoding", "gzip, aws-chunked")
	if length != "" {
		r.Header.Set("X-Amz-Decoded-Content-Length", length)
	}
	if trailer != "" {
		r.Header.Set("X-Amz-Trailer", trailer)
	}
	signS3(t, r, "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
	return r
}

func TestUnsignedChunks(t *testing.T) {
	t.Parallel()
	const crc, body = "x-amz-checksum-crc32", "5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"
	without := strings.Replace(body, "x-amz-checksum-crc32:DUoRhQ==\r\n", "", 1)
	for name, test := range map[string]struct{ body, length, trailer, code string }{
		"with a trailer":                     {body, "11", crc, ""},
		"without":                            {without, "11", "", ""},
		"empty":                              {"0\r\n\r\n", "0", "", ""},
		"a trailer that was not announced":   {body, "11", "", "MalformedTrailerError"},
		"another one":                        {body, "11", "x-amz-checksum-sha256", "MalformedTrailerError"},
		"one that is missing":                {without, "11", crc, "MalformedTrailerError"},
		"one that comes twice":               {strings.Replace(body, "\r\n\r\n", "\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n", 1), "11", crc, "MalformedTrailerError"},
		"one without a value":                {strings.Replace(body, "DUoRhQ==", "", 1), "11", crc, "MalformedTrailerError"},
		"one that is no header":              {strings.Replace(body, ":D", "D", 1), "11", crc, "MalformedTrailerError"},
		"one that is too long":               {strings.Replace(body, "DUo", strings.Repeat("D", 600), 1), "11", crc, "MalformedTrailerError"},
		"no end":                             {strings.TrimSuffix(body, "\r\n"), "11", crc, "MalformedTrailerError"},
		"too short":                          {body, "12", crc, "IncompleteBody"},
		"too long":                           {body, "10", crc, "IncompleteBody"},
		"a chunk that is longer than it is":  {strings.Replace(body, "5\r", "7\r", 1), "11", crc, "IncompleteBody"},
		"a chunk that is shorter than it is": {strings.Replace(body, "5\r", "4\r", 1), "11", crc, "IncompleteBody"},
		"a negative length":                  {body, "-1", crc, "MissingContentLength"},
		"no length":                          {body, "", crc, "MissingContentLength"},
		"something after the end":            {body + "x", "11", crc, "IncompleteBody"},
	} {
		got := &echo{}
		status, code := answerOf(s3Handler(t, got), unsigned(t, test.body, test.length, test.trailer))
		if code != test.code || (status == http.StatusOK) != (test.code == "") {
			t.Errorf("%s: got %d %s, want %q", name, status, code, test.code)
		}
		if test.code == "" && (fmt.Sprint(got.length) != test.length || int64(len(got.body)) != got.length || got.header.Get("Content-Encoding") != "gzip") {
			t.Errorf("%s: the service got %q of %d, %v", name, got.body, got.length, got.header)
		}
	}
}

// FuzzAWSChunked holds that no framing makes the reader panic, or hand on anything but the content
// that Go's own reader of chunks finds.
func FuzzAWSChunked(f *testing.F) {
	f.Add([]byte("5\r\nhello\r\n6\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"), 11)
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\n"), 5)
	f.Add([]byte("0\r\n\r\n"), 0)
	f.Add([]byte("5;chunk-signature="+firstSum+"\r\nhello\r\n0\r\n\r\n"), 5)
	f.Fuzz(func(t *testing.T, body []byte, length int) {
		got := &echo{body: "none"}
		trailer := ""
		if bytes.Contains(body, []byte("crc32")) {
			trailer = "x-amz-checksum-crc32"
		}
		status, code := answerOf(s3Handler(t, got), unsigned(t, string(body), fmt.Sprint(length), trailer))
		if status == http.StatusOK == (code != "") || status >= http.StatusInternalServerError {
			t.Fatalf("got %d %s", status, code)
		}
		if status != http.StatusOK {
			return
		}
		want, err := io.ReadAll(httputilChunks(body))
		if err != nil || string(want) != got.body || len(want) != length {
			t.Errorf("got %q, want %q, %v, of %d", got.body, want, err, length)
		}
	})
}
