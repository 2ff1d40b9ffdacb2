package s3

import (
	"cmp"
	"errors"
	"time"
)

// The limits of a Config that names none.
//
// Parity: S3: limits
const (
	defaultObjectSize = 256 << 20 // a function's package is 250 MB at most, unzipped
	defaultObjects    = 10_000
	defaultUploads    = 16
)

// Config says where objects are kept, and who may upload how much.
type Config struct {
	// Folder holds the objects and their index. It is made if it is not there. No other program may
	// write into it. Required.
	Folder string
	// AllowRemote takes uploads on addresses that other machines can reach. An upload is a program
	// that will run here with the user's rights.
	AllowRemote bool
	// ObjectSize is how many bytes an object may have. Default 256 MiB.
	ObjectSize int64
	// Objects is how many objects there may be. Default 10,000.
	Objects int
	// Uploads is how many multipart uploads may be unfinished. The oldest is aborted for one more.
	// Default 16.
	Uploads int
	// Now is the clock of modification times. Default time.Now.
	Now func() time.Time
}

func (c Config) completed() (Config, error) {
	if c.Folder == "" {
		return c, errors.New("S3 needs a folder for its objects")
	}
	c.ObjectSize = cmp.Or(c.ObjectSize, defaultObjectSize)
	c.Objects = cmp.Or(c.Objects, defaultObjects)
	c.Uploads = cmp.Or(c.Uploads, defaultUploads)
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}
