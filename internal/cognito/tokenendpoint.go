package cognito

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"cognito-m2m/internal/chaos"
)

// tokenExchange is one token request and what came of it so far. The log sees nothing else of a
// request.
type tokenExchange struct {
	requestID string
	client    *appClient // nil until the client id turned out to exist
	settings  *clientSettings
	granted   []string
	weather   chaos.Decision // nothing before a token is about to be issued
}

// tokenResponse is the body of a success (RFC 6749 section 5.1), which on Cognito has no scope
// member.
type tokenResponse struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
	TokenType   string `json:"token_type"`
}

// Answered is what became of one token request, as Config.Observe receives it. Like the log, it has
// nothing of the request itself but the id of a client that exists.
type Answered struct {
	At       time.Time
	ClientID string // "" if no client of that id exists
	Status   int
	Scopes   []string // granted
	Refused  string   // why, "" if it was not
}

// serveToken answers one token request, and logs one line about it.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	var exchange tokenExchange
	accessToken, err := s.exchangeToken(&exchange, r)
	s.logExchange(r, exchange, err)
	writeTokenHeaders(w.Header(), exchange.requestID)
	if err != nil {
		writeError(w, asRefusal(err))
		return
	}
	answer := tokenResponse{AccessToken: accessToken, ExpiresIn: exchange.settings.validitySeconds, TokenType: "Bearer"}
	exchange.spoil(w, r, answer)
	writeJSON(w, http.StatusOK, answer)
}

// exchangeToken checks a request step by step, noting in exchange how far it came, and issues the
// token.
//
// Parity: Token endpoint: order of checks
func (s *Server) exchangeToken(exchange *tokenExchange, r *http.Request) (string, error) {
	requestID, err := uuid.NewRandomFromReader(s.random)
	if err != nil {
		return "", fmt.Errorf("making a request id: %w", err)
	}
	exchange.requestID = requestID.String()

	// 1. Method, content type, form and grant type.
	request, err := readTokenRequest(r)
	if err != nil {
		return "", err
	}

	// 2. App client.
	claimed, err := readCredentials(r, request)
	if err != nil {
		return "", err
	}
	client, exists := s.clients[claimed.clientID]
	if !exists {
		return "", errUnknownClient
	}
	exchange.client, exchange.settings = client, client.settings.Load()

	// 3. Secret, then flow.
	if err := client.authenticate(claimed.secret); err != nil {
		return "", err
	}
	if err := exchange.settings.checkFlow(request.grantType); err != nil {
		return "", err
	}

	// 4. Scopes.
	exchange.granted, err = exchange.settings.grantScopes(request.scope, s.activeScopes)
	if err != nil {
		return "", err
	}
	return s.issueInWeather(exchange, claimed.secret)
}

// logExchange writes the one line about a token request. It takes nothing from the request itself:
// a secret can be in any part of it by mistake, so even the client id is that of a known client.
func (s *Server) logExchange(r *http.Request, exchange tokenExchange, err error) {
	attributes := []slog.Attr{slog.String("request_id", exchange.requestID)}
	if exchange.client != nil {
		attributes = append(attributes, slog.String("client_id", exchange.client.id))
	}
	if err != nil {
		refused := asRefusal(err)
		attributes = append(attributes, slog.Int("status", refused.Status), slog.String("error", refused.Code), slog.String("reason", err.Error()))
	} else {
		attributes = append(attributes, slog.Int("status", http.StatusOK), slog.String("scope", strings.Join(exchange.granted, " ")))
	}
	s.log.LogAttrs(r.Context(), slog.LevelInfo, "token request", attributes...)
	s.observeExchange(exchange, err)
}

// observeExchange tells of it like the log.
func (s *Server) observeExchange(exchange tokenExchange, err error) {
	if s.observe == nil {
		return
	}
	a := Answered{At: s.now(), Status: http.StatusOK, Scopes: exchange.granted}
	if exchange.client != nil {
		a.ClientID = exchange.client.id
	}
	if err != nil {
		a.Status, a.Refused, a.Scopes = asRefusal(err).Status, err.Error(), nil
	}
	s.observe(a)
}
