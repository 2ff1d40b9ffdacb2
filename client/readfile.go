package client

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// largestFile is the most that Secrets Manager stores in one secret, in bytes; a token is far
// smaller.
const largestFile = 64 << 10

// readFile reads a regular file, unless allow returns an error for it. A FIFO or a device is an
// error: opening one could take for ever, and its content could not be read again.
func readFile(path string, allow func(os.FileInfo) error) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", path)
	}
	if err := allow(info); err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, largestFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > largestFile {
		return nil, fmt.Errorf("%s has more than %d bytes", path, largestFile)
	}
	return content, nil
}
