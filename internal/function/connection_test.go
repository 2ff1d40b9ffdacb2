package function_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/function"
)

// wire is a connection to a puppet's Runtime API on which a test writes what no client would.
type wire struct {
	*net.TCPConn

	t    *testing.T
	from *bufio.Reader
}

func (p *puppet) address() string {
	address, _, _ := strings.Cut(strings.TrimPrefix(p.base, "http://"), "/")
	return address
}

func (p *puppet) dial() *wire {
	p.t.Helper()
	conn, err := new(net.Dialer).DialContext(p.t.Context(), "tcp", p.address())
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = conn.Close() })
	return &wire{conn.(*net.TCPConn), p.t, bufio.NewReader(conn)}
}

// send writes raw text, in which HOST stands for the right one.
func (p *puppet) send(w *wire, raw string) {
	p.t.Helper()
	if _, err := io.WriteString(w, strings.ReplaceAll(raw, "HOST", p.address())); err != nil {
		p.t.Fatal(err)
	}
}

// answer reads a response; one that never comes fails the test.
func (w *wire) answer(method string) reply {
	w.t.Helper()
	_ = w.SetReadDeadline(time.Now().Add(time.Minute))
	response, err := http.ReadResponse(w.from, &http.Request{Method: method})
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(body)}
}

// known makes a call, so that whose the connection is has been looked up: it can't be once one end
// has stopped to send.
func (w *wire) known(p *puppet) {
	w.t.Helper()
	p.send(w, "GET /x HTTP/1.1\r\nHost: HOST\r\n\r\n")
	if got := w.answer(http.MethodGet); got.status != http.StatusNotFound {
		w.t.Fatalf("got %d", got.status)
	}
}

// closed expects the end of the connection, with nothing before it.
func (w *wire) closed() {
	w.t.Helper()
	_ = w.SetReadDeadline(time.Now().Add(time.Minute))
	if rest, err := io.ReadAll(w.from); err != nil || len(rest) > 0 {
		w.t.Errorf("got %.200q, %v, want the end of the connection", rest, err)
	}
}

const nextLine = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n"

// What is not one request of HTTP/1 is refused, and nothing after it is read: it could be meant as
// a part of it.
func TestMalformedRequestsEndTheConnection(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	event := p.next()
	post := "POST /2018-06-01/runtime/invocation/" + requestID(event) + "/response HTTP/1.1\r\nHost: HOST\r\n"
	for name, test := range map[string]struct {
		raw    string
		status int
	}{
		"no request line":             {"\r\n\r\n", 400},
		"one word":                    {"GET\r\n\r\n", 400},
		"two words":                   {"GET /2018-06-01/runtime/invocation/next\r\nHost: HOST\r\n\r\n", 400},
		"two blanks":                  {"GET  /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n", 400},
		"no path":                     {"GET next HTTP/1.1\r\nHost: HOST\r\n\r\n", 400},
		"method that is no token":     {"G(T /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n", 400},
		"TLS":                         {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		"HTTP/2":                      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		"no version":                  {"GET / HTTP\r\nHost: HOST\r\n\r\n", 400},
		"two hosts":                   {nextLine + "Host: HOST\r\nHost: HOST\r\n\r\n", 400},
		"header without a colon":      {nextLine + "Host: HOST\r\nX\r\n\r\n", 400},
		"blank before the colon":      {nextLine + "Host: HOST\r\nContent-Length : 3\r\n\r\n", 400},
		"blank before a header":       {nextLine + " Host: HOST\r\n\r\n", 400},
		"name with a line feed":       {nextLine + "Host: HOST\r\nX\x0b: y\r\n\r\n", 400},
		"value with a zero":           {nextLine + "Host: HOST\r\nX: a\x00b\r\n\r\n", 400},
		"value with a return":         {nextLine + "Host: HOST\r\nX: a\rb\r\n\r\n", 400},
		"negative length":             {post + "Content-Length: -1\r\n\r\nx", 400},
		"signed length":               {post + "Content-Length: +1\r\n\r\nx", 400},
		"hexadecimal length":          {post + "Content-Length: 0x1\r\n\r\nx", 400},
		"empty length":                {post + "Content-Length: \r\n\r\nx", 400},
		"list of lengths":             {post + "Content-Length: 1, 1\r\n\r\nx", 400},
		"two lengths":                 {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", 400},
		"length beyond all":           {post + "Content-Length: 99999999999999999999\r\n\r\nx", 400},
		"other transfer coding":       {post + "Transfer-Encoding: gzip\r\n\r\nx", 400},
		"two transfer codings":        {post + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400},
		"two headers of codings":      {post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400},
		"coding with a tab":           {post + "Transfer-Encoding: \x0bchunked\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400},
		"bad length beside a coding":  {post + "Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400},
		"trailer that is the framing": {post + "Transfer-Encoding: chunked\r\nTrailer: Content-Length\r\n\r\n0\r\n\r\n", 400},
		"head too large":              {nextLine + "Host: HOST\r\nX: " + strings.Repeat("x", 1<<20+8<<10) + "\r\n\r\n", 431},
		"request line too large":      {"GET /" + strings.Repeat("x", 1<<20+8<<10), 431},
	} {
		w := p.dial()
		p.send(w, test.raw+nextLine+"Host: HOST\r\n\r\n")
		if got := w.answer(http.MethodGet); got.status != test.status {
			t.Errorf("%s: got %d %s, want %d", name, got.status, got.body, test.status)
		}
		w.closed()
	}
	p.finish(event) // none of it was an answer, or took the event
}

// A body that breaks off, or whose chunks do, is no response: a part of one would look like a whole
// one.
func TestBrokenBodiesAreNoResponse(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"too short":              "Content-Length: 9\r\n\r\n{}",
		"no last chunk":          "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
		"chunk too short":        "Transfer-Encoding: chunked\r\n\r\n9\r\n{}",
		"chunk too long":         "Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
		"size that is no number": "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
		"signed size":            "Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
		"size beyond all":        "Transfer-Encoding: chunked\r\n\r\n11111111111111111\r\n{}\r\n0\r\n\r\n",
		"size with a bare end":   "Transfer-Encoding: chunked\r\n\r\n2\n{}\r\n0\r\n\r\n",
		"no end of the trailer":  "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX: y\r\n",
		"trailer without colon":  "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nX\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPuppet(t)
			w := p.dial()
			w.known(p)
			p.send(w, "POST /2018-06-01/runtime/invocation/"+requestID(p.next())+"/response HTTP/1.1\r\nHost: HOST\r\n"+body)
			if err := w.CloseWrite(); err != nil {
				t.Fatal(err)
			}
			refused(t, w.answer(http.MethodPost), 400, "TruncatedHTTPRequest")
			w.closed()
			functionError(t, p.rest().err, "Runtime.TruncatedResponse")
		})
	}
}

// With a length and chunks the chunks count (RFC 9112 section 6.3), and the rest is the next
// request, as in net/http.
func TestChunksCountBesideALength(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	w := p.dial()
	p.send(w, "POST /2018-06-01/runtime/invocation/"+requestID(p.next())+"/response HTTP/1.1\r\nHost: HOST\r\n"+
		"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nright\r\n0\r\n\r\n"+"GET /x HTTP/1.1\r\nHost: evil.example\r\n\r\n")
	accepted(t, w.answer(http.MethodPost))
	if got := w.answer(http.MethodGet); got.status != http.StatusMisdirectedRequest {
		t.Errorf("got %d, want the second request to be one of its own, 421", got.status)
	}
	if got := p.rest(); got.response != "right" {
		t.Errorf("got %+v", got)
	}
}

// Requests that are sent at once are answered one after the other. The second and fourth head are
// the same bytes.
func TestRequestsSentAtOnce(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	event := p.next()
	next, wrong := nextLine+"Host: HOST\r\n\r\n", "POST /2018-06-01/runtime/invocation/x/response HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\n\r\nwrong"
	withBody := nextLine + "Host: HOST\r\nContent-Length: 5\r\n\r\nGET /"
	w := p.dial()
	p.send(w, wrong+next+wrong+next+withBody+withBody+"HEAD /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: HOST\r\n\r\n"+next)
	for i, want := range []int{400, 200, 400, 200, 200, 200, 404, 200} {
		method := http.MethodGet
		if want == 404 {
			method = http.MethodHead
		}
		if got := w.answer(method); got.status != want || want == 200 && got.body != puppetEvent {
			t.Errorf("answer %d: %d %s, want %d", i, got.status, got.body, want)
		}
	}
	p.finish(event)
}

func TestOldVersionEndsTheConnection(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	w := p.dial()
	p.send(w, "GET /2018-06-01/runtime/invocation/next HTTP/1.0\r\nHost: HOST\r\nConnection: keep-alive\r\n\r\n")
	event := w.answer(http.MethodGet)
	if event.body != puppetEvent {
		t.Errorf("got %+v", event)
	}
	w.closed()
	p.finish(event)
}

// A client such as curl sends a large body only when it is asked to; one that is refused is not.
func TestBodyThatIsHeldBack(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	post := "POST /2018-06-01/runtime/invocation/" + requestID(p.next()) + "/response HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\n"
	misdirected := p.dial()
	p.send(misdirected, post+"Host: evil.example\r\n\r\n")
	if got := misdirected.answer(http.MethodPost); got.status != http.StatusMisdirectedRequest {
		t.Errorf("got %d, want 421", got.status)
	}
	misdirected.closed()
	w := p.dial()
	p.send(w, post+"Host: HOST\r\n\r\n")
	if got := w.answer(http.MethodPost); got.status != http.StatusContinue {
		t.Fatalf("got %d, want 100", got.status)
	}
	p.send(w, "body")
	accepted(t, w.answer(http.MethodPost))
	if got := p.rest(); got.response != "body" {
		t.Errorf("got %+v", got)
	}
}

// A body that nobody reads is skipped if it is small; a large one ends the connection, after its
// client got the answer.
func TestBodyThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	event := p.next()
	w := p.dial()
	for _, size := range []int{0, 1000, 200_000} {
		p.send(w, fmt.Sprintf("POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("x", size)))
		if got := w.answer(http.MethodPost); got.status != http.StatusNotFound {
			t.Errorf("%d bytes: got %d, want 404", size, got.status)
		}
	}
	p.send(w, "POST /x HTTP/1.1\r\nHost: HOST\r\nContent-Length: 400000\r\n\r\n"+strings.Repeat("x", 400_000))
	if got := w.answer(http.MethodPost); got.status != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.status)
	}
	w.closed()
	p.finish(event)
}

func TestRequestInSmallPieces(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	w := p.dial()
	for _, piece := range []byte(nextLine + "Host: " + p.address() + "\r\n\r\n") {
		if _, err := w.Write([]byte{piece}); err != nil {
			t.Fatal(err)
		}
	}
	event := w.answer(http.MethodGet)
	if event.body != puppetEvent {
		t.Errorf("got %+v", event)
	}
	p.finish(event)
}

// A client that has hung up, or only stopped to send, does not take the event from the one that
// asks after it.
func TestEventIsNotForWhoHasHungUp(t *testing.T) {
	t.Parallel()
	out, log := newOutput(), make(chan result, 1)
	f := newFunction(t, "puppet", function.Config{Output: out, Timeout: time.Minute})
	p := startPuppet(t, f, out)
	gone, half := p.dial(), p.dial()
	p.post("/invocation/"+requestID(p.next())+"/response", http.Header{}, strings.NewReader("{}"))
	for _, w := range []*wire{gone, half} {
		w.known(p)
		p.send(w, nextLine+"Host: HOST\r\n\r\n")
	}
	if got := <-p.result; got.err != nil {
		t.Fatal(got.err)
	}
	_ = gone.Close()
	_ = half.CloseWrite()
	go func() {
		response, id, err := f.Invoke(t.Context(), bytes.Repeat([]byte(" "), 100_000))
		log <- result{string(response), id, err}
	}()
	half.closed()
	event := p.next()
	if len(event.body) != 100_000 {
		t.Errorf("event of %d bytes", len(event.body))
	}
	p.post("/invocation/"+requestID(event)+"/response", http.Header{}, strings.NewReader("second"))
	go func() { _, _ = p.do(t.Context(), http.MethodGet, "/invocation/next", http.Header{}, nil) }()
	if got := <-log; got.err != nil || got.response != "second" {
		t.Errorf("got %+v", got)
	}
}

// Connections that were given up while they waited for an event are closed when the runtime asks
// again.
func TestCallsThatWereGivenUpAreClosed(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	p.post("/invocation/"+requestID(p.next())+"/response", http.Header{}, strings.NewReader("{}"))
	given := p.dial()
	given.known(p)
	p.send(given, nextLine+"Host: HOST\r\n\r\n")
	if got := <-p.result; got.err != nil {
		t.Fatal(got.err)
	}
	_ = given.CloseWrite()
	again := p.dial()
	p.send(again, nextLine+"Host: HOST\r\n\r\n")
	given.closed()
}
