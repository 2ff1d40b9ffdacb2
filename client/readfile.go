package client

import (
	"fmt"
	"io"
	"os"
	"syscall"
)

// largestFile is what Secrets Manager stores in one secret at most, and far above the size of a token, in bytes.
const largestFile = 64 << 10

// readFile reads a regular file, as long as allow says nothing against what it is. A FIFO or a device is an error: to
// open one could take for ever, and what it gives is gone when it is to be read again.
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
