package function_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/function"
)

// puppet plays the runtime of a process that does nothing itself, for one invocation.
type puppet struct {
	t      *testing.T
	base   string
	result chan result
}

// result is what the invocation's caller gets.
type result struct {
	response string
	id       string
	err      error
}

const puppetEvent = `{"hello":"puppet"}`

// startPuppet invokes f, which is testdata/puppet with its output going to out.
func startPuppet(t *testing.T, f *function.Function, out *output) *puppet {
	t.Helper()
	p := &puppet{t: t, result: make(chan result, 1)}
	go func() {
		response, id, err := f.Invoke(context.Background(), []byte(puppetEvent))
		p.result <- result{string(response), id, err}
	}()
	address, _, _ := strings.Cut(<-out.lines, " ")
	p.base = "http://" + address + "/2018-06-01/runtime"
	return p
}

func newPuppet(t *testing.T) *puppet {
	t.Helper()
	out := newOutput()
	return startPuppet(t, newFunction(t, "puppet", function.Config{Output: out}), out)
}

// reply is the Runtime API's answer to one call.
type reply struct {
	status int
	header http.Header
	body   string
}

func (p *puppet) do(ctx context.Context, method, path string, header http.Header, body io.Reader) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, p.base+path, body)
	if err != nil {
		return reply{}, err
	}
	req.Header = header
	if withTrailer, ok := body.(*trailingBody); ok {
		req.Trailer = withTrailer.trailer
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, string(content)}, err
}

// next asks for an event that is there.
func (p *puppet) next() reply {
	p.t.Helper()
	got, err := p.do(p.t.Context(), http.MethodGet, "/invocation/next", http.Header{}, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	if got.status != http.StatusOK {
		p.t.Fatalf("next: %d %s", got.status, got.body)
	}
	return got
}

func (p *puppet) post(path string, header http.Header, body io.Reader) reply {
	p.t.Helper()
	got, err := p.do(p.t.Context(), http.MethodPost, path, header, body)
	if err != nil {
		p.t.Fatal(err)
	}
	return got
}

// rest asks for the next event, which never comes, and returns what the caller got.
func (p *puppet) rest() result {
	p.t.Helper()
	go func() { _, _ = p.do(context.Background(), http.MethodGet, "/invocation/next", http.Header{}, nil) }()
	return p.got()
}

// got is what the caller got.
func (p *puppet) got() result {
	p.t.Helper()
	select {
	case got := <-p.result:
		return got
	case <-p.t.Context().Done():
		p.t.Fatal("invocation did not end")
		return result{}
	}
}

// finish answers an event.
func (p *puppet) finish(event reply) {
	p.t.Helper()
	p.post("/invocation/"+requestID(event)+"/response", http.Header{}, strings.NewReader(`{}`))
	if got := p.rest(); got.err != nil {
		p.t.Error(got.err)
	}
}

func requestID(event reply) string {
	return event.header.Get("Lambda-Runtime-Aws-Request-Id")
}

// refused expects a refusal with a status and an errorType.
func refused(t *testing.T, got reply, status int, errorType string) {
	t.Helper()
	var body struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal([]byte(got.body), &body); err != nil {
		t.Errorf("decoding %q: %v", got.body, err)
	}
	if got.status != status || body.ErrorType != errorType || body.ErrorMessage == "" {
		t.Errorf("got %d %s, want %d %s", got.status, got.body, status, errorType)
	}
}

func accepted(t *testing.T, got reply) {
	t.Helper()
	if want := `{"status":"OK"}`; got.status != http.StatusAccepted || strings.TrimSpace(got.body) != want {
		t.Errorf("got %d %s, want 202 %s", got.status, got.body, want)
	}
}

func TestNextHandsOverEvent(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:test"
	out := newOutput()
	now := time.Unix(1_800_000_000, 0)
	f := newFunction(t, "puppet", function.Config{Output: out, ARN: arn, Now: func() time.Time { return now }})
	p := startPuppet(t, f, out)
	event := p.next()
	if event.body != puppetEvent {
		t.Errorf("body = %q, want %q", event.body, puppetEvent)
	}
	got := map[string]string{}
	for name := range event.header {
		if strings.HasPrefix(name, "Lambda-") || name == "Content-Type" {
			got[name] = event.header.Get(name)
		}
	}
	traceID := got["Lambda-Runtime-Trace-Id"]
	if !strings.HasPrefix(traceID, "Root=1-6b49d200-") {
		t.Errorf("trace id = %q, want the time in it", traceID)
	}
	p.finish(event)
	want := map[string]string{
		"Content-Type":                        "application/json",
		"Lambda-Runtime-Aws-Request-Id":       requestID(event),
		"Lambda-Runtime-Deadline-Ms":          "1800000060000",
		"Lambda-Runtime-Invoked-Function-Arn": arn,
		"Lambda-Runtime-Trace-Id":             traceID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestNextAgainHandsOverTheSameEvent(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	first := p.next()
	second := p.next()
	if requestID(second) != requestID(first) || second.body != first.body {
		t.Errorf("second event = %s %s, want %s %s", requestID(second), second.body, requestID(first), first.body)
	}
	p.finish(second)
}

func TestResponse(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	id := requestID(p.next())
	accepted(t, p.post("/invocation/"+id+"/response", http.Header{}, strings.NewReader("any bytes")))
	if got := p.rest(); got.err != nil || got.response != "any bytes" || got.id != id {
		t.Errorf("got %+v", got)
	}
}

func TestStreamingResponseIsAccepted(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	id := requestID(p.next())
	header := http.Header{"Lambda-Runtime-Function-Response-Mode": {"streaming"}}
	accepted(t, p.post("/invocation/"+id+"/response", header, io.MultiReader(strings.NewReader("in "), strings.NewReader("parts"))))
	if got := p.rest(); got.err != nil || got.response != "in parts" {
		t.Errorf("got %+v", got)
	}
}

func TestOtherResponseModeIsRefused(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	id := requestID(p.next())
	header := http.Header{"Lambda-Runtime-Function-Response-Mode": {"buffered"}}
	refused(t, p.post("/invocation/"+id+"/response", header, strings.NewReader("x")), 400, "InvalidFunctionResponseMode")
	if got := p.rest(); got.err == nil {
		t.Errorf("got %+v, want an error", got)
	}
}

func TestWrongRequestIDIsRefused(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	event := p.next()
	for _, path := range []string{"/response", "/error"} {
		refused(t, p.post("/invocation/other"+path, http.Header{}, strings.NewReader("x")), 400, "InvalidRequestID")
	}
	p.finish(event) // the right one is still welcome
}

func TestDuplicateAnswerIsRefused(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	answer := "/invocation/" + requestID(p.next())
	accepted(t, p.post(answer+"/response", http.Header{}, strings.NewReader("first")))
	refused(t, p.post(answer+"/response", http.Header{}, strings.NewReader("second")), 400, "InvalidRequestID")
	refused(t, p.post(answer+"/error", http.Header{}, strings.NewReader("{}")), 400, "InvalidRequestID")
	if got := p.rest(); got.err != nil || got.response != "first" {
		t.Errorf("got %+v", got)
	}
}

func TestCallsOutOfOrderAreRefused(t *testing.T) {
	t.Parallel()
	t.Run("init error after an event", func(t *testing.T) {
		t.Parallel()
		p := newPuppet(t)
		event := p.next()
		refused(t, p.post("/init/error", http.Header{}, strings.NewReader("{}")), 403, "InvalidStateTransition")
		p.finish(event)
	})
	t.Run("next after init error", func(t *testing.T) {
		t.Parallel()
		out := newOutput()
		// The process is killed. A second one, which does nothing, takes the function's time.
		p := startPuppet(t, newFunction(t, "puppet", function.Config{Output: out, Timeout: time.Second}), out)
		accepted(t, p.post("/init/error", http.Header{}, strings.NewReader(`{"errorType":"Init.Failed","errorMessage":"no"}`)))
		got := <-p.result
		functionError(t, got.err, "Sandbox.Timedout")
	})
}

func TestResponseSizeLimit(t *testing.T) {
	t.Parallel()
	const limit = 6<<20 + 100
	t.Run("at the limit", func(t *testing.T) {
		t.Parallel()
		p := newPuppet(t)
		id := requestID(p.next())
		accepted(t, p.post("/invocation/"+id+"/response", http.Header{}, bytes.NewReader(make([]byte, limit))))
		if got := p.rest(); got.err != nil || len(got.response) != limit {
			t.Errorf("got %d bytes, error %v", len(got.response), got.err)
		}
	})
	t.Run("over the limit", func(t *testing.T) {
		t.Parallel()
		p := newPuppet(t)
		id := requestID(p.next())
		refused(t, p.post("/invocation/"+id+"/response", http.Header{}, bytes.NewReader(make([]byte, limit+1))),
			413, "RequestEntityTooLarge")
		functionError(t, p.rest().err, "Function.ResponseSizeTooLarge")
	})
	t.Run("environment stays", func(t *testing.T) {
		t.Parallel()
		f := newFunction(t, "script", function.Config{})
		before := order(t, f, `{}`)
		_, err := call(f, []byte(`{"do":"big","size":20000000}`))
		functionError(t, err, "Function.ResponseSizeTooLarge")
		if after := order(t, f, `{}`); after.PID != before.PID {
			t.Errorf("process = %d, want %d again", after.PID, before.PID)
		}
	})
}

func TestErrorReport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body   string
		header string
		want   function.Error
	}{
		"object": {
			body: `{"errorType":"OrderError","errorMessage":"no such order","stackTrace":["main.go:1"]}`,
			want: function.Error{Type: "OrderError", Message: "no such order"},
		},
		"type in header": {
			body:   `{"errorMessage":"no such order"}`,
			header: "Runtime.UnknownReason",
			want:   function.Error{Type: "Runtime.UnknownReason", Message: "no such order"},
		},
		"other text": {
			body:   puppetEvent + "is no error",
			header: "Function.Odd",
			want:   function.Error{Type: "Function.Odd", Message: "function reported an error that is not a JSON object"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPuppet(t)
			id := requestID(p.next())
			header := http.Header{}
			if test.header != "" {
				header.Set("Lambda-Runtime-Function-Error-Type", test.header)
			}
			accepted(t, p.post("/invocation/"+id+"/error", header, strings.NewReader(test.body)))
			var got *function.Error
			if err := p.rest().err; !errors.As(err, &got) || *got != test.want {
				t.Errorf("error = %v, want %v", err, &test.want)
			}
		})
	}
}

// trailingBody sets a trailer when it has been read.
type trailingBody struct {
	io.Reader
	trailer http.Header
	last    http.Header
}

func (b *trailingBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		for name := range b.last {
			b.trailer.Set(name, b.last.Get(name))
		}
	}
	return n, err
}

func TestErrorInTrailerOfResponse(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	id := requestID(p.next())
	const typeName, bodyName = "Lambda-Runtime-Function-Error-Type", "Lambda-Runtime-Function-Error-Body"
	body := &trailingBody{
		Reader:  strings.NewReader("the beginning of"),
		trailer: http.Header{typeName: nil, bodyName: nil},
		last: http.Header{
			typeName: {"ReadError"},
			bodyName: {base64.StdEncoding.EncodeToString([]byte(`{"errorMessage":"disk on fire"}`))},
		},
	}
	accepted(t, p.post("/invocation/"+id+"/response", http.Header{}, body))
	if got := functionError(t, p.rest().err, "ReadError"); got != "disk on fire" {
		t.Errorf("message = %q", got)
	}
}

func TestUnknownCallsAreNotFound(t *testing.T) {
	t.Parallel()
	p := newPuppet(t)
	event := p.next()
	if got := p.post("/restore/error", http.Header{}, nil); got.status != http.StatusNotFound {
		t.Errorf("status = %d, want 404", got.status)
	}
	p.finish(event)
}
