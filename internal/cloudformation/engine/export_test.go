package engine

// Whole is all of a stack, as a save that is under way keeps it.
func (e *Engine) Whole(stackID string) (string, error) { return textOf(e.stacks[stackID]) }

// Replayed is all of the stack of a record, with the changes after it.
func Replayed(record []byte) (string, error) {
	s, err := read(record)
	if err != nil {
		return "", err
	}
	return textOf(s)
}

func textOf(s *Stack) (string, error) {
	record, err := s.record()
	return string(record), err
}
