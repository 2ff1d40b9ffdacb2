package gateway

import (
	"bufio"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"sync"
	"time"
)

// requestIDs makes ids from a source of randomness that need not be safe for concurrent use, and
// that is asked for that of many at a time.
type requestIDs struct {
	mu     sync.Mutex
	random *bufio.Reader
}

func newRequestIDs(random io.Reader) *requestIDs {
	const atOnce = 1 << 10
	return &requestIDs{random: bufio.NewReaderSize(random, atOnce)}
}

// next returns an id of the form of AWS's own: 11 bytes are 15 characters and one sign of padding.
func (s *requestIDs) next() string {
	var raw [11]byte
	s.fill(raw[:])
	return base64.URLEncoding.EncodeToString(raw[:])
}

// traceRoot returns the value of a new x-amzn-trace-id header, whose first part is the time in
// seconds.
func (s *requestIDs) traceRoot(now time.Time) string {
	var raw [12]byte
	s.fill(raw[:])
	return fmt.Sprintf("Root=1-%08x-%s", uint32(now.Unix()), hex.EncodeToString(raw[:])) //nolint:gosec // the format has 32 bits for the time
}

func (s *requestIDs) fill(raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.ReadFull(s.random, raw); err != nil {
		_, _ = rand.Read(raw) // an id only has to be unique; crypto/rand.Read never returns an error
	}
}
