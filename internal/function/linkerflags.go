package function

import (
	"debug/elf"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// plainID is what an id may be made of to be one word among the linker's flags.
var plainID = regexp.MustCompile(`^[A-Za-z0-9./_-]*$`)

// maxNote is how much of a note is read, in bytes: the ids have less than a hundred.
const maxNote = 4096

// readELF infers the linker flags, which build information leaves out with -trimpath, from the file
// itself.
//
// Both ids in a file stand for everything that went into it, down to the spelling of the flags, and
// would differ where the program does not. So they are given to the linker, instead of compared.
func (b *build) readELF(path string) error {
	file, err := elf.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }()
	if file.Section(".symtab") == nil {
		b.strip += " -s"
	}
	if file.Section(".debug_info") == nil && file.Section(".zdebug_info") == nil {
		b.strip += " -w"
	}
	goID, err := note(file, ".note.go.buildid")
	if err != nil {
		return fmt.Errorf("reading Go build id: %w", err)
	}
	if !plainID.Match(goID) {
		return fmt.Errorf("the Go build id %.100q is not one that a linker writes", goID)
	}
	gnuID, err := note(file, ".note.gnu.build-id")
	if err != nil {
		return fmt.Errorf("reading GNU build id: %w", err)
	}
	b.pins = " -buildid=" + string(goID) + " -B none"
	if gnuID != nil {
		b.pins = " -buildid=" + string(goID) + " -B 0x" + hex.EncodeToString(gnuID)
	}
	return nil
}

// note returns the content of an ELF note section, nil if there is no such section. A note is the
// sizes of its name and its content, a type, the name padded to 4 bytes, and the content.
func note(file *elf.File, section string) ([]byte, error) {
	const nameSize, start = 4, 12 + 4 // both names, "Go" and "GNU", take 4 bytes
	found := file.Section(section)
	if found == nil {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(found.Open(), maxNote))
	if err != nil {
		return nil, err
	}
	if len(data) < start {
		return nil, errors.New("note is cut off")
	}
	content := data[start:]
	size := file.ByteOrder.Uint32(data[4:])
	if file.ByteOrder.Uint32(data) > nameSize || uint64(size) > uint64(len(content)) {
		return nil, errors.New("note is malformed")
	}
	return content[:size], nil
}
