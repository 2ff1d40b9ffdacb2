package awsapi

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
)

const (
	formContentType = "application/x-www-form-urlencoded"
	xmlContentType  = "text/xml"
)

// queryProtocol is AWS Query: a form in, XML out.
type queryProtocol struct{ *Handler }

func (p queryProtocol) answer(x *exchange) answer {
	parameters, err := url.ParseQuery(string(x.body))
	if err != nil {
		return p.refusal(x, malformed("The body is not a form."))
	}
	service, ok := p.query[parameters.Get("Version")]
	if !ok {
		return p.refusal(x, unknownOperation(p.services()))
	}
	operation := parameters.Get("Action")
	x.operation = service.SigningName + "." + loggedName(operation)
	if refused := p.checkRequest(x, service); refused != nil {
		return p.namespaced(x, refused, service.Namespace)
	}
	output, err := service.Caller.Call(x.request.Context(), operation, parameters)
	if err != nil {
		return p.namespaced(x, p.failed(x, err, deniedByQuery), service.Namespace)
	}
	body, err := queryResponse(service.Namespace, operation, output, x.requestID)
	if err != nil {
		return p.namespaced(x, p.failed(x, err, deniedByQuery), service.Namespace)
	}
	return answer{status: http.StatusOK, contentType: xmlContentType, body: body}
}

// querySignatureErrors are the errors of signatures, without their messages.
//
// Parity: AWS API: codes of a signature that does not fit
var querySignatureErrors = map[signatureProblem]wireError{
	signatureMissing:      {status: http.StatusForbidden, code: "MissingAuthenticationToken"},
	signatureIncomplete:   {status: http.StatusBadRequest, code: "IncompleteSignature"},
	signatureOfUnknownKey: {status: http.StatusForbidden, code: "InvalidClientTokenId"},
	signatureOfExpiredKey: {status: http.StatusForbidden, code: "ExpiredToken"},
	signatureOffTime:      {status: http.StatusForbidden, code: "SignatureDoesNotMatch"},
	signatureInvalid:      {status: http.StatusForbidden, code: "SignatureDoesNotMatch"},
}

// checkRequest refuses a request that is not signed for the service.
func (p queryProtocol) checkRequest(x *exchange, service QueryService) *wireError {
	_, fault := p.checkSignature(x, x.signed(service.SigningName))
	if fault == nil {
		return nil
	}
	refused := querySignatureErrors[fault.problem]
	refused.message = fault.message
	return &refused
}

// queryResponse wraps an output in <OperationResponse> and <OperationResult>.
func queryResponse(namespace, operation string, output any, requestID string) ([]byte, error) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	response := xml.StartElement{
		Name: xml.Name{Local: operation + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: namespace}},
	}
	metadata := struct {
		RequestID string `xml:"RequestId"`
	}{requestID}
	for _, write := range []func() error{
		func() error { return encoder.EncodeToken(response) },
		func() error { return encoder.EncodeElement(output, element(operation+"Result")) },
		func() error { return encoder.EncodeElement(metadata, element("ResponseMetadata")) },
		func() error { return encoder.EncodeToken(response.End()) },
		encoder.Flush,
	} {
		if err := write(); err != nil {
			return nil, fmt.Errorf("encoding the response: %w", err)
		}
	}
	return body.Bytes(), nil
}

func element(name string) xml.StartElement {
	return xml.StartElement{Name: xml.Name{Local: name}}
}

func (p queryProtocol) refusal(x *exchange, err *wireError) answer {
	return p.namespaced(x, err, "")
}

// namespaced writes an error, in the namespace of the service if that is known.
func (p queryProtocol) namespaced(x *exchange, err *wireError, namespace string) answer {
	fault := "Sender"
	if err.status >= http.StatusInternalServerError {
		fault = "Receiver"
	}
	body, _ := xml.Marshal(struct { // strings always encode
		XMLName   xml.Name `xml:"ErrorResponse"`
		Namespace string   `xml:"xmlns,attr,omitempty"`
		Type      string   `xml:"Error>Type"`
		Code      string   `xml:"Error>Code"`
		Message   string   `xml:"Error>Message"`
		RequestID string   `xml:"RequestId"`
	}{Namespace: namespace, Type: fault, Code: err.code, Message: err.message, RequestID: x.requestID})
	return answer{status: err.status, contentType: xmlContentType, body: body, code: err.code}
}
