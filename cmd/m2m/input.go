package main

import (
	"context"
	"fmt"
	"io"
)

// readAll reads in to its end, unless ctx ends before: a terminal or a pipe may have nothing to say
// for any time. More than so many bytes are an error.
func readAll(ctx context.Context, in io.Reader, most int64) ([]byte, error) {
	type reading struct {
		content []byte
		err     error
	}
	done := make(chan reading, 1)
	go func() {
		content, err := io.ReadAll(io.LimitReader(in, most+1))
		done <- reading{content, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		if r.err == nil && int64(len(r.content)) > most {
			r.err = fmt.Errorf("the input has more than %d bytes, which is the limit", most)
		}
		return r.content, r.err
	}
}
