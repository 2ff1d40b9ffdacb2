package assembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// decode reads one JSON file of at most so many bytes. Numbers stay as they are written, so that 1.10 in a template is
// still 1.10 after Fn::Join. An error names the file, and for broken JSON the line and column.
func (f *files) decode(name string, most int64, into any) error {
	data, err := f.read(name, most)
	if err != nil {
		return err
	}
	if err := decode(data, into); err != nil {
		line, column := position(data, offset(err))
		return fmt.Errorf("decoding %s:%d:%d: %w", name, line, column, err)
	}
	return nil
}

func decode(data []byte, into any) error {
	// A decoder stops at the end of the first value; this finds broken syntax anywhere, and its offset is exact.
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}

func offset(err error) int64 {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax.Offset
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrongType.Offset
	}
	return 0
}

// position turns a byte offset into a line and a column, both counted from 1.
func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	return bytes.Count(before, []byte{'\n'}) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}
