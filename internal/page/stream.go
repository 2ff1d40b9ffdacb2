package page

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

const (
	// pace is the least time between two updates: whoever looks sees no more.
	pace = 200 * time.Millisecond
	// tick is how often the charts move on, and the connection is shown to be there.
	tick = time.Second
)

// rendered is a part of the page, as it is when it has changed so often.
type rendered struct {
	version int
	html    markup
}

// position is how far a browser has followed.
type position struct {
	parts    map[string]int
	requests int
	spoken   int
}

// event is a server-sent event, whose data is JSON.
type event struct {
	name string
	data any
}

// The data of events.
type (
	partEvent struct {
		Part string `json:"part"`
		HTML markup `json:"html"`
	}
	rowsEvent struct {
		HTML markup `json:"html"`
		Most int    `json:"most"`
	}
	sayEvent struct {
		Text string `json:"text"`
	}
)

// serveEvents follows the run until either ends. The first events bring all parts, so a connection
// that was lost leaves nothing behind.
func (p *Page) serveEvents(w http.ResponseWriter, r *http.Request) {
	out := http.NewResponseController(w)
	if err := out.SetReadDeadline(time.Time{}); err != nil { // nothing more is read
		http.Error(w, "this connection can't be kept open", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = fmt.Fprint(w, "retry: 1000\n\n")
	p.follows(1)
	defer p.follows(-1)
	at := position{parts: map[string]int{}, requests: -1}
	for {
		p.explain(r.Context())
		events, changed, behind := p.since(&at)
		select {
		case <-p.ended:
			events = append(events, event{"ended", sayEvent{"The run has ended."}})
		default:
		}
		if err := write(w, events); err != nil || out.Flush() != nil {
			return
		}
		if len(events) > 0 && events[len(events)-1].name == "ended" || !behind && !p.await(r, changed) {
			return
		}
	}
}

// follows counts the browsers that follow.
func (p *Page) follows(change int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.browsers
	p.browsers += change
	switch {
	case before == 0:
		close(p.followed)
	case p.browsers == 0:
		p.followed = make(chan struct{})
	}
}

// await waits for the next update. It is false when the browser has gone.
func (p *Page) await(r *http.Request, changed <-chan struct{}) bool {
	select {
	case <-r.Context().Done():
		return false
	case <-p.ended:
		return true
	case <-time.After(tick):
		return true
	case <-changed:
	}
	select {
	case <-r.Context().Done():
		return false
	case <-p.ended:
	case <-time.After(pace):
	}
	return true
}

func write(w http.ResponseWriter, events []event) error {
	var b bytes.Buffer
	for _, e := range events {
		data, err := json.Marshal(e.data)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "event: %s\ndata: %s\n\n", e.name, data)
	}
	if len(events) == 0 {
		b.WriteString(":\n\n")
	}
	_, err := w.Write(b.Bytes())
	return err
}

// since is what has changed since a browser was told last, and a channel that the next change
// closes. It is behind if there is more that is to be explained first.
func (p *Page) since(at *position) (events []event, changed <-chan struct{}, behind bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tick()
	for _, name := range slices.Sorted(maps.Keys(p.parts)) {
		if version := p.versions[name]; at.parts[name] != version {
			at.parts[name] = version
			if name != "requests" || at.requests < 0 {
				events = append(events, event{"part", partEvent{name, p.part(name)}})
			}
		}
	}
	if newer := p.traffic.after(at.requests); at.requests >= 0 && len(newer) > 0 {
		events = append(events, event{"rows", rowsEvent{html(requestsView(newer)), mostRequests}})
	}
	first := at.requests < 0
	settled := p.traffic.settled()
	at.requests = settled
	if text := p.newest(&at.spoken); text != "" && !first {
		events = append(events, event{"say", sayEvent{text}})
	}
	p.watched = true
	return events, p.changed, settled < p.traffic.last
}

// tick has the charts drawn anew if time alone has changed them, and looks at the stacks. The lock
// must be held.
func (p *Page) tick() {
	now := int(p.config.Now().Unix())
	if p.traffic.counters.total > 0 || len(p.rotations) > 0 {
		p.versions["charts"] = max(p.versions["charts"], now)
	}
	if p.stacks != nil {
		p.versions["stacks"] = p.stackVersion()
	}
}

// part is a part of the page as it is now. The lock must be held.
func (p *Page) part(name string) markup {
	version := p.versions[name]
	if last, ok := p.shown[name]; ok && last.version == version {
		return last.html
	}
	p.shown[name] = rendered{version, html(p.parts[name]())}
	return p.shown[name].html
}

// after are the requests after a number, the newest first: as many as are settled.
func (t *traffic) after(number int) (newer []*request) {
	for _, r := range t.requests {
		if !r.settled {
			break
		}
		if r.Number > number {
			newer = append(newer, r)
		}
	}
	slices.Reverse(newer)
	return newer
}

// settled is the number of the last request before the first that is not settled.
func (t *traffic) settled() int {
	for _, r := range t.requests {
		if !r.settled {
			return r.Number - 1
		}
	}
	return t.last
}

// newest is what a screen reader is to say: the newest of what has happened since it spoke last,
// "" if that is nothing. The lock must be held.
func (p *Page) newest(spoken *int) string {
	defer func() { *spoken = p.spoken.number }()
	if *spoken == p.spoken.number {
		return ""
	}
	return p.spoken.text()
}
