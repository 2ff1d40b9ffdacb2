package cognito

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// writeTokenHeaders sets the headers that every response of the token endpoint carries. Some of
// AWS's have no meaning on this machine (the XSRF cookie, X-Application-Context, Server) and are
// left out.
//
// Parity: Token endpoint: headers left out
func writeTokenHeaders(header http.Header, requestID string) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	header.Set("Expires", "0")
	header.Set("Pragma", "no-cache")
	header.Set("Strict-Transport-Security", "max-age=31536000 ; includeSubDomains")
	header.Set("X-Amz-Cognito-Request-Id", requestID)
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Frame-Options", "DENY")
	header.Set("X-Xss-Protection", "1; mode=block")
}

// writeError is the only writer of the token endpoint's refusals.
func writeError(w http.ResponseWriter, refused *Error) {
	if refused.Code == "" {
		w.WriteHeader(refused.Status)
		return
	}
	writeJSON(w, refused.Status, refused)
}

// writeJSON writes value, one of this package's own types, as the whole body. Writing fails only if
// the caller is gone, so there is no one to tell.
func writeJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	writeBody(w, status, "application/json;charset=UTF-8", body)
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
