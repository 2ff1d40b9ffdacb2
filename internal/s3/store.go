package s3

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/cdkbootstrap"
	"cognito-m2m/internal/requester"
)

// Store answers for S3. It is safe for concurrent use. Two stores must not have one folder.
type Store struct {
	config Config
	index  *index

	mu      sync.Mutex
	uploads map[string]*upload // by upload id
}

// New opens the objects in the folder. Unfinished uploads are gone. An index that can't be read is
// an *IndexError.
func New(config Config) (*Store, error) {
	config, err := config.completed()
	if err != nil {
		return nil, err
	}
	index, err := openIndex(config.Folder, config.Objects)
	if err != nil {
		return nil, err
	}
	return &Store{config: config, index: index, uploads: map[string]*upload{}}, nil
}

// Close closes the folder. Files that Open returned stay open.
func (s *Store) Close() error { return s.index.root.Close() }

// Open opens the content of an object for a service that may read it, such as CloudFormation for a
// template. The caller closes the file. An *Error has the code NoSuchBucket or NoSuchKey.
func (s *Store) Open(bucket, key string) (*os.File, Object, error) {
	if _, _, exists := cdkbootstrap.Bucket(bucket); !exists {
		return nil, Object{}, errNoSuchBucket
	}
	return s.index.open(bucket, key)
}

// call is one request.
type call struct {
	*http.Request

	who         requester.Requester
	bucket, key string
	query       url.Values
}

// ServeREST runs the operation that method, path and query name.
func (s *Store) ServeREST(w http.ResponseWriter, r *http.Request) error {
	c := call{Request: r, who: requester.From(r.Context()), query: r.URL.Query()}
	c.query.Del("x-id") // some SDKs name the operation
	c.bucket, c.key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if err := c.checkHeaders(); err != nil {
		return err
	}
	if err := c.permit(); err != nil {
		return err
	}
	if err := checkBucket(c.bucket, c.who); err != nil {
		return err
	}
	if c.key == "" {
		return s.serveBucket(w, c)
	}
	const longestKey = 1024
	if len(c.key) > longestKey {
		return errKeyTooLong
	}
	return s.serveObject(w, c)
}

func (s *Store) serveBucket(w http.ResponseWriter, c call) error {
	switch {
	case c.Method != http.MethodGet:
	case c.asks("location"):
		return bucketLocation(w, c.who)
	case c.asks("encryption"):
		return bucketEncryption(w)
	case c.query.Get("list-type") == "2":
		return s.listObjects(w, c)
	}
	return notImplemented(c.Method + " of a bucket, with this query")
}

func (s *Store) serveObject(w http.ResponseWriter, c call) error {
	uploads := c.Method == http.MethodPut || c.Method == http.MethodPost
	if uploads {
		if err := s.allowUpload(w, c); err != nil {
			return err
		}
	}
	switch {
	case c.Method == http.MethodPut && c.asks():
		return s.putObject(w, c)
	case c.Method == http.MethodPut && c.asks("partNumber", "uploadId"):
		return s.uploadPart(w, c)
	case c.Method == http.MethodPost && c.asks("uploads"):
		return s.createUpload(w, c)
	case c.Method == http.MethodPost && c.asks("uploadId"):
		return s.completeUpload(w, c)
	case c.Method == http.MethodDelete && c.asks("uploadId"):
		return s.abortUpload(w, c)
	case (c.Method == http.MethodGet || c.Method == http.MethodHead) && c.asks():
		return s.getObject(w, c)
	}
	return notImplemented(c.Method + " of an object, with this query")
}

// asks says whether the query has these parameters and no others. Another one would ask for
// something else, such as a version.
func (c call) asks(names ...string) bool {
	for name := range c.query {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return len(c.query) == len(names)
}

// refusedHeaders would make an object something else than what is kept here.
var refusedHeaders = []string{
	"X-Amz-Copy-Source", "X-Amz-Server-Side-Encryption-Customer-Algorithm", "X-Amz-Object-Lock-Mode", "X-Amz-Write-Offset-Bytes",
	"X-Amz-Website-Redirect-Location", "X-Amz-Tagging", "If-None-Match", "If-Match",
}

func (c call) checkHeaders() error {
	if c.Method == http.MethodGet || c.Method == http.MethodHead {
		return nil
	}
	for _, name := range refusedHeaders {
		if c.Header.Get(name) != "" {
			return notImplemented(strings.ToLower(name))
		}
	}
	return nil
}

// uploadTime is how long an upload may take. The server's own limit is that of small requests.
const uploadTime = 10 * time.Minute

// allowUpload refuses an upload that came to where other machines may be, unless that was allowed.
// An address that isn't known may be anything.
//
// Parity: S3: who may upload
func (s *Store) allowUpload(w http.ResponseWriter, c call) error {
	address, _ := c.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !s.config.AllowRemote && (address == nil || !address.IP.IsLoopback()) {
		return errRemote
	}
	// Not every writer has deadlines; then there is none.
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTime))
	return nil
}

func quoted(etag string) string { return fmt.Sprintf("%q", etag) }
