package client

import (
	"context"
	"fmt"
	"os"
)

// FromFile reads credentials from a regular file of at most 64 KiB that holds the secret's JSON value, as an
// operator mounts it. The file is read again whenever the credentials are, so a value replaced by a rotation is
// picked up.
func FromFile(path string) Source {
	return namedSource{path, func(context.Context) (Credentials, error) {
		value, err := readFile(path, func(os.FileInfo) error { return nil })
		if err != nil {
			return Credentials{}, fmt.Errorf("reading credentials: %w", err)
		}
		credentials, err := ParseCredentials(value)
		if err != nil {
			return Credentials{}, fmt.Errorf("reading %s: %w", path, err)
		}
		return credentials, nil
	}}
}
