package awsapi

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/requester"
)

// maxBodySize is enough for every operation: the longest value, a secret of 64 KiB, doubles at most
// in JSON.
const maxBodySize = 1 << 20

// Handler serves the services of one Config. It never changes after New and is safe for concurrent
// use.
type Handler struct {
	json  map[string]JSONService  // by target prefix
	query map[string]QueryService // by API version
	rest  map[string]RESTService  // by signing name

	key      AccessKey
	identity requester.Requester  // whose key it is
	sessions Sessions             // nil if there are none
	permits  requester.Authorizer // nil if everything is allowed

	elsewhere string

	now func() time.Time
	log *slog.Logger
}

// New returns a handler for the services. Its error names every service that lacks a part.
func New(config Config) (*Handler, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("checking the services' configuration: %w", err)
	}
	h := &Handler{
		json: map[string]JSONService{}, query: map[string]QueryService{}, rest: map[string]RESTService{},
		key: config.AccessKey, identity: config.Identity, sessions: config.Sessions, permits: config.Authorizer, elsewhere: config.Elsewhere,
		now: config.Now, log: config.Log,
	}
	if h.now == nil {
		h.now = time.Now
	}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	for _, service := range config.JSON {
		h.json[service.TargetPrefix] = service
	}
	for _, service := range config.Query {
		h.query[service.APIVersion] = service
	}
	for _, service := range config.REST {
		h.rest[service.SigningName] = service
	}
	return h, nil
}

// exchange is one request on its way through a protocol.
type exchange struct {
	request   *http.Request
	requestID string
	body      []byte
	sent      io.Reader // the body as it comes, for REST
	operation string    // known once the protocol has read it
}

// answer is a complete response. A refusal makes one in the form of its protocol.
type answer struct {
	status      int
	contentType string
	body        []byte
	code        string // of the error, for the log
}

// ServeHTTP answers in the protocol of the request: REST if it is signed for a service that speaks
// it, and else on POST and "/" alone: AWS JSON if it has an X-Amz-Target, or AWS Query. No answer
// allows another origin. A web page could still become the same origin, through a DNS name of its
// own for this address: the listener must prevent that.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	begun := time.Now()
	x := &exchange{request: r, requestID: uuid.NewString()}
	header := w.Header()
	header.Set("X-Amzn-Requestid", x.requestID)
	header.Set("Cache-Control", "no-store")
	var a answer
	if service, ok := h.restService(r); ok {
		a = restProtocol{h, service}.serve(w, x)
	} else {
		a = h.answer(w, x)
		a.write(w)
	}
	level := slog.LevelDebug // a start makes about twenty requests for each client
	if a.status >= http.StatusBadRequest {
		level = slog.LevelInfo
	}
	h.log.Log(r.Context(), level, "AWS API request", "operation", x.operation, "status", a.status, "code", a.code,
		"requestId", x.requestID, "duration", time.Since(begun))
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", a.contentType)
	// The answer may be flushed before it ends.
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // after an error the connection is gone, and there is nothing left to do
}

func (h *Handler) answer(w http.ResponseWriter, x *exchange) answer {
	protocol := protocolOf(h, x.request)
	if refused := h.read(w, x); refused != nil {
		return protocol.refusal(x, refused)
	}
	return protocol.answer(x)
}

// protocol is a way to read requests and to form answers and errors.
type protocol interface {
	answer(x *exchange) answer
	refusal(x *exchange, err *wireError) answer
}

func protocolOf(h *Handler, r *http.Request) protocol {
	if len(r.Header.Values(targetHeader)) == 0 && mediaType(r) == formContentType {
		return queryProtocol{h}
	}
	return jsonProtocol{h}
}

// read checks what both protocols have in common and reads the body.
//
// Parity: AWS API: codes of malformed requests
func (h *Handler) read(w http.ResponseWriter, x *exchange) *wireError {
	if x.request.Method != http.MethodPost || x.request.URL.Path != "/" {
		return unknownOperation(h.with("Requests are a POST on /, unless they are signed for a service of other paths that is here."))
	}
	return x.readBody(w)
}

// readBody reads a body that is held in memory.
func (x *exchange) readBody(w http.ResponseWriter) *wireError {
	body, err := io.ReadAll(http.MaxBytesReader(w, x.request.Body, maxBodySize))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return &wireError{
			status: http.StatusRequestEntityTooLarge, code: "RequestEntityTooLargeException",
			message: fmt.Sprintf("The body is longer than %d bytes.", maxBodySize),
		}
	}
	if err != nil {
		return malformed("The body could not be read.")
	}
	x.body = body
	return nil
}

// signed is what the signature of a request with such a body covers.
func (x *exchange) signed(service string) signedPart {
	hash := sha256.Sum256(x.body)
	return signedPart{service: service, payloadHash: hex.EncodeToString(hash[:])}
}
