package local

import (
	"fmt"
	"io"
	"os"
)

// largestStateFile is far above what a run keeps: a few kB for each client.
const largestStateFile = 64 << 20

// readRegular reads a file of the state folder, or one that goes with it: it has an end, and does not keep its reader waiting.
func readRegular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > largestStateFile {
		return nil, fmt.Errorf("%s is not a regular file of at most %d bytes", name, largestStateFile)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	return io.ReadAll(io.LimitReader(file, largestStateFile))
}
