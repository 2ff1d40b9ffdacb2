package awsapi

import (
	"encoding/json"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
)

const (
	targetHeader    = "X-Amz-Target"
	jsonContentType = "application/x-amz-json-1.1"
)

// jsonProtocol is AWS JSON 1.1.
type jsonProtocol struct{ *Handler }

func (p jsonProtocol) answer(x *exchange) answer {
	target := x.request.Header.Get(targetHeader)
	prefix, operation, _ := strings.Cut(target, ".")
	service, ok := p.json[prefix]
	if !ok || operation == "" {
		return p.refusal(x, unknownOperation(p.services()))
	}
	x.operation = prefix + "." + loggedName(operation)
	if refused := p.checkRequest(x, service); refused != nil {
		return p.refusal(x, refused)
	}
	output, err := service.Caller.Call(x.request.Context(), operation, x.body)
	if err != nil {
		return p.refusal(x, p.failed(x, err, deniedByJSON))
	}
	if output == nil {
		output = struct{}{}
	}
	body, err := json.Marshal(output)
	if err != nil {
		return p.refusal(x, p.failed(x, err, deniedByJSON))
	}
	return answer{status: http.StatusOK, contentType: jsonContentType, body: body}
}

// jsonSignatureCodes are the error codes of signatures.
//
// Parity: AWS API: codes of a signature that does not fit
var jsonSignatureCodes = map[signatureProblem]string{
	signatureMissing:      "MissingAuthenticationTokenException",
	signatureIncomplete:   "IncompleteSignatureException",
	signatureOfUnknownKey: "UnrecognizedClientException",
	signatureOfExpiredKey: "ExpiredTokenException",
	signatureOffTime:      "InvalidSignatureException",
	signatureInvalid:      "InvalidSignatureException",
}

// checkRequest refuses a request that is not signed for the service, or in another version of the
// protocol.
func (p jsonProtocol) checkRequest(x *exchange, service JSONService) *wireError {
	if _, fault := p.checkSignature(x, x.signed(service.SigningName)); fault != nil {
		return &wireError{status: http.StatusBadRequest, code: jsonSignatureCodes[fault.problem], message: fault.message}
	}
	if mediaType(x.request) != jsonContentType {
		return malformed("The content type needs to be " + jsonContentType + ".")
	}
	return nil
}

// refusal writes an error with its message under both names: Secrets Manager's errors have Message,
// and Cognito's message.
//
// Parity: AWS API: an error's message has both names
func (p jsonProtocol) refusal(_ *exchange, err *wireError) answer {
	body, _ := json.Marshal(struct { // strings always encode
		Type    string `json:"__type"`
		Message string `json:"Message"`
		Lower   string `json:"message"`
	}{err.code, err.message, err.message})
	return answer{status: err.status, contentType: jsonContentType, body: body, code: err.code}
}

// services lists the services, for a request to any other.
func (h *Handler) services() string {
	targets := slices.Sorted(maps.Keys(h.json))
	versions := slices.Sorted(maps.Keys(h.query))
	signed := slices.Sorted(maps.Keys(h.rest))
	said := "There is no such service here. X-Amz-Target may begin with " + strings.Join(targets, ", ") +
		"; AWS Query may have Version " + strings.Join(versions, ", ")
	if len(signed) > 0 {
		said += "; REST may be signed for " + strings.Join(signed, ", ")
	}
	return h.with(said + ".")
}

// with adds where other services are.
func (h *Handler) with(said string) string { return strings.TrimSpace(said + " " + h.elsewhere) }

// loggedName keeps a log line short and in one piece, whatever a caller sends as the operation.
func loggedName(operation string) string {
	const longest = 64
	for i, char := range operation {
		letter := char >= 'a' && char <= 'z' || char >= 'A' && char <= 'Z'
		if !letter || i == longest {
			return operation[:i] + "..."
		}
	}
	return operation
}

func mediaType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}
