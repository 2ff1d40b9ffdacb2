package cognito

import (
	"context"
	"encoding/base64"
	"slices"
)

// mostClientsPerPage is the largest MaxResults, and its default.
//
// Parity: User pool API: clients on a page
const mostClientsPerPage = 60

type listedClient struct {
	ClientID   string `json:"ClientId"`
	ClientName string
	UserPoolID string `json:"UserPoolId"`
}

type clientPage struct {
	UserPoolClients []listedClient
	NextToken       string `json:",omitempty"`
}

// listUserPoolClients lists the clients in the order of the configuration.
//
// Parity: User pool API: order of clients
func (s *Server) listUserPoolClients(_ context.Context, request apiRequest) (any, error) {
	size := mostClientsPerPage
	if request.MaxResults != nil {
		size = *request.MaxResults
	}
	if size < 1 || size > mostClientsPerPage {
		return nil, invalidParameter("MaxResults must be 1 to 60")
	}
	first, err := s.pageStart(request.NextToken)
	if err != nil {
		return nil, err
	}
	end := min(first+size, len(s.clientIDs))
	page := clientPage{UserPoolClients: []listedClient{}}
	for _, id := range s.clientIDs[first:end] {
		page.UserPoolClients = append(page.UserPoolClients,
			listedClient{ClientID: id, ClientName: s.clients[id].settings.Load().name, UserPoolID: s.userPool.ID})
	}
	if end < len(s.clientIDs) {
		page.NextToken = base64.RawURLEncoding.EncodeToString([]byte(s.clientIDs[end]))
	}
	return page, nil
}

// pageStart is the position of the first client on a page. A page's token is the id of that client
// in base64, so that it does not look like one.
func (s *Server) pageStart(token *string) (int, error) {
	if token == nil {
		return 0, nil
	}
	id, err := base64.RawURLEncoding.DecodeString(*token)
	first := slices.Index(s.clientIDs, string(id))
	if err != nil || first < 0 {
		return 0, invalidParameter("NextToken is not one that ListUserPoolClients gave")
	}
	return first, nil
}

// listUserPools is the operation that names no pool.
const listUserPools = "ListUserPools"

type listedPool struct {
	ID               string `json:"Id"`
	Name             string
	CreationDate     *epochSeconds `json:",omitempty"`
	LastModifiedDate *epochSeconds `json:",omitempty"`
}

// listPools lists the pools of several servers, on one page.
func listPools(servers []*Server, request apiRequest) (any, error) {
	if request.MaxResults == nil || *request.MaxResults < 1 || *request.MaxResults > mostClientsPerPage {
		return nil, invalidParameter("MaxResults must be given and be 1 to 60")
	}
	pools := []listedPool{}
	for _, s := range servers {
		pool := listedPool{ID: s.userPool.ID, Name: s.userPool.Name}
		if !s.userPool.CreationDate.IsZero() {
			created := epochSeconds(s.userPool.CreationDate)
			pool.CreationDate, pool.LastModifiedDate = &created, &created
		}
		pools = append(pools, pool)
	}
	return struct{ UserPools []listedPool }{pools}, nil
}
