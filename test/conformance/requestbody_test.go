package conformance

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// textBody would be fit for JSON under any content type.
const textBody = `{"greeting":"Grüße"}`

// requestBodyRows are section 5.3 of docs/aws-behaviour.md: the content type alone decides how a
// body gets to the function.
func requestBodyRows(p *plan) (rows behaviours) {
	for _, c := range []struct {
		contentType string
		isText      bool
	}{
		{"text/plain", true},
		{"text/csv", true},
		{"application/json", true},
		{"application/json; charset=utf-8", true},
		{"application/xml", true},
		{"application/javascript", true},
		{"application/x-www-form-urlencoded", false},
		{"multipart/form-data; boundary=x", false},
		{"application/octet-stream", false},
		{"image/png", false},
		{"", false},
	} {
		r := p.call(http.MethodPost, p.open.path).authorizedBy(bearer(p.insiderToken()))
		r.body = textBody
		name, wants := "no content type", "base64, as sent"
		if c.contentType != "" {
			r, name = r.field("Content-Type", c.contentType), c.contentType
		}
		if c.isText {
			wants = "text, as sent"
		}
		rows = append(rows, about(send(r), row("event body: "+name, "5.3 [O]", body, exactly(wants)))...)
	}
	binary := p.call(http.MethodPost, p.open.path).authorizedBy(bearer(p.insiderToken())).field("Content-Type", "application/octet-stream")
	binary.body = binaryBody
	rows = append(rows, about(send(binary), row("event body: bytes that are no text", "5.3 [O]", body, exactly("base64, as sent")))...)
	return rows.echoed().needing(p.noAny)
}

const binaryBody = "\x00\xff\xfe{\x80}"

// body compares the event's body with the two that are ever sent.
func body(a answer) string {
	var event struct {
		Body            string `json:"body"`
		IsBase64Encoded *bool  `json:"isBase64Encoded"`
	}
	if err := json.Unmarshal(a.body, &event); err != nil || event.IsBase64Encoded == nil {
		return "no event, status " + status(a)
	}
	form, got := "text", event.Body
	if *event.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(event.Body)
		if err != nil {
			return "isBase64Encoded, and a body that is not"
		}
		form, got = "base64", string(decoded)
	}
	if got != textBody && got != binaryBody {
		return form + ", changed"
	}
	return form + ", as sent"
}
