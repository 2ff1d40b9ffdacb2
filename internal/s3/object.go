package s3

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// received is a body that lies in a file of its own, and fits what the request says of it.
type received struct {
	path string
	*digests
}

// receive writes the body of a request into a file. If it isn't what the request says, nothing
// stays.
func (s *Store) receive(c call) (received, error) {
	if c.ContentLength < 0 {
		return received{}, errNoLength
	}
	if c.ContentLength > s.config.ObjectSize {
		return received{}, errTooLarge
	}
	declared, trailer, err := declaredChecksum(c.Request)
	if err != nil {
		return received{}, err
	}
	got := received{filepath.Join(partsFolder, rand.Text()), newDigests(cmp.Or(declared.Algorithm, defaultAlgorithm))}
	// Its length is known, and a body that is longer than it says is cut off by the server.
	if err := s.index.receive(got.path, c.Body, got.digests); err != nil {
		return received{}, err
	}
	if err := got.verify(c.Request, declared, trailer); err != nil {
		return received{}, errors.Join(err, s.index.root.Remove(got.path))
	}
	return got, nil
}

// putObject keeps the body as an object.
func (s *Store) putObject(w http.ResponseWriter, c call) error {
	got, err := s.receive(c)
	if err != nil {
		return err
	}
	object := Object{
		Size: got.size, SHA256: hex.EncodeToString(got.content.Sum(nil)), ETag: hex.EncodeToString(got.md5.Sum(nil)), Checksum: got.sum(),
		ContentType: contentType(c), Modified: s.config.Now().UTC(), Encryption: encryption(c),
	}
	if err := s.index.keep(got.path, c.bucket, c.key, object); err != nil {
		return errors.Join(err, s.discard(got.path))
	}
	object.show(w.Header())
	w.WriteHeader(http.StatusOK)
	return nil
}

// discard removes a file that may have been moved already.
func (s *Store) discard(path string) error {
	if err := s.index.root.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func contentType(c call) string {
	return cmp.Or(c.Header.Get("Content-Type"), "binary/octet-stream")
}

func encryption(c call) string {
	return cmp.Or(c.Header.Get("X-Amz-Server-Side-Encryption"), "aws:kms")
}

// show puts what every answer about an object has into its header.
func (o Object) show(header http.Header) {
	header.Set("ETag", quoted(o.ETag))
	header.Set("X-Amz-Server-Side-Encryption", o.Encryption)
	o.Checksum.show(header)
}

// getObject sends an object, or a range of it. http.ServeContent knows conditions and ranges.
//
// Parity: S3: headers of an object
func (s *Store) getObject(w http.ResponseWriter, c call) error {
	file, object, err := s.index.open(c.bucket, c.key)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if err := c.checkRange(object); err != nil {
		return err
	}
	object.show(w.Header())
	if c.Header.Get("Range") != "" || c.Header.Get("X-Amz-Checksum-Mode") != "ENABLED" {
		w.Header().Del(object.Checksum.header())
		w.Header().Del("X-Amz-Checksum-Type")
	}
	w.Header().Set("Content-Type", object.ContentType)
	w.Header().Del("Cache-Control") // an object has none of its own
	http.ServeContent(w, c.Request, "", object.Modified, io.NewSectionReader(file, 0, object.Size))
	return nil
}

// checkRange takes out several ranges, which S3 ignores, and refuses one that begins after the end.
func (c call) checkRange(object Object) error {
	asked := c.Header.Get("Range")
	var first int64
	if strings.Contains(asked, ",") {
		c.Header.Del("Range")
	} else if _, err := fmt.Sscanf(asked, "bytes=%d-", &first); err == nil && first >= object.Size {
		return errRange
	}
	return nil
}
