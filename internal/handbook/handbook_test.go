package handbook_test

import (
	"crypto/sha256"
	"encoding/base64"
	"go/format"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	nethtml "golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/handbook"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/offering"
)

// offer is an environment with a reader, a writer, and a client that nothing is open to.
func offer(authorizer *access.Authorizer) *offering.Offer {
	rate, burst := 0.5, 7
	route := func(key, described string, scopes ...string) offering.Route {
		return offering.Route{Route: access.Route{Key: key, Scopes: scopes, Authorizer: authorizer}, Description: described, Rate: &rate, Burst: &burst}
	}
	client := func(name string, scopes ...string) offering.Client {
		return offering.Client{
			Client: access.Client{Name: name, ID: "1" + name, Scopes: scopes}, TokenValidity: 30 * time.Minute,
			Secret: "m2m/dev/" + name, EveryDays: 7, Grace: 72 * time.Hour,
		}
	}
	authorizer.Clients = []string{"idle", "reader", "writer"}
	return &offering.Offer{
		Environment: "dev", Region: "eu-west-1", APIURL: "https://api.example.com", TokenEndpoint: "https://auth.example.com/oauth2/token",
		Scopes:  []offering.Scope{{Name: "orders/read", Description: "Read orders"}, {Name: "orders/write", Description: "Write orders"}},
		Routes:  []offering.Route{route("GET /orders/{id}", "Shows an order.", "orders/read"), route("POST /orders", "Makes an order.", "orders/write")},
		Clients: []offering.Client{client("idle"), client("reader", "orders/read"), client("writer", "orders/write")},
	}
}

func jwt() *access.Authorizer { return &access.Authorizer{Name: "Jwt", Header: "Authorization"} }

func markdown(t *testing.T, o *offering.Offer, client string) string {
	t.Helper()
	page, err := handbook.Markdown(o, client)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// lacks wants none of the texts in a page.
func lacks(t *testing.T, page string, unwanted ...string) {
	t.Helper()
	for _, text := range unwanted {
		if strings.Contains(page, text) {
			t.Errorf("%q is in\n%s", text, page)
		}
	}
}

// TestOneClient: the page for a client has what concerns it, and nothing of the others.
func TestOneClient(t *testing.T) {
	t.Parallel()
	page := markdown(t, offer(jwt()), "reader")
	m2mtest.Contains(t, page,
		"# How to call dev as reader\n", "| API | `https://api.example.com` |", "| token endpoint | `https://auth.example.com/oauth2/token` |",
		"| client id | `1reader` |", "secret `m2m/dev/reader` |", "| `orders/read` | Read orders |",
		"| `GET /orders/{id}` | `orders/read` | Shows an order. | 0.5 a second, 7 at once |", "A token lives 30 minutes.",
		"replaced every 7 days", "earlier than\n3 days after", "| 401 | there is no token, or it is not valid", "| 429 |",
		"calls `GET /orders/1`", "Put real values where the path has a 1.", "'https://api.example.com/orders/1'", "--secret-id 'm2m/dev/reader' --region eu-west-1",
	)
	lacks(t, page, "writer", "orders/write", "POST /orders", "made-up", "checked by a function", "idle")
}

// TestAllClients: the page for everybody has everybody, and no id in its code.
func TestAllClients(t *testing.T) {
	t.Parallel()
	page := markdown(t, offer(jwt()), "")
	m2mtest.Contains(t, page, "# How to call dev\n", "| reader | `1reader` | `orders/read` | 30 minutes | `m2m/dev/reader` |", "| idle | `1idle` | none |",
		"| `POST /orders` | `orders/write` |", "| writer | every 7 days | 3 days |", "export M2M_CLIENT_ID='...' # from the secret")
}

// TestBody: where a client can only send, its samples send something.
func TestBody(t *testing.T) {
	t.Parallel()
	page := markdown(t, offer(jwt()), "writer")
	m2mtest.Contains(t, page, "calls `POST /orders`", "--request POST", "--data '{}'", `strings.NewReader("{}")`, `call("POST", "/orders", "{}".encode())`,
		`call("POST", "/orders", "{}")`, `BodyPublishers.ofString("{}")`)
	for _, client := range []string{"reader", "writer", ""} {
		_, source, _ := strings.Cut(markdown(t, offer(jwt()), client), "```go\n")
		source, _, _ = strings.Cut(source, "```")
		if formatted, err := format.Source([]byte(source)); err != nil || string(formatted) != source {
			t.Errorf("the sample in Go for %q is not formatted, %v:\n%s", client, err, source)
		}
	}
}

// TestNothingOpen: a client without a route gets no code, and is told why.
func TestNothingOpen(t *testing.T) {
	t.Parallel()
	page := markdown(t, offer(jwt()), "idle")
	m2mtest.Contains(t, page, "No route of this environment is open to this client.", "This client has no scope")
	lacks(t, page, "## Code", "```go")
}

// TestFunction: behind a function authorizer other answers come, and libraries have to know.
func TestFunction(t *testing.T) {
	t.Parallel()
	function := &access.Authorizer{Name: "Function", Header: "Authorization", Function: true, Remembered: time.Minute}
	page := markdown(t, offer(function), "reader")
	m2mtest.Contains(t, page, "checked by a function", "remembered for 1 minute", "| 401 | the call has no token |", "| 403 | the token is not valid:", "renew tokens by `expires_in`")
	lacks(t, page, "`www-authenticate` lists them")
	function.Remembered = 0
	m2mtest.Contains(t, markdown(t, offer(function), "reader"), "Its answers are not remembered.")
}

// TestPlaceholders: a page from templates alone says that its addresses are made up.
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	o := offer(jwt())
	o.Placeholders, o.Clients[1].ID = true, ""
	page := markdown(t, o, "reader")
	m2mtest.Contains(t, page, "**The addresses below have made-up parts.**", "export M2M_CLIENT_ID='...'")
	lacks(t, page, "| client id |")
}

func TestNoSuchClient(t *testing.T) {
	t.Parallel()
	if _, err := handbook.Markdown(offer(jwt()), "reporter"); err == nil {
		t.Error("there is a page for nobody")
	}
	o := offer(jwt())
	o.Clients = nil
	if _, err := handbook.Markdown(o, ""); err == nil {
		t.Error("there is a page for no clients")
	}
}

// hostile is a text that would be more than text, in Markdown, HTML, a table or a terminal.
const hostile = "<script>alert(1)</script> | *x* [y](javascript:z) &lt; `c`\n\n# h \x1b[31m"

// TestForeignText: what an environment file says stays text, in one cell.
func TestForeignText(t *testing.T) {
	t.Parallel()
	o := offer(jwt())
	o.Routes[0].Description, o.Scopes[0].Description = hostile, hostile
	page, err := handbook.HTML(o, "reader")
	if err != nil {
		t.Fatal(err)
	}
	cells := 0
	for node := range parsed(t, page).Descendants() {
		if node.DataAtom == atom.Td && strings.Contains(textOf(node), "alert(1)") {
			cells++
			if got, want := textOf(node), `<script>alert(1)</script> | *x* [y](javascript:z) &lt; `+"`c`"+` # h`; !strings.HasPrefix(got, want) {
				t.Errorf("the cell is %q, want %q", got, want)
			}
			for child := range node.ChildNodes() {
				if child.Type != nethtml.TextNode {
					t.Errorf("the cell has markup: <%s>", child.Data)
				}
			}
		}
	}
	if cells != 2 {
		t.Errorf("%d cells have the text, want 2", cells)
	}
}

// TestForeignNames: names and addresses, which no environment file may have, stay text, too.
func TestForeignNames(t *testing.T) {
	t.Parallel()
	const quotes = hostile + `\"'></title></style></code></td><img src=x onerror=alert(1)>`
	o := offer(jwt())
	for _, text := range []*string{
		&o.Environment, &o.Region, &o.APIURL, &o.TokenEndpoint, &o.Scopes[0].Name, &o.Scopes[0].Description, &o.Routes[0].Key, &o.Routes[0].Description,
		&o.Routes[0].Scopes[0], &o.Clients[1].Name, &o.Clients[1].ID, &o.Clients[1].Secret, &o.Clients[1].Scopes[0],
	} {
		*text += quotes
	}
	for _, client := range []string{"", o.Clients[1].Name} {
		page, err := handbook.HTML(o, client)
		if err != nil {
			t.Fatal(err)
		}
		shown := 0
		for node := range parsed(t, page).Descendants() {
			shown += strings.Count(node.Data, "alert(1)")
			switch node.Data {
			case "script", "img", "a":
				t.Errorf("there is a <%s> in the page for %q", node.Data, client)
			}
			for _, attribute := range node.Attr {
				if strings.HasPrefix(attribute.Key, "on") || strings.Contains(attribute.Val, "alert(1)") && attribute.Key != "id" {
					t.Errorf("<%s> has %s=%q in the page for %q", node.Data, attribute.Key, attribute.Val, client)
				}
			}
		}
		if shown < 10 {
			t.Errorf("%d foreign texts are shown in the page for %q: this test looks at nothing", shown, client)
		}
	}
}

// TestPage: the HTML page loads and runs nothing, and its policy allows its style alone.
func TestPage(t *testing.T) {
	t.Parallel()
	page, err := handbook.HTML(offer(jwt()), "")
	if err != nil {
		t.Fatal(err)
	}
	policy, style := "", ""
	headings := map[string]bool{}
	for node := range parsed(t, page).Descendants() {
		switch node.Data {
		case "script", "link", "img", "iframe", "a", "form":
			t.Errorf("there is a <%s>", node.Data)
		case "style":
			style += textOf(node)
		case "h2":
			headings[textOf(node)] = true
		}
		for _, attribute := range node.Attr {
			if attribute.Key == "style" || strings.HasPrefix(attribute.Key, "on") {
				t.Errorf("<%s> has the attribute %s, which the policy does not allow", node.Data, attribute.Key)
			}
			if attribute.Key == "content" && strings.Contains(attribute.Val, "default-src") {
				policy = attribute.Val
			}
		}
	}
	hash := sha256.Sum256([]byte(style))
	if want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"; !strings.HasPrefix(policy, want) {
		t.Errorf("the policy is %q, want it to begin with %q", policy, want)
	}
	m2mtest.Contains(t, style, "color-scheme: light dark", "@media print")
	for _, heading := range regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(markdown(t, offer(jwt()), ""), -1) {
		if !headings[html.UnescapeString(heading[1])] {
			t.Errorf("the page lacks %q", heading[1])
		}
	}
}

func parsed(t *testing.T, page []byte) *nethtml.Node {
	t.Helper()
	root, err := nethtml.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// textOf is all text in a node.
func textOf(node *nethtml.Node) string {
	text := ""
	for n := range node.Descendants() {
		if n.Type == nethtml.TextNode {
			text += n.Data
		}
	}
	return text
}
