package client

import (
	"context"
	"fmt"
	"os"
)

// FromFile reads credentials from a regular file of at most 64 KiB that contains the secret's JSON
// value, for example one that an operator mounts. The file is read again whenever the credentials
// are, so a rotated value takes effect.
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
