package cognito

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/jwtauth"
	"cognito-m2m/internal/userpool"
)

// Server serves one user pool. Nothing of it changes after New but its keys and the secrets and
// settings of clients, and it is safe for concurrent use.
type Server struct {
	userPool     UserPool
	clients      map[string]*appClient
	clientIDs    []string        // in the order of the configuration
	activeScopes map[string]bool // full names, "identifier/name"
	servers      []ResourceServer
	signing      atomic.Pointer[signing]
	discovery    []byte

	retained *Retained // of a pool that no stack has

	changing    sync.Mutex // held while a client or the keys change
	keysKept    time.Time  // when the oldest of several keys may go; guarded by changing
	saveSecrets func(clientID string, secrets []ClientSecret) error
	saveClient  func(Client) error
	saveKeys    func(*Keys) error

	weather func(TokenRequest) chaos.Decision // nil is fair
	observe func(Answered)                    // nil observes nothing

	now    func() time.Time
	random io.Reader
	log    *slog.Logger
}

// New returns a server for the pool. It refuses a configuration that Cognito would refuse, naming
// every problem in one error.
func New(config Config) (*Server, error) {
	if err := config.validate(); err != nil {
		return nil, fmt.Errorf("checking the user pool's configuration: %w", err)
	}
	config = config.withDefaults()
	discovery, err := discoveryDocument(config.UserPool, config.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("encoding the discovery document: %w", err)
	}
	keys, err := newSigning(config.Keys)
	if err != nil {
		return nil, err
	}
	s := &Server{
		userPool:     config.UserPool,
		clients:      appClientsByID(config.Clients),
		clientIDs:    clientIDs(config.Clients),
		activeScopes: activeScopes(config.ResourceServers),
		servers:      slices.Clone(config.ResourceServers),
		discovery:    discovery,
		saveSecrets:  config.SaveSecrets,
		saveClient:   config.SaveClient,
		saveKeys:     config.SaveKeys,
		weather:      config.Weather,
		observe:      config.Observe,
		now:          config.Now,
		random:       config.Rand,
		log:          config.Log,
	}
	s.signing.Store(keys)
	s.keysKept = s.lastTokenEnds() // of a key before, if there is one: when it last signed is not known
	return s, nil
}

func appClientsByID(configs []Client) map[string]*appClient {
	clients := make(map[string]*appClient, len(configs))
	for _, config := range configs {
		clients[config.ID] = newAppClient(config)
	}
	return clients
}

func clientIDs(configs []Client) []string {
	ids := make([]string, 0, len(configs))
	for _, config := range configs {
		ids = append(ids, config.ID)
	}
	return ids
}

func activeScopes(servers []ResourceServer) map[string]bool {
	active := map[string]bool{}
	for _, server := range servers {
		for _, name := range server.Scopes {
			active[server.Identifier+"/"+name] = true
		}
	}
	return active
}

// ServeHTTP answers the token endpoint and, on the same listener although AWS has it on another
// host, the discovery document and the JWKS.
//
// Parity: Discovery: one listener for both hosts
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == userpool.TokenPath && s.userPool.hasDomain():
		s.serveToken(w, r)
	case path == jwtauth.DiscoveryURL("/"+s.userPool.ID):
		serveDocument(w, r, s.discovery)
	case path == userpool.JWKSURL("/"+s.userPool.ID):
		serveDocument(w, r, s.signing.Load().jwks)
	default:
		serveNotFound(w)
	}
}
