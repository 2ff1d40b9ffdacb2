package awsapi

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"hash"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// chunkedReader reads a body of the content encoding aws-chunked: chunks with their length before
// them, and with their signature if the form has one; then trailers, if the form has them. Its end
// comes only after everything fits.
//
// Source: S3 API reference, "Signature Calculations for the Authorization Header: Transferring
// Payload in Multiple Chunks" and "... Including Trailing Headers".
type chunkedReader struct {
	in        *bufio.Reader
	length    int64        // of the content that is still to come
	chunk     int64        // of this chunk that is still to come
	inChunk   bool         // the end of a chunk is still to come
	signer    *chunkSigner // nil if chunks are not signed
	signature string       // of this chunk
	trailer   http.Header  // receives the trailers; nil if the form has none
	announced []string     // the trailers that may come
	err       error        // of the end
}

// longestLine is more than a chunk's length with its signature, or a trailer, ever needs.
const longestLine = 512

var (
	errChunks   = &bodyError{http.StatusBadRequest, "IncompleteBody", "The body is not in the form of aws-chunked, or not of the length that x-amz-decoded-content-length says."}
	errTrailers = &bodyError{http.StatusBadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema."}
	errChunk    = &bodyError{http.StatusForbidden, "SignatureDoesNotMatch", "The signature of a chunk, or of the trailers, does not match what was computed."}
)

func newChunkedReader(body io.Reader, length int64) *chunkedReader {
	return &chunkedReader{in: bufio.NewReader(body), length: length}
}

// Read returns content alone.
func (r *chunkedReader) Read(into []byte) (int, error) {
	if r.err != nil || len(into) == 0 {
		return 0, r.err
	}
	if r.chunk == 0 {
		if r.err = r.next(); r.err != nil {
			return 0, r.err
		}
	}
	n, err := r.in.Read(into[:min(int64(len(into)), r.chunk)])
	r.chunk -= int64(n)
	r.length -= int64(n)
	if r.signer != nil {
		_, _ = r.signer.content.Write(into[:n]) // never fails
	}
	if err != nil {
		r.err = errChunks
	}
	return n, r.err
}

// next goes to the content of the next chunk. It returns io.EOF when there is none, and all is
// well.
func (r *chunkedReader) next() error {
	if r.inChunk {
		if err := r.endChunk(); err != nil {
			return err
		}
	}
	if err := r.beginChunk(); err != nil {
		return err
	}
	if r.chunk > 0 {
		return nil
	}
	if r.length > 0 {
		return errChunks
	}
	if r.signer != nil && !r.signer.chunkFits(r.signature) {
		return errChunk
	}
	return r.end()
}

var chunkLine = regexp.MustCompile(`^([0-9a-fA-F]{1,15})(?:;chunk-signature=([0-9a-f]{64}))?$`)

func (r *chunkedReader) beginChunk() error {
	line, ok := r.line()
	parts := chunkLine.FindStringSubmatch(line)
	if !ok || parts == nil || (parts[2] == "") != (r.signer == nil) {
		return errChunks
	}
	r.chunk, _ = strconv.ParseInt(parts[1], 16, 64) // the pattern has only what fits
	if r.chunk > r.length {
		return errChunks
	}
	r.inChunk, r.signature = true, parts[2]
	return nil
}

func (r *chunkedReader) endChunk() error {
	r.inChunk = false
	if line, ok := r.line(); !ok || line != "" {
		return errChunks
	}
	if r.signer != nil && !r.signer.chunkFits(r.signature) {
		return errChunk
	}
	return nil
}

// end reads what follows the last chunk, an empty one.
func (r *chunkedReader) end() error {
	var signed strings.Builder
	for {
		line, ok := r.line()
		if !ok {
			return errTrailers
		}
		if line == "" {
			break
		}
		if err := r.readTrailer(line, &signed); err != nil {
			return err
		}
	}
	if r.signer != nil && r.trailer != nil && !r.signer.trailerFits(signed.String(), r.trailer.Get(trailerSignature)) {
		return errChunk
	}
	r.trailer.Del(trailerSignature)
	if len(r.trailer) != len(r.announced) {
		return errTrailers
	}
	if _, err := r.in.ReadByte(); err != io.EOF {
		return errChunks
	}
	return io.EOF
}

// trailerSignature comes last, after the trailers that it covers.
const trailerSignature = "X-Amz-Trailer-Signature"

func (r *chunkedReader) readTrailer(line string, signed *strings.Builder) error {
	name, value, ok := strings.Cut(line, ":")
	canonical, value := http.CanonicalHeaderKey(name), strings.TrimSpace(value)
	isSignature := canonical == trailerSignature && r.signer != nil
	switch {
	case !ok || r.trailer == nil || r.trailer.Get(trailerSignature) != "" || r.trailer.Get(canonical) != "" || value == "":
		return errTrailers
	case !isSignature && !slices.Contains(r.announced, canonical):
		return errTrailers
	case !isSignature:
		signed.WriteString(strings.ToLower(name) + ":" + value + "\n")
	}
	r.trailer.Set(canonical, value)
	return nil
}

// line reads a line without its end; false if it does not end, or is too long.
func (r *chunkedReader) line() (string, bool) {
	var line []byte
	for len(line) <= longestLine {
		char, err := r.in.ReadByte()
		if err != nil {
			return "", false
		}
		if char == '\n' && len(line) > 0 && line[len(line)-1] == '\r' {
			return string(line[:len(line)-1]), true
		}
		line = append(line, char)
	}
	return "", false
}

// chunkSigner signs chunks as the caller should have. Each signature covers the one before it, the
// first that of the headers.
type chunkSigner struct {
	key      []byte
	scope    string // the time and the credential scope, each with a newline
	previous string
	content  hash.Hash // of this chunk
}

func newChunkSigner(v verified) *chunkSigner {
	key := []byte("AWS4" + v.secret)
	for _, part := range []string{v.auth.date, v.auth.region, v.auth.service, "aws4_request"} {
		key = hmacOf(key, part)
	}
	scope := strings.Join([]string{v.auth.date, v.auth.region, v.auth.service, "aws4_request"}, "/")
	return &chunkSigner{
		key: key, scope: v.at.Format(amzTime) + "\n" + scope + "\n",
		previous: v.auth.signature, content: sha256.New(),
	}
}

func hmacOf(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(text)) // never fails
	return mac.Sum(nil)
}

// chunkFits compares the signature of the content since the last call.
func (s *chunkSigner) chunkFits(signature string) bool {
	nothing := sha256.Sum256(nil)
	text := "AWS4-HMAC-SHA256-PAYLOAD\n" + s.scope + s.previous + "\n" + hex.EncodeToString(nothing[:]) + "\n" + hex.EncodeToString(s.content.Sum(nil))
	s.content.Reset()
	return s.fits(text, signature)
}

func (s *chunkSigner) trailerFits(trailers, signature string) bool {
	hash := sha256.Sum256([]byte(trailers))
	return s.fits("AWS4-HMAC-SHA256-TRAILER\n"+s.scope+s.previous+"\n"+hex.EncodeToString(hash[:]), signature)
}

func (s *chunkSigner) fits(text, signature string) bool {
	s.previous = hex.EncodeToString(hmacOf(s.key, text))
	return subtle.ConstantTimeCompare([]byte(s.previous), []byte(signature)) == 1
}
