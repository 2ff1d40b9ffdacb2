package cognito

import (
	"net/http"

	"cognito-m2m/internal/chaos"
)

// TokenRequest is a token request that is about to be granted, as Config.Weather sees it.
type TokenRequest struct {
	ClientID string
	// Newest says that the client has authenticated with the newest of its secrets, when it has
	// more than one.
	Newest bool
}

// issueInWeather issues the token, unless the weather has the request refused.
func (s *Server) issueInWeather(exchange *tokenExchange, secret Secret) (string, error) {
	if s.weather == nil {
		return s.issueAccessToken(exchange)
	}
	exchange.weather = s.weather(TokenRequest{ClientID: exchange.client.id, Newest: exchange.client.live.Load().newestIs(secret)})
	switch exchange.weather.Kind {
	case chaos.TooMany:
		return "", errThrottled
	case chaos.Failed:
		return "", errWeather
	case chaos.Unavailable:
		return "", errUnavailable
	default:
		return s.issueAccessToken(exchange)
	}
}

// spoil is what the weather does to an answer that has a token: it waits, or breaks the connection,
// or a stream of HTTP/2. In the middle of the answer means that its headers and half of its body
// have been sent.
func (e tokenExchange) spoil(w http.ResponseWriter, r *http.Request, answer tokenResponse) {
	switch e.weather.Kind {
	case chaos.Late:
		chaos.Wait(r.Context(), e.weather.Delay)
	case chaos.Cut:
		if e.weather.Within {
			writeJSON(&halfWriter{w}, http.StatusOK, answer)
			_ = http.NewResponseController(w).Flush()
		}
		panic(http.ErrAbortHandler)
	default:
	}
}

// halfWriter passes on the first half of what is written at once.
type halfWriter struct{ http.ResponseWriter }

// Write says that everything has been written.
func (w *halfWriter) Write(body []byte) (int, error) {
	_, err := w.ResponseWriter.Write(body[:len(body)/2])
	return len(body), err
}
