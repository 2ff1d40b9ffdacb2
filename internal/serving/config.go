package serving

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/chaos"
	"cognito-m2m/internal/hosts"
	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/run"
)

// Config says what to run and where. Env is required.
type Config struct {
	// Env is the environment: a stage of the assembly, and a folder of the state.
	Env string
	// APIAddr, CognitoAddr and AWSAddr are the host:port that the HTTP API, the user pool and AWS's
	// own APIs listen on; port 0 takes a free one. Default 127.0.0.1:0.
	APIAddr, CognitoAddr, AWSAddr string
	// StateDir holds a folder for each environment and the functions that were built for this
	// machine. Required unless Ephemeral.
	StateDir string
	// Ephemeral keeps nothing: the run starts from a new, empty state in a temporary folder, which
	// goes when it ends.
	Ephemeral bool
	// AllowRemote takes uploads of code on addresses that other machines can reach. They run with
	// the user's rights.
	AllowRemote bool
	// CompareSource builds the functions' source once more as the assembly's was, in the
	// background, and warns if the assembly is of another source.
	CompareSource bool
	// Lenient turns resource types and properties that the runtime does not know from errors into
	// warnings.
	Lenient bool
	// NoRoles lets functions do all that the run's own key may, whatever their roles say.
	NoRoles bool
	// Accepted is a file with what the runtime does not know and the user does without here, a line
	// each: resource types, and ARNs of managed policies and roles. Default: none.
	Accepted string
	// FunctionEnv are variables of functions for this run alone, as NAME:KEY=VALUE. They go before
	// those in functions.env in the environment's folder of the state, and these before the
	// template's.
	FunctionEnv []string
	// SourceDir is where the Go module of the functions is looked for, itself or a folder above.
	// Default the working directory.
	SourceDir string

	// Report hears of what takes time and of what the user should know. Required.
	Report Reporter
	// FunctionOutput receives what functions print, a line at a time. Default: discarded.
	FunctionOutput io.Writer
	// AccessLog receives the stages' access logs, a line at a time. Default: discarded.
	AccessLog io.Writer
	// Observe hears of every request to the HTTP API before its answer is sent, of several at the
	// same time. Default: none.
	Observe func(Request)
	// ObserveTokens hears of every token request when it is decided, of several at the same time.
	// Default: none.
	ObserveTokens func(TokenRequest)
	// Rotating hears of each step of a rotation as it begins, and of its end, from the goroutine of
	// that rotation. Default: none.
	Rotating func(Rotation)
	// Serves hears of all environments that are served, each time when they may have changed. It is
	// called by one at a time, and must not ask the run. Default: none.
	Serves func([]Served)
	// Page is where the page of the run is, if it has one.
	Page *Page
	// Weather decides which calls and token requests meet what. Nil is fair.
	Weather *chaos.Weather
	// Used hears of what functions were allowed by their roles, from any goroutine. Default: none.
	Used func(iam.Use)
	// Fail are resources of a rehearsal that fail on purpose, each once, as LOGICAL_ID_OR_TYPE or
	// LOGICAL_ID_OR_TYPE=reason. Slow is how long each step of its operations is held up.
	Fail []string
	Slow time.Duration
	// Ready hears of an environment that was deployed into a rehearsal, when its HTTP API answers.
	// Default: none.
	Ready func(*Description)
	// Log receives token requests and the causes of 5xx answers. Default: discarded.
	Log *slog.Logger
	// Now is the clock of tokens, caches and throttles. Default time.Now.
	Now func() time.Time
}

// Page is where the page of a run is, and what opens it.
type Page struct {
	// URL has a code in its fragment that opens the page once.
	URL string
	// Access is what other processes of this user get such codes with.
	Access run.Page
}

// Reporter tells the user what happens.
type Reporter interface {
	// Step is called when something that may take time begins; the function it returns, when it has
	// ended.
	Step(name string) (done func())
	// Note says something worth knowing, Warn something worth changing.
	Note(text string)
	Warn(text string)
}

// exposureWarning says what a listener on addr exposes to other machines, "" if they can't reach
// it.
func (c Config) exposureWarning(addr string) string {
	if isLoopback(addr) {
		return ""
	}
	warning := addr + " can be reached from other machines, without TLS; 127.0.0.1 can't"
	if addr == c.AWSAddr {
		warning += "; its answers to holders of the access key, every client's secret among them, can be read on the way"
		if c.AllowRemote {
			warning += "; and holders of the access key may have any program run here, with your rights"
		}
	}
	return warning
}

// isLoopback reports whether an address is reached from this machine alone.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	return err == nil && hosts.IsLoopback(host)
}

func (c Config) completed() (Config, error) {
	taken := map[string]bool{}
	for _, addr := range []*string{&c.APIAddr, &c.CognitoAddr, &c.AWSAddr} {
		if *addr == "" {
			*addr = "127.0.0.1:0"
		}
		if taken[*addr] && !strings.HasSuffix(*addr, ":0") {
			return c, fmt.Errorf("two listeners can't both have %s", *addr)
		}
		taken[*addr] = true
	}
	if c.SourceDir == "" {
		c.SourceDir = "."
	}
	if c.FunctionOutput == nil {
		c.FunctionOutput = io.Discard
	}
	c.FunctionOutput = &lineWriter{to: c.FunctionOutput}
	if c.AccessLog != nil {
		c.AccessLog = &lineWriter{to: c.AccessLog}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

// lineWriter lets several write lines, one at a time: functions, and gateways of which one answers
// its last requests while the next one has taken over.
type lineWriter struct {
	mu sync.Mutex
	to io.Writer
}

// Write passes whole lines on.
func (w *lineWriter) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.to.Write(line)
}
