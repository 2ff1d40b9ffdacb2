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

// machines are the architectures that Lambda, or a developer's Linux, has: x86_64 is Go's amd64,
// arm64 is so for both.
var machines = map[string]elf.Machine{
	"amd64":  elf.EM_X86_64,
	"x86_64": elf.EM_X86_64,
	"arm64":  elf.EM_AARCH64,
}

// ArchitectureError says that a bootstrap is for another architecture than its function's: Lambda
// fails every invocation with Runtime.InvalidEntrypoint, "exec format error".
type ArchitectureError struct {
	Path         string
	Machine      elf.Machine // of the bootstrap
	Architecture string      // of the function
}

// Error names both, and what to change.
func (e *ArchitectureError) Error() string {
	return fmt.Sprintf("bootstrap %s is for %s and the function for %s, where Lambda can't start it: "+
		"build it with the right GOARCH, or change Architectures in the template", e.Path, e.Machine, e.Architecture)
}

// machineOf returns the architecture of the executable at path, EM_NONE for a script, which runs on
// all of them. A file that is neither ELF nor script is an error, and so is one without permission
// to execute, because Lambda would not start it either.
func machineOf(path string) (elf.Machine, error) {
	if err := checkExecutable(path); err != nil { // before it is opened, which a FIFO would keep waiting
		return elf.EM_NONE, err
	}
	head, err := readHead(path)
	if err != nil {
		return elf.EM_NONE, err
	}
	if bytes.HasPrefix(head, []byte("#!")) {
		return elf.EM_NONE, nil
	}
	if !bytes.HasPrefix(head, []byte(elf.ELFMAG)) {
		return elf.EM_NONE, fmt.Errorf("bootstrap %s is neither an ELF executable nor a script with #!, Lambda can't run it: "+
			"build it with GOOS=linux", path)
	}
	file, err := elf.Open(path)
	if err != nil {
		return elf.EM_NONE, fmt.Errorf("reading bootstrap %s: %w", path, err)
	}
	defer func() { _ = file.Close() }()
	return file.Machine, nil
}

// runsHere reports whether this machine can run an executable as it is.
func runsHere(machine elf.Machine) bool {
	return machine == elf.EM_NONE || runtime.GOOS == "linux" && machine == machines[runtime.GOARCH]
}

// checkArchitecture returns an *ArchitectureError if Lambda could not start the asset's executable.
func checkArchitecture(asset string, machine elf.Machine, architecture string) error {
	if machine == elf.EM_NONE || architecture == "" || machine == machines[architecture] {
		return nil
	}
	return &ArchitectureError{Path: asset, Machine: machine, Architecture: architecture}
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
