package function

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"golang.org/x/net/http/httpguts"
)

// connection is one connection to a Runtime API. Its requests are read and framed by net/http's own
// parser, one after the other. What is left out of net/http's server is what this API has no use
// for and each call pays for: a second goroutine that watches the connection, a context, timers,
// and a header of a map.
type connection struct {
	conn   *net.TCPConn
	raw    syscall.RawConn
	all    *connections
	input  io.LimitedReader
	reader *bufio.Reader
	out    []byte        // what the last answer was made in
	turn   chan struct{} // holds something when every request is answered
	over   bool          // the client gets no further answer; guarded by the turn
	isOwn  func() bool   // whether its other end is of this process's user; looked up once
	asked  *request      // the last GET, nil if it had a body
	known  []byte        // its head
	later  *request      // the last one, if it was left to be answered later

	hasDeadline bool
}

const (
	// maxHead is the largest request line and headers in bytes, as in net/http: aws-lambda-go's
	// cause of an error for X-Ray is a header of up to 1 MiB.
	maxHead = http.DefaultMaxHeaderBytes + 4<<10
	// headLimit is how long a head may take.
	headLimit = 10 * time.Second
	// maxUnread is how much of a request's body is skipped so that the next request can be read.
	maxUnread = 256 << 10
	// bufferSize is room for the head and the body of an answer, or an event, of usual size.
	bufferSize = 16 << 10
)

func newConnection(conn *net.TCPConn, all *connections) *connection {
	raw, _ := conn.SyscallConn() // fails only for a connection that is not one
	c := &connection{conn: conn, raw: raw, all: all, turn: make(chan struct{}, 1)}
	c.turn <- struct{}{}
	c.input.R = conn
	c.reader = bufio.NewReaderSize(&c.input, bufferSize)
	c.isOwn = sync.OnceValue(func() bool { return peerUser(conn) == os.Geteuid() })
	return c
}

// request is one request.
type request struct {
	*http.Request

	here int  // bytes of it that were read together with its head
	held bool // the client sends its body only if it is asked to (RFC 9110 section 10.1.1)

	unread bool // not all of its body was read
}

// requests calls answer with each request until the connection ends, or answer reports that it has
// to. A request that is to be answered later keeps the turn until then.
func (c *connection) requests(answer func(*request) (goOn bool)) {
	c.deadline(headLimit)
	for c.await() {
		r, refused := c.readHead()
		if !c.takeTurn() {
			return
		}
		if refused != nil {
			c.reply(unreadable, refused.status, refused.body())
			c.linger()
			return
		}
		c.later = nil
		goOn := answer(r)
		if c.later == nil {
			c.turn <- struct{}{}
		}
		if !goOn {
			if r.unread {
				c.linger()
			}
			return
		}
	}
}

// takeTurn waits until the request before is answered. It reports false if this one is to have no
// answer.
func (c *connection) takeTurn() bool {
	<-c.turn
	return !c.over
}

// unreadable stands for a request that is none, after which nothing can be read.
var unreadable = &request{Request: &http.Request{Close: true, Body: http.NoBody}}

// deadline sets how long the next reads may take, 0 for ever.
func (c *connection) deadline(limit time.Duration) {
	switch {
	case limit > 0:
		c.all.deadline(c, time.Now().Add(limit))
	case c.hasDeadline:
		c.all.deadline(c, time.Time{})
	}
	c.hasDeadline = limit > 0
}

// await waits for the first byte of a request. One that is here when everything ends is still read.
func (c *connection) await() bool {
	if c.reader.Buffered() > 0 {
		return true
	}
	c.all.waits(c, true)
	defer c.all.waits(c, false)
	c.input.N = maxHead
	_, err := c.reader.Peek(1)
	if errors.Is(err, os.ErrDeadlineExceeded) && c.look() == talking {
		c.all.waits(c, false)
		_, err = c.reader.Peek(1)
	}
	return err == nil
}

// readHead reads a request up to its body.
func (c *connection) readHead() (*request, *refusal) {
	here, _ := c.reader.Peek(c.reader.Buffered()) // so much is there
	c.input.N = maxHead - int64(len(here))
	if c.asked != nil && bytes.HasPrefix(here, c.known) { // what the bytes mean is known
		_, _ = c.reader.Discard(len(c.known))
		return c.asked, nil
	}
	head, _, isWhole := bytes.Cut(here, []byte("\r\n\r\n"))
	if !isWhole {
		c.deadline(headLimit)
	}
	isGet := isWhole && bytes.HasPrefix(head, []byte("GET "))
	if isGet {
		c.asked, c.known = nil, append(append(c.known[:0], head...), "\r\n\r\n"...)
	}
	r, err := http.ReadRequest(c.reader)
	switch {
	case err != nil && c.input.N <= 0:
		return nil, headTooLarge
	case err != nil || !isValid(r.Header):
		return nil, malformed
	case r.ProtoMajor != 1:
		return nil, otherVersion
	}
	c.deadline(0)
	c.input.N = math.MaxInt64
	expects := r.Header.Get("Expect") != "" && r.ContentLength != 0 && r.ProtoAtLeast(1, 1)
	read := &request{Request: r, here: c.reader.Buffered(), held: expects}
	if isGet && r.Body == http.NoBody {
		c.asked = read
	}
	return read, nil
}

// isValid is what net/http's server checks and its parser does not.
func isValid(header http.Header) bool {
	for name, values := range header {
		if !httpguts.ValidHeaderFieldName(name) || slices.ContainsFunc(values, func(v string) bool { return !httpguts.ValidHeaderFieldValue(v) }) {
			return false
		}
	}
	return true
}

// askForBody asks a client for a body that it holds back.
func (c *connection) askForBody(r *request) {
	if r.held {
		r.held = false
		_, _ = io.WriteString(c.conn, "HTTP/1.1 100 Continue\r\n\r\n")
	}
}

// head begins a response with a body of JSON. The caller may add headers to it.
func (c *connection) head(status, length int) []byte {
	to := fmt.Appendf(c.out[:0], "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nDate: ",
		status, http.StatusText(status), length)
	return append(time.Now().UTC().AppendFormat(to, http.TimeFormat), "\r\n"...)
}

// reply answers a request. It reports whether the connection can take another one.
func (c *connection) reply(r *request, status int, body []byte) (goOn bool) {
	return c.finish(r, c.head(status, len(body)), body)
}

// finish answers a request with a head, which gets its last lines here, and a body.
func (c *connection) finish(r *request, head, body []byte) (goOn bool) {
	head, goOn = c.completed(r, head)
	if r.Method == http.MethodHead {
		body = nil
	}
	c.write(head, body)
	return goOn
}

// finishLater answers the request that waits for it, whose own body has been read. It is for
// another goroutine than the connection's, and does not wait for a client that does not read.
func (c *connection) finishLater(head, body []byte) {
	head, goOn := c.completed(c.later, head)
	if len(body) <= bufferSize {
		c.out = append(head, body...)
		head, body = c.offer(c.out), nil
	}
	if len(head)+len(body) == 0 {
		c.giveTurn(goOn)
		return
	}
	go func() {
		_, _ = (&net.Buffers{head, body}).WriteTo(c.conn)
		c.giveTurn(goOn)
	}()
}

// giveTurn is for a request that has been answered later, or gets no answer: then the connection
// does not go on.
func (c *connection) giveTurn(goOn bool) {
	if !goOn {
		c.over = true
		_ = c.conn.CloseRead()
	}
	c.turn <- struct{}{}
}

// completed adds a head's last lines. What is left of the request's own body is read before, if
// that is not too much: a client that is still writing would see a broken connection instead.
func (c *connection) completed(r *request, head []byte) (all []byte, goOn bool) {
	goOn = c.skipBody(r) && !r.Close && r.ProtoAtLeast(1, 1)
	if !goOn {
		head = append(head, "Connection: close\r\n"...)
	}
	return append(head, "\r\n"...), goOn
}

// skipBody reports whether the next thing to read is the next request.
func (c *connection) skipBody(r *request) bool {
	switch {
	case r.Body == http.NoBody:
	case r.held:
		r.unread = true
	default:
		_, err := io.CopyN(io.Discard, r.Body, maxUnread+1)
		r.unread = err != io.EOF //nolint:errorlint // io promises EOF itself
	}
	return !r.unread
}

// write sends head and body in one piece. A client that has gone is noticed by its process.
func (c *connection) write(head, body []byte) {
	c.out = head
	if len(body) > bufferSize {
		_, _ = (&net.Buffers{head, body}).WriteTo(c.conn)
		return
	}
	c.out = append(head, body...)
	_, _ = c.conn.Write(c.out)
}

// offer writes what the connection takes at once, and returns the rest.
func (c *connection) offer(text []byte) (rest []byte) {
	_ = c.raw.Write(func(fd uintptr) (done bool) { // what fails is the rest
		if n, err := syscall.Write(int(fd), text); err == nil {
			text = text[n:]
		}
		return true
	})
	return text
}

// linger lets a client that is still sending read the answer first: closed at once, the connection
// would break.
func (c *connection) linger() {
	const most, limit = 1 << 20, 500 * time.Millisecond
	_ = c.conn.CloseWrite()
	c.deadline(limit)
	_, _ = io.CopyN(io.Discard, c.conn, most)
}

// talk is what the other end of a connection does.
type talk int

const (
	quiet   talk = iota // it waits
	talking             // it has sent something that is not read yet
	gone                // it has hung up, at least for sending
)

// look finds out what the other end does, without waiting for it. What has been read of it, and may
// wait in the reader, does not count.
func (c *connection) look() (now talk) {
	err := c.raw.Control(func(fd uintptr) {
		var one [1]byte
		n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		switch {
		case n > 0:
			now = talking
		case err == nil || !errors.Is(err, syscall.EAGAIN):
			now = gone
		}
	})
	if err != nil {
		return gone
	}
	return now
}
