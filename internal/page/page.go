package page

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/cloudformation/engine"
	"cognito-m2m/internal/listener"
	"cognito-m2m/internal/redacted"
	"cognito-m2m/internal/run"
)

// DefaultAddr is where the page listens unless something else is asked for.
const DefaultAddr = "127.0.0.1:4003"

// Config says where the page is and what it is of.
type Config struct {
	// Addr is the host:port to listen on; port 0 takes a free one.
	Addr string
	// Fallback takes a free port of the same host if Addr is taken.
	Fallback bool
	// Run is the name of the run.
	Run string
	// Empty says that it is one that stacks are deployed into, Watch that it follows changes.
	Empty, Watch bool
	// Flags are what the commands in an advice need to find an environment, with a space before
	// each.
	Flags func(env string) string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

// Page is the page of one run. Its methods may be called from several goroutines; those that tell
// it of something return at once.
type Page struct {
	config   Config
	moved    bool
	listener *listener.Listener
	folder   string // its path, which begins and ends with a slash
	door     door
	failed   chan error

	// ended is closed when the run has ended, and all that is left is to say so.
	ended   chan struct{}
	closing sync.Once
	work    sync.WaitGroup
	stop    context.CancelFunc

	explaining sync.Mutex // held while refusals are explained

	mu           sync.Mutex
	changed      chan struct{} // closed at the next change
	watched      bool          // whether anybody waits for that
	browsers     int           // those that follow
	followed     chan struct{} // closed while there are any
	environments []*environment
	traffic      traffic
	rotations    rotations
	said         said
	spoken       spoken
	stacks       func(look func(*engine.Stack))
	versions     map[string]int         // of the parts, which count their changes
	shown        map[string]rendered    // as they were rendered last
	ask          chan struct{}          // a wish to ask for the clients' state
	parts        map[string]func() view // what each part shows now
}

// Open takes the address and answers there from now on.
func Open(config Config) (*Page, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Flags == nil {
		config.Flags = func(string) string { return "" }
	}
	bound, moved, err := listen(config)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	p := &Page{
		config: config, moved: moved, listener: bound, folder: "/" + random(folderBytes) + "/", door: newDoor(),
		failed: make(chan error, 1), ended: make(chan struct{}), stop: stop,
		changed: make(chan struct{}), followed: make(chan struct{}), versions: map[string]int{}, shown: map[string]rendered{}, ask: make(chan struct{}, 1),
		traffic: newTraffic(config.Now()),
	}
	p.parts = p.allParts()
	bound.Swap(p.handler())
	bound.Start(p.failed)
	p.work.Go(func() { p.followClients(ctx) })
	return p, nil
}

func listen(config Config) (bound *listener.Listener, moved bool, err error) {
	bound, err = listener.Listen(config.Addr)
	if err == nil || !config.Fallback {
		return bound, false, err
	}
	host, _, splitErr := net.SplitHostPort(config.Addr)
	if splitErr != nil {
		return nil, false, err
	}
	bound, err = listener.Listen(net.JoinHostPort(host, "0"))
	return bound, true, err
}

// Moved says whether the page is at another port because the one of Config is taken.
func (p *Page) Moved() bool { return p.moved }

// URL is where the page is, without what opens it.
func (p *Page) URL() string { return p.listener.URL() + p.folder }

// Invitation is the URL with a new code, which opens the page once.
func (p *Page) Invitation() string { return Invitation(p.URL(), p.door.newCode()) }

// Invitation is the URL of a page with a code that opens it.
func Invitation(url, code string) string { return url + "#" + code }

// Access is what other processes of this user ask for a code with.
func (p *Page) Access() run.Page { return run.Page{URL: p.URL(), Key: redacted.Text(p.door.key)} }

// lastAnswer is how long answers may take that are under way when the page closes.
const lastAnswer = 5 * time.Second

// Close tells every browser that the run has ended, and gives the address back.
func (p *Page) Close(ctx context.Context) error {
	var err error
	p.closing.Do(func() {
		p.stop()
		close(p.ended)
		p.work.Wait()
		ctx, cancel := context.WithTimeout(ctx, lastAnswer)
		defer cancel()
		err = p.listener.Close(ctx)
		if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
			err = nil // a call that nobody looks at any more
		}
	})
	return err
}

// change notes that parts have changed. The lock must be held.
func (p *Page) change(parts ...string) {
	for _, part := range parts {
		p.versions[part]++
	}
	if p.watched {
		close(p.changed)
		p.changed, p.watched = make(chan struct{}), false
	}
}

// handler serves all of the page. Only what says nothing of the run is open: how to get in, and
// what that looks like.
func (p *Page) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", p.serveClosed)
	inside := func(pattern string, serve http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+p.folder+path, p.onlyInside(serve))
	}
	mux.HandleFunc("GET "+p.folder+"assets/{name}", serveAsset)
	mux.HandleFunc("POST "+p.folder+"enter", p.serveEnter)
	mux.HandleFunc("POST "+p.folder+"code", p.serveCode)
	inside("GET {$}", p.servePage)
	inside("GET events", p.serveEvents)
	inside("POST token", p.serveToken)
	inside("POST token/show", p.serveShownToken)
	inside("POST secret", p.serveSecret)
	inside("POST call", p.serveCall)
	return listener.ByAddress(guarded(mux))
}

// errGone says that an environment or client is not there any more.
var errGone = errors.New("this is not there any more: the run has changed since the page was loaded")
