package lambdaauth

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"cognito-m2m/internal/clock"
)

// Memory holds the answers that a function gave, each for some time, by what it gave them for. It
// is safe for concurrent use.
type Memory struct {
	clock   clock.Clock
	ttl     time.Duration
	answers *lru.Cache[Key, remembered]
}

// Key is what an answer holds for: a stage, since that is what AWS empties its cache by
// (ResetAuthorizersCache), and the values of the identity sources. It tells nothing about them.
type Key [sha256.Size]byte

type remembered struct {
	answer *Answer
	alive  clock.Span
}

// maxAnswers is how many answers a Memory holds. The ones that were used last stay.
//
// Parity: Lambda authorizer: remembered answers
const maxAnswers = 10_000

// NewMemory makes a memory that holds each answer for ttl. Of 0 it holds none.
func NewMemory(ttl time.Duration, c clock.Clock) *Memory {
	answers, _ := lru.New[Key, remembered](maxAnswers) // only a size below 1 is an error
	return &Memory{clock: c, ttl: ttl, answers: answers}
}

// KeyOf is the key for a stage and the values of the identity sources, in their order.
func KeyOf(stage string, identity []string) Key {
	const usual = 2 << 10 // a token, and a route
	text := lengthFirst(make([]byte, 0, usual), stage)
	for _, value := range identity {
		text = lengthFirst(text, value)
	}
	return sha256.Sum256(text)
}

// lengthFirst keeps two lists apart whose texts are cut in other places.
func lengthFirst(to []byte, text string) []byte {
	return append(binary.AppendUvarint(to, uint64(len(text))), text...)
}

// Recall returns the answer that still holds, nil if there is none.
func (m *Memory) Recall(key Key) *Answer {
	found, ok := m.answers.Get(key)
	if !ok || found.alive.Over(m.clock.Now()) {
		return nil
	}
	return found.answer
}

// Remember keeps an answer from now on.
func (m *Memory) Remember(key Key, answer *Answer) {
	if m.ttl > 0 {
		m.answers.Add(key, remembered{answer, m.clock.Now().For(m.ttl)})
	}
}
