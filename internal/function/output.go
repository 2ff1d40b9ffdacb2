package function

import (
	"bufio"
	"errors"
	"io"
	"slices"
	"sync"
)

// maxLine is the longest line in bytes that is written in one piece, and what one stream of a
// process occupies in memory at most.
const maxLine = 64 << 10

// lines passes whole lines on to one writer, so that those of several processes, and of stdout and
// stderr of one, do not run into each other.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// copy passes on what r delivers until it ends. A process can't stop it with a line that has no end
// or with output no one can write: it would block on its own output then.
func (l *lines) copy(r io.Reader) {
	reader := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := reader.ReadSlice('\n')
		if len(line) > 0 {
			l.write(line)
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}

func (l *lines) write(line []byte) {
	if line[len(line)-1] != '\n' {
		line = append(slices.Clip(line), '\n') // the rest of the buffer is still to be read
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.to.Write(line)
}
