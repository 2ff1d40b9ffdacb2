package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"

	"cognito-m2m/internal/archive"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/s3"
	"cognito-m2m/internal/serving"
)

// uploads are what was uploaded to a rehearsal.
type uploads struct {
	objects  *s3.Store
	archives *archive.Store
}

func openUploads(run *serving.Run) (*uploads, error) {
	objects, err := s3.New(s3.Config{Folder: run.Folder.Objects(), AllowRemote: run.AllowRemote, Now: run.Now})
	if unusable, ok := errors.AsType[*s3.IndexError](err); ok {
		return nil, &StacksError{File: unusable.File, Reason: unusable.Reason}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the uploads: %w", err)
	}
	archives, err := archive.New(run.Folder.Code(), archive.Limits{})
	if err != nil {
		return nil, errors.Join(err, objects.Close())
	}
	return &uploads{objects, archives}, nil
}

// code is the unpacked code of a function, by the bucket and key that it was uploaded to. Its error
// is what Lambda says.
//
// Source: [O] "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: ...".
func (u *uploads) code(bucket, key string) (assembly.Asset, error) {
	file, object, err := u.objects.Open(bucket, key)
	if refused, ok := errors.AsType[interface {
		error
		Code() string
	}](err); ok {
		return assembly.Asset{}, fmt.Errorf("Error occurred while GetObject. S3 Error Code: %s. S3 Error Message: %w", refused.Code(), err)
	}
	if err != nil {
		return assembly.Asset{}, err
	}
	defer func() { _ = file.Close() }()
	dir, err := u.archives.Unpack(file)
	return assembly.Asset{Hash: object.SHA256, Dir: dir, Size: object.Size}, err
}

// maxRead is more than the largest template that the engine takes: it refuses what is larger.
const maxRead = 1 << 20

// object reads the template at a URL.
func (u *uploads) object(_ context.Context, url string) ([]byte, error) {
	bucket, key, ok := s3.Location(url)
	if !ok {
		return nil, &engine.Refusal{Code: validationError, Message: "TemplateURL must be a supported URL."}
	}
	file, _, err := u.objects.Open(bucket, key)
	if err != nil {
		return nil, err // the engine says that it is an error of S3
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, maxRead))
}
