package page

import (
	"strings"
	"time"
)

// mostSaid is how many lines are kept, the newest.
const mostSaid = 40

// said is what the run has told its user, the newest first, and what it is about.
type said []*line

// line is one sentence, or a step that takes time.
type line struct {
	At      time.Time
	Text    string
	Running bool
	Warning bool
}

// Said hears what the run tells its user.
func (p *Page) Said(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	text, warns := strings.CutPrefix(text, "warning: ")
	p.speak(func() string { return text })
	p.say(&line{At: p.config.Now(), Text: text, Warning: warns || strings.HasPrefix(text, "m2m: ")})
}

// Step hears of a step that takes time, such as a synth. The function that it returns ends it.
func (p *Page) Step(name string) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l := &line{At: p.config.Now(), Text: name, Running: true}
	p.say(l)
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		l.Running = false
		l.Text += ": " + milliseconds(float64(p.config.Now().Sub(l.At))/float64(time.Millisecond))
		p.change("said", "head")
	}
}

// say adds a line. The lock must be held.
func (p *Page) say(l *line) {
	p.said = append(said{l}, p.said[:min(len(p.said), mostSaid-1)]...)
	p.change("said", "head")
}

// doing is the step that is under way, "" if there is none.
func (s said) doing() string {
	for _, l := range s {
		if l.Running {
			return l.Text
		}
	}
	return ""
}
