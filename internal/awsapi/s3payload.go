package awsapi

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	contentHash   = "X-Amz-Content-Sha256"
	decodedLength = "X-Amz-Decoded-Content-Length"
)

// The values of X-Amz-Content-Sha256 that are not a hash.
const (
	unsignedPayload = "UNSIGNED-PAYLOAD"
	unsignedTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	signedChunks    = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	signedTrailer   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
)

var sha256Pattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// bodyError says why a body is not what was signed. Services pass it on.
type bodyError struct {
	status  int
	code    string
	message string
}

// Code returns the error's name in the API.
func (e *bodyError) Code() string { return e.code }

// Status returns the status of the answer.
func (e *bodyError) Status() int { return e.status }

// Error returns the message that the caller reads.
func (e *bodyError) Error() string { return e.message }

var (
	errOtherHash = &bodyError{http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."}
	errCutShort  = &bodyError{http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header."}
)

// s3SignatureErrors are the errors of signatures; messages that are empty are those of the fault.
//
// Parity: AWS API: codes of a signature that does not fit
var s3SignatureErrors = map[signatureProblem]wireError{
	signatureMissing:      {status: http.StatusForbidden, code: "AccessDenied"},
	signatureIncomplete:   {status: http.StatusBadRequest, code: "AuthorizationHeaderMalformed"},
	signatureOfUnknownKey: {status: http.StatusForbidden, code: "InvalidAccessKeyId"},
	signatureOfExpiredKey: {status: http.StatusBadRequest, code: "ExpiredToken", message: "The provided token has expired."},
	signatureOffTime:      {status: http.StatusForbidden, code: "RequestTimeTooSkewed"},
	signatureInvalid:      {status: http.StatusForbidden, code: "SignatureDoesNotMatch"},
}

// openPayload checks a signature of S3's form. It does not read the body: what the service reads
// of it afterwards is decoded, and compared with what was signed.
func (p restProtocol) openPayload(x *exchange) *wireError {
	declared := x.request.Header.Get(contentHash)
	if refused := checkContentHash(declared); refused != nil {
		return refused
	}
	proved, fault := p.checkSignature(x, signedPart{service: p.service.SigningName, payloadHash: declared, rawPath: true})
	if fault != nil {
		refused := s3SignatureErrors[fault.problem]
		if refused.message == "" {
			refused.message = fault.message
		}
		return &refused
	}
	switch declared {
	case unsignedPayload:
		x.request.Body = whole(x.request.Body)
	case unsignedTrailer, signedChunks, signedTrailer:
		return openChunks(x.request, declared, proved)
	default:
		x.request.Body = whole(&hashedReader{ReadCloser: x.request.Body, hash: sha256.New(), want: declared})
	}
	return nil
}

func checkContentHash(declared string) *wireError {
	known := slices.Contains([]string{unsignedPayload, unsignedTrailer, signedChunks, signedTrailer}, declared)
	switch {
	case known || sha256Pattern.MatchString(declared):
		return nil
	case declared == "":
		return &wireError{http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"}
	case strings.HasPrefix(declared, "STREAMING-"):
		return &wireError{
			http.StatusNotImplemented, "NotImplemented", "This form of x-amz-content-sha256 is not taken here; there are " +
				strings.Join([]string{unsignedTrailer, signedChunks, signedTrailer}, ", ") + ".",
		}
	}
	return &wireError{http.StatusBadRequest, "InvalidArgument", "x-amz-content-sha256 must be " + unsignedPayload + ", " +
		unsignedTrailer + ", " + signedChunks + ", " + signedTrailer + " or a valid sha256 value."}
}

// openChunks takes the framing of aws-chunked off the body, and what says that it was there.
func openChunks(r *http.Request, form string, proved verified) *wireError {
	length, err := strconv.ParseInt(r.Header.Get(decodedLength), 10, 64)
	if err != nil || length < 0 {
		return &wireError{http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header: a streaming body needs x-amz-decoded-content-length."}
	}
	chunks := newChunkedReader(r.Body, length)
	if form != unsignedTrailer {
		chunks.signer = newChunkSigner(proved)
	}
	if form != signedChunks {
		r.Trailer = http.Header{}
		chunks.trailer, chunks.announced = r.Trailer, announcedTrailers(r.Header)
	}
	var encodings []string
	for encoding := range strings.SplitSeq(r.Header.Get("Content-Encoding"), ",") {
		if encoding = strings.TrimSpace(encoding); encoding != "" && encoding != "aws-chunked" {
			encodings = append(encodings, encoding)
		}
	}
	r.Header.Del("Content-Encoding")
	if len(encodings) > 0 {
		r.Header.Set("Content-Encoding", strings.Join(encodings, ","))
	}
	r.ContentLength, r.Body = length, whole(struct {
		io.Reader
		io.Closer
	}{chunks, r.Body})
	return nil
}

// announcedTrailers are the names in X-Amz-Trailer, in canonical form.
func announcedTrailers(header http.Header) (names []string) {
	for name := range strings.SplitSeq(strings.Join(header.Values("X-Amz-Trailer"), ","), ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, http.CanonicalHeaderKey(name))
		}
	}
	return names
}

func bodyOf(body []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(body)) }

// hashedReader compares the hash of what is read with the declared one, at the end.
type hashedReader struct {
	io.ReadCloser

	hash hash.Hash
	want string
}

// Read returns errOtherHash in place of io.EOF if the hash is another.
func (r *hashedReader) Read(into []byte) (int, error) {
	n, err := r.ReadCloser.Read(into)
	_, _ = r.hash.Write(into[:n]) // never fails
	if err == io.EOF && subtle.ConstantTimeCompare([]byte(hex.EncodeToString(r.hash.Sum(nil))), []byte(r.want)) == 0 {
		return n, errOtherHash
	}
	return n, err
}

// whole makes an error of the caller's out of a body that ends too soon.
func whole(body io.ReadCloser) io.ReadCloser { return &wholeReader{body} }

type wholeReader struct{ io.ReadCloser }

// Read returns errCutShort for a body that is cut short.
func (r *wholeReader) Read(into []byte) (int, error) {
	n, err := r.ReadCloser.Read(into)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errCutShort
	}
	return n, err
}
