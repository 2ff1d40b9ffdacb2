package cognito

import (
	"context"
	"encoding/base64"
	"slices"
)

// mostClientsPerPage is the most that MaxResults may ask for, and what a page holds if nothing is asked for.
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
			listedClient{ClientID: id, ClientName: s.clients[id].name, UserPoolID: s.userPool.ID})
	}
	if end < len(s.clientIDs) {
		page.NextToken = base64.RawURLEncoding.EncodeToString([]byte(s.clientIDs[end]))
	}
	return page, nil
}

// pageStart is the position of the first client on a page. A page's token is the id of that client in base64,
// so that no one takes it for one.
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
