package s3

import (
	"crypto/md5"  //nolint:gosec // S3's entity tags and Content-MD5 are MD5
	"crypto/sha1" //nolint:gosec // one of S3's checksums
	"crypto/sha256"
	"encoding/base64"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
	"net/http"
	"strings"
)

// nvme is the polynomial of CRC-64/NVME, reflected.
const nvme = 0x9A6C9329AC4BC9B5

// algorithms are S3's checksums by the name that a request has for them.
var algorithms = map[string]func() hash.Hash{
	"CRC32":     func() hash.Hash { return crc32.NewIEEE() },
	"CRC32C":    func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) },
	"CRC64NVME": func() hash.Hash { return crc64.New(crc64.MakeTable(nvme)) },
	"SHA1":      sha1.New,
	"SHA256":    sha256.New,
}

// defaultAlgorithm is that of an object whose uploader names none.
const defaultAlgorithm = "CRC64NVME"

const checksumPrefix = "X-Amz-Checksum-"

// checksum is one of an object or a part, in base64. A composite one, of a multipart upload, ends
// with a hyphen and the number of parts.
type checksum struct {
	Algorithm string `json:"algorithm"`
	Value     string `json:"value"`
}

func (c checksum) header() string { return http.CanonicalHeaderKey(checksumPrefix + c.Algorithm) }

// kind is FULL_OBJECT or COMPOSITE.
func (c checksum) kind() string {
	if strings.Contains(c.Value, "-") {
		return "COMPOSITE"
	}
	return "FULL_OBJECT"
}

// show puts the checksum into a header.
func (c checksum) show(header http.Header) {
	if c.Value != "" {
		header.Set(c.header(), c.Value)
		header.Set("X-Amz-Checksum-Type", c.kind())
	}
}

// declaredChecksum is what the caller says that the body comes to, without a value if it says
// nothing. One that comes as a trailer has its value once the body is read.
func declaredChecksum(r *http.Request) (declared checksum, trailer bool, err error) {
	for algorithm := range algorithms {
		name := checksum{Algorithm: algorithm}.header()
		_, announced := trailerNames(r)[name]
		value := r.Header.Get(name)
		if !announced && value == "" {
			continue
		}
		if declared.Algorithm != "" || announced && value != "" {
			return checksum{}, false, invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		declared, trailer = checksum{algorithm, value}, announced
	}
	asked := strings.ToUpper(r.Header.Get("X-Amz-Sdk-Checksum-Algorithm"))
	switch {
	case asked != "" && declared.Algorithm == "":
		return checksum{}, false, invalidRequest("x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.")
	case asked != "" && asked != declared.Algorithm:
		return checksum{}, false, invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	return declared, trailer, nil
}

// trailerNames are the trailers that the request announces, in canonical form.
func trailerNames(r *http.Request) map[string]bool {
	names := map[string]bool{}
	for name := range strings.SplitSeq(r.Header.Get("X-Amz-Trailer"), ",") {
		names[http.CanonicalHeaderKey(strings.TrimSpace(name))] = true
	}
	return names
}

// verify compares a declared checksum with what was computed.
func (c checksum) verify(declared string) error {
	raw, err := base64.StdEncoding.DecodeString(declared)
	if err != nil || len(raw) != algorithms[c.Algorithm]().Size() {
		return invalidRequest("Value for " + strings.ToLower(c.header()) + " header is invalid.")
	}
	if declared != c.Value {
		return &Error{http.StatusBadRequest, "BadDigest", "The " + c.Algorithm + " you specified did not match the calculated checksum."}
	}
	return nil
}

// digests are computed while a body is written.
type digests struct {
	content   hash.Hash // SHA-256, by which the content is kept
	md5       hash.Hash // for the entity tag
	checksum  hash.Hash
	algorithm string
	size      int64
}

func newDigests(algorithm string) *digests {
	return &digests{content: sha256.New(), md5: md5.New(), checksum: algorithms[algorithm](), algorithm: algorithm} //nolint:gosec // S3's entity tags are MD5
}

// Write never fails.
func (d *digests) Write(p []byte) (int, error) {
	d.size += int64(len(p))
	return io.MultiWriter(d.content, d.md5, d.checksum).Write(p)
}

// sum is the checksum of what was written.
func (d *digests) sum() checksum {
	return checksum{d.algorithm, base64.StdEncoding.EncodeToString(d.checksum.Sum(nil))}
}

// verify compares what was written with all that the request says of it.
func (d *digests) verify(r *http.Request, declared checksum, trailer bool) error {
	if trailer {
		declared.Value = r.Trailer.Get(declared.header())
	}
	if declared.Algorithm != "" {
		if err := d.sum().verify(declared.Value); err != nil {
			return err
		}
	}
	want := r.Header.Get("Content-Md5")
	if want == "" {
		return nil
	}
	raw, err := base64.StdEncoding.DecodeString(want)
	switch {
	case err != nil || len(raw) != md5.Size:
		return &Error{http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid."}
	case string(raw) != string(d.md5.Sum(nil)):
		return &Error{http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received."}
	}
	return nil
}
