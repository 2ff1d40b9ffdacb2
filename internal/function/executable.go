package function

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// machines are the architectures of Go that Lambda, or a developer's Linux, has.
var machines = map[string]elf.Machine{
	"amd64": elf.EM_X86_64,
	"arm64": elf.EM_AARCH64,
}

// runnable reports whether this machine can run the file at path: an ELF executable for its own
// architecture on Linux, or a script. A file that is neither is an error, and so is one without
// permission to execute, because Lambda would not start it either.
func runnable(path string) (bool, error) {
	head, err := readHead(path)
	if err != nil {
		return false, err
	}
	if err := checkExecutable(path); err != nil {
		return false, err
	}
	if bytes.HasPrefix(head, []byte("#!")) {
		return true, nil
	}
	if !bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		return false, fmt.Errorf("bootstrap %s is neither an ELF executable nor a script with #!, Lambda can't run it: "+
			"build it with GOOS=linux", path)
	}
	file, err := elf.Open(path)
	if err != nil {
		return false, fmt.Errorf("reading bootstrap %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	return runtime.GOOS == "linux" && file.Machine == machines[runtime.GOARCH], nil
}

func readHead(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("looking for bootstrap: %w", err)
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, len(elf.ELFMAG))
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading bootstrap: %w", err)
	}
	return head[:n], nil
}
