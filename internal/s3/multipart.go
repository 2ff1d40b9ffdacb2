package s3

import (
	"cmp"
	"crypto/md5" //nolint:gosec // S3's entity tags are MD5
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	mostParts    = 10_000
	smallestPart = 5 << 20 // of all but the last
	longestXML   = 4 << 20 // with 10,000 parts
)

// upload is a multipart upload that is not finished. It is guarded by Store.mu.
type upload struct {
	bucket, key string
	object      Object // without what only the content says
	algorithm   string
	composite   bool // the checksum is one of the parts' checksums
	begun       time.Time
	parts       map[int]part
}

type part struct {
	path     string
	size     int64
	etag     string
	checksum checksum
}

// createUpload begins a multipart upload. If there are too many, the oldest is aborted.
//
// Parity: S3: multipart uploads
func (s *Store) createUpload(w http.ResponseWriter, c call) error {
	algorithm := strings.ToUpper(cmp.Or(c.Header.Get("X-Amz-Checksum-Algorithm"), defaultAlgorithm))
	if algorithms[algorithm] == nil {
		return invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
	}
	kind := cmp.Or(c.Header.Get("X-Amz-Checksum-Type"), "COMPOSITE")
	begun := &upload{
		bucket: c.bucket, key: c.key, begun: s.config.Now(), parts: map[int]part{},
		object:    Object{ContentType: contentType(c), Encryption: encryption(c)},
		algorithm: algorithm, composite: kind == "COMPOSITE" && algorithm != "CRC64NVME",
	}
	id := rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.uploads) >= s.config.Uploads {
		if err := s.drop(s.oldest()); err != nil {
			return err
		}
	}
	s.uploads[id] = begun
	w.Header().Set("X-Amz-Checksum-Algorithm", algorithm)
	w.Header().Set("X-Amz-Server-Side-Encryption", begun.object.Encryption)
	return writeXML(w, struct {
		XMLName   xml.Name `xml:"InitiateMultipartUploadResult"`
		Namespace string   `xml:"xmlns,attr"`
		Bucket    string
		Key       string
		UploadID  string `xml:"UploadId"`
	}{Namespace: namespace, Bucket: c.bucket, Key: c.key, UploadID: id})
}

func (s *Store) oldest() (id string) {
	for other, u := range s.uploads {
		if id == "" || u.begun.Before(s.uploads[id].begun) {
			id = other
		}
	}
	return id
}

// drop forgets an upload and removes its parts.
func (s *Store) drop(id string) (err error) {
	for _, p := range s.uploads[id].parts {
		err = errors.Join(err, s.discard(p.path))
	}
	delete(s.uploads, id)
	return err
}

// upload finds the upload that a request names; Store.mu is held.
func (s *Store) upload(c call) (*upload, error) {
	u := s.uploads[c.query.Get("uploadId")]
	if u == nil || u.bucket != c.bucket || u.key != c.key {
		return nil, errNoSuchUpload
	}
	return u, nil
}

// uploadPart keeps a part until the upload is completed or aborted.
func (s *Store) uploadPart(w http.ResponseWriter, c call) error {
	number, err := strconv.Atoi(c.query.Get("partNumber"))
	if err != nil || number < 1 || number > mostParts {
		return invalidArgument("Part number must be an integer between 1 and 10000, inclusive")
	}
	s.mu.Lock()
	u, err := s.upload(c)
	if err == nil && u.size(number)+c.ContentLength > s.config.ObjectSize {
		err = errTooLarge
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	got, err := s.receive(c)
	if err != nil {
		return err
	}
	p := part{got.path, got.size, hex.EncodeToString(got.md5.Sum(nil)), got.sum()}
	if err := s.addPart(c, number, p); err != nil {
		return errors.Join(err, s.discard(p.path))
	}
	w.Header().Set("ETag", quoted(p.etag))
	w.Header().Set(p.checksum.header(), p.checksum.Value)
	w.WriteHeader(http.StatusOK)
	return nil
}

// addPart replaces the part of the number, if the upload is still there and no larger than it may
// be: parts come several at once.
func (s *Store) addPart(c call, number int, p part) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	if u.size(number)+p.size > s.config.ObjectSize {
		return errTooLarge
	}
	before, replaces := u.parts[number]
	u.parts[number] = p
	if replaces {
		return s.discard(before.path)
	}
	return nil
}

// size is that of all parts but one.
func (u *upload) size(but int) (size int64) {
	for number, p := range u.parts {
		if number != but {
			size += p.size
		}
	}
	return size
}

// abortUpload removes the parts.
func (s *Store) abortUpload(w http.ResponseWriter, c call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.upload(c); err != nil {
		return err
	}
	if err := s.drop(c.query.Get("uploadId")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listedPart is a part as the caller lists it.
type listedPart struct {
	PartNumber        int
	ETag              string
	ChecksumCRC32     string
	ChecksumCRC32C    string
	ChecksumCRC64NVME string
	ChecksumSHA1      string
	ChecksumSHA256    string
}

func (l listedPart) checksum(algorithm string) string {
	return map[string]string{
		"CRC32": l.ChecksumCRC32, "CRC32C": l.ChecksumCRC32C, "CRC64NVME": l.ChecksumCRC64NVME, "SHA1": l.ChecksumSHA1, "SHA256": l.ChecksumSHA256,
	}[algorithm]
}

// completeUpload makes an object of the parts that the caller lists. The upload ends with it; after
// a refusal it stays.
func (s *Store) completeUpload(w http.ResponseWriter, c call) error {
	raw, err := io.ReadAll(io.LimitReader(c.Body, longestXML))
	if err != nil {
		return err
	}
	var listed struct {
		Parts []listedPart `xml:"Part"`
	}
	if err := xml.Unmarshal(raw, &listed); err != nil || len(listed.Parts) == 0 {
		return errMalformedXML
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, err := s.upload(c)
	if err != nil {
		return err
	}
	parts, err := u.listed(listed.Parts)
	if err != nil {
		return err
	}
	object, err := s.assemble(c, u, parts)
	if err != nil {
		return err
	}
	if err := s.drop(c.query.Get("uploadId")); err != nil {
		return err
	}
	return writeCompleted(w, c, object)
}

// listed are the parts in the order of the list, which has to be theirs.
func (u *upload) listed(list []listedPart) ([]part, error) {
	for i, l := range list[1:] {
		if l.PartNumber <= list[i].PartNumber {
			return nil, errPartOrder
		}
	}
	var parts []part
	for i, l := range list {
		p, ok := u.parts[l.PartNumber]
		declared := l.checksum(p.checksum.Algorithm)
		if !ok || strings.Trim(l.ETag, `"`) != p.etag || declared != "" && declared != p.checksum.Value {
			return nil, errInvalidPart
		}
		if i < len(list)-1 && p.size < smallestPart {
			return nil, errTooSmall
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// assemble writes the parts one after the other, and keeps them as an object.
func (s *Store) assemble(c call, u *upload, parts []part) (Object, error) {
	path, whole := filepath.Join(partsFolder, rand.Text()), newDigests(u.algorithm)
	files, closeFiles, err := s.openParts(parts)
	if err != nil {
		return Object{}, err
	}
	defer closeFiles()
	if err := s.index.receive(path, io.MultiReader(files...), whole); err != nil {
		return Object{}, err
	}
	object := u.object
	object.Size, object.SHA256, object.Modified = whole.size, hex.EncodeToString(whole.content.Sum(nil)), s.config.Now().UTC()
	object.ETag, object.Checksum, err = u.sums(parts, whole)
	if err == nil {
		err = checkWhole(c, object.Checksum)
	}
	if err == nil {
		err = s.index.keep(path, c.bucket, c.key, object)
	}
	if err != nil {
		return Object{}, errors.Join(err, s.discard(path))
	}
	return object, nil
}

func (s *Store) openParts(parts []part) (readers []io.Reader, closeAll func(), err error) {
	var files []*os.File
	closeAll = func() {
		for _, file := range files {
			_ = file.Close()
		}
	}
	for _, p := range parts {
		file, err := s.index.root.Open(p.path)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		files, readers = append(files, file), append(readers, file)
	}
	return readers, closeAll, nil
}

// sums are the entity tag of the upload, which is made of those of its parts, and its checksum.
func (u *upload) sums(parts []part, whole *digests) (etag string, sum checksum, err error) {
	tags, sums := md5.New(), algorithms[u.algorithm]() //nolint:gosec // S3's entity tags are MD5
	composite := u.composite && !slices.ContainsFunc(parts, func(p part) bool { return p.checksum.Algorithm != u.algorithm })
	for _, p := range parts {
		tag, err := hex.DecodeString(p.etag)
		if err != nil {
			return "", sum, err
		}
		of, err := base64.StdEncoding.DecodeString(p.checksum.Value)
		if err != nil {
			return "", sum, err
		}
		_, _ = tags.Write(tag) // never fails, like the next
		_, _ = sums.Write(of)
	}
	etag = fmt.Sprintf("%x-%d", tags.Sum(nil), len(parts))
	if !composite {
		return etag, whole.sum(), nil
	}
	return etag, checksum{u.algorithm, fmt.Sprintf("%s-%d", base64.StdEncoding.EncodeToString(sums.Sum(nil)), len(parts))}, nil
}

// checkWhole compares the checksum of the whole with what the caller says, if it says anything.
func checkWhole(c call, sum checksum) error {
	declared := c.Header.Get(sum.header())
	if declared == "" || declared == sum.Value || strings.HasPrefix(sum.Value, declared+"-") {
		return nil
	}
	return &Error{http.StatusBadRequest, "BadDigest", "The " + sum.Algorithm + " you specified did not match the calculated checksum."}
}

// completed has the object's checksum in the member of its algorithm.
type completed struct {
	XMLName   xml.Name `xml:"CompleteMultipartUploadResult"`
	Namespace string   `xml:"xmlns,attr"`
	Location  string
	Bucket    string
	Key       string
	ETag      string
	Checksum  struct {
		XMLName xml.Name
		Value   string `xml:",chardata"`
	}
	ChecksumType string
}

func writeCompleted(w http.ResponseWriter, c call, object Object) error {
	result := completed{
		Namespace: namespace, Bucket: c.bucket, Key: c.key, ETag: quoted(object.ETag), ChecksumType: object.Checksum.kind(),
		Location: (&url.URL{Scheme: "http", Host: c.Host, Path: "/" + c.bucket + "/" + c.key}).String(),
	}
	result.Checksum.XMLName.Local, result.Checksum.Value = "Checksum"+object.Checksum.Algorithm, object.Checksum.Value
	return writeXML(w, result)
}
