package reach_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/reach/reachtest"
)

// listOf is the list of refused clients, and whether each was seen to be gone.
func listOf(t *testing.T, api *ssm.Client) map[string]bool {
	t.Helper()
	gone := map[string]bool{}
	pages := ssm.NewGetParametersByPathPaginator(api, &ssm.GetParametersByPathInput{Path: aws.String("/m2m/dev/refused")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range page.Parameters {
			gone[strings.TrimPrefix(*p.Name, "/m2m/dev/refused/")] = strings.Contains(*p.Value, "gone")
		}
	}
	return gone
}

// parameters is the list's API.
func parameters(run *reachtest.Run) *ssm.Client {
	return ssm.New(ssm.Options{
		Region: reachtest.Region, BaseEndpoint: &run.AWSEndpointURL,
		Credentials: credentials.NewStaticCredentialsProvider(reachtest.AccessKeyID, reachtest.SecretAccessKey, ""),
	})
}

// enter puts an entry on the list by hand.
func enter(t *testing.T, api *ssm.Client, id, value string) {
	t.Helper()
	if _, err := api.PutParameter(t.Context(), &ssm.PutParameterInput{Name: aws.String("/m2m/dev/refused/" + id), Value: &value, Type: types.ParameterTypeString}); err != nil {
		t.Fatal(err)
	}
}

// since is an entry whose app client was first seen to be gone so long ago.
func since(age time.Duration) string {
	return fmt.Sprintf(`{"refused":"2026-01-01T00:00:00Z","gone":%q}`, time.Now().Add(-age).UTC().Format(time.RFC3339))
}

// TestRefusedClientsThatAreGone: an entry stays until its app client has been seen to be gone for
// longer than a token lives, whatever is done about others.
func TestRefusedClientsThatAreGone(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	api := parameters(run)
	writer := run.ClientIDs["writer"]
	for id, value := range map[string]string{
		"long": since(reach.LongestToken + time.Hour), "notlong": since(reach.LongestToken - time.Hour), "unseen": `{"refused":"2026-01-01T00:00:00Z"}`,
		"byhand": "because", writer: since(reach.LongestToken + time.Hour), // which is back
	} {
		enter(t, api, id, value)
	}
	target := localTarget(t, run)
	for i := range 12 { // two pages of the list
		if _, err := target.Refuse(t.Context(), fmt.Sprintf("%026d", i)); err != nil {
			t.Fatal(err)
		}
	}
	list := listOf(t, api)
	for id, gone := range map[string]bool{"notlong": true, "unseen": true, "byhand": true, writer: false} {
		if got, there := list[id]; !there || got != gone {
			t.Errorf("%s is on the list: %t, gone: %t, want %t", id, there, got, gone)
		}
	}
	if _, there := list["long"]; there || len(list) != 4+12 {
		t.Errorf("the list is %v", list)
	}
}

// TestManyRefusedClients: with a long list the pool's clients are listed, page after page, and not
// asked for one by one. Where listing is not allowed, each is asked for.
func TestManyRefusedClients(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]string{"listed": "", "asked for": "AccessDeniedException"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var names []string
			for i := range 128 { // three pages, with the other two
				names = append(names, fmt.Sprintf("client-%d", i))
			}
			run, err := reachtest.StartGroups(t.TempDir(), map[string][]string{"partners": names})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := run.Close(); err != nil {
					t.Error(err)
				}
			})
			api, longAgo := parameters(run), since(reach.LongestToken+time.Hour)
			for i := range 20 {
				enter(t, api, fmt.Sprintf("gone%d", i), longAgo)
			}
			there := []string{"reader", "client-0", "client-64", "client-127"}
			for _, name := range there {
				enter(t, api, run.ClientIDs[name], longAgo)
			}
			target := localTarget(t, run)
			run.Deny("ListUserPoolClients", "InvalidParameterException", "on purpose")
			if done, err := target.Refuse(t.Context(), "writer"); err == nil || done == nil || !done.Changed || !strings.Contains(err.Error(), "on purpose") {
				t.Errorf("when the clients can't be listed: %+v, %v", done, err)
			}
			if list := listOf(t, api); len(list) != 20+len(there)+1 {
				t.Errorf("then the list is %v", list)
			}
			run.Deny("ListUserPoolClients", refusal, "no")
			done, err := target.Allow(t.Context(), "writer")
			if err != nil || len(done.Removed) != 20 {
				t.Errorf("got %+v, %v", done, err)
			}
			list := listOf(t, api)
			for _, name := range there {
				if gone, refused := list[run.ClientIDs[name]]; !refused || gone || len(list) != len(there) {
					t.Errorf("%s is refused: %t, gone: %t, of %v", name, refused, gone, list)
				}
			}
		})
	}
}

// TestRefuse: what was done is told, and nothing is done twice.
func TestRefuse(t *testing.T) {
	t.Parallel()
	run := begin(t, false)
	target := localTarget(t, run)
	const gone = "0123456789abcdefghijklmnop"
	for _, step := range []struct {
		do   func() (*reach.Refusing, error)
		want reach.Refusing
	}{
		{func() (*reach.Refusing, error) { return target.Refuse(t.Context(), "reader") }, reach.Refusing{ClientID: run.ClientIDs["reader"], Exists: true, Changed: true}},
		{func() (*reach.Refusing, error) { return target.Refuse(t.Context(), run.ClientIDs["reader"]) }, reach.Refusing{ClientID: run.ClientIDs["reader"], Exists: true}},
		{func() (*reach.Refusing, error) { return target.Refuse(t.Context(), gone) }, reach.Refusing{ClientID: gone, Changed: true}},
		{func() (*reach.Refusing, error) { return target.Allow(t.Context(), "reader") }, reach.Refusing{ClientID: run.ClientIDs["reader"], Exists: true, Changed: true}},
		{func() (*reach.Refusing, error) { return target.Allow(t.Context(), "reader") }, reach.Refusing{ClientID: run.ClientIDs["reader"], Exists: true}},
		{func() (*reach.Refusing, error) { return target.Allow(t.Context(), gone) }, reach.Refusing{ClientID: gone, Changed: true}},
	} {
		got, err := step.do()
		if err != nil || got.ClientID != step.want.ClientID || got.Exists != step.want.Exists || got.Changed != step.want.Changed || !slices.Equal(got.Removed, step.want.Removed) {
			t.Errorf("got %+v, %v, want %+v", got, err, step.want)
		}
	}
	if _, err := target.Refuse(t.Context(), "nobody"); !reach.IsProblem(err, reach.UnknownClient) {
		t.Errorf("a client that is not there: %v", err)
	}
}
