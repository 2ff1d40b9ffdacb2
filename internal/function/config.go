package function

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"cognito-m2m/internal/lambdaenv"
)

// Config describes one function. Name and Bootstrap are required.
type Config struct {
	// Name is the function's name, AWS_LAMBDA_FUNCTION_NAME.
	Name string
	// ARN is sent with every invocation. The header is left out if it is empty.
	ARN string
	// Handler is passed on as _HANDLER; an OS-only runtime gives it no meaning. Default
	// "bootstrap".
	Handler string
	// Runtime is "provided.al2023" or "provided.al2". Default "provided.al2023".
	Runtime string
	// Region is AWS_REGION and AWS_DEFAULT_REGION. Default "us-east-1".
	Region string
	// LogGroup is AWS_LAMBDA_LOG_GROUP_NAME. Default "/aws/lambda/" and the name.
	LogGroup string
	// MemorySize in MB is passed to the function and not enforced. Default 128.
	MemorySize int
	// Timeout is how long one invocation may take. Default 3 s, Lambda's own.
	Timeout time.Duration
	// InitTimeout is how long a process may take from its start to its first call for an event.
	// Default 10 s, Lambda's own.
	InitTimeout time.Duration
	// Environment holds the variables of the template. Reserved names are refused, as by Lambda.
	Environment map[string]string
	// Credentials makes the AWS credentials of each execution environment. Default none.
	Credentials CredentialsSource
	// Bootstrap is the executable to start for each execution environment.
	Bootstrap string
	// TaskRoot is the folder with the function's files: working directory and LAMBDA_TASK_ROOT.
	// Default the folder of Bootstrap.
	TaskRoot string
	// Concurrency is the largest number of invocations under way at once; 0 refuses every one, as a
	// reserved concurrency of 0 does on Lambda. Default, where it is nil, 64: each is a process.
	Concurrency *int
	// Output receives what the processes write to stdout and stderr. Every Write is one whole line
	// of at most 64 KiB and its newline (longer ones are cut into several); there is never more
	// than one Write at a time. A slow Output slows the function down. Default: discarded.
	//
	// Parity: Function output: no START, END and REPORT lines
	Output io.Writer
	// Log receives the life of the execution environments (debug) and the outcome of invocations
	// whose caller has left. Default: discarded.
	Log *slog.Logger
	// Now is the clock for the deadlines that the function gets. Default time.Now.
	Now func() time.Time
}

// CredentialsSource makes credentials of a function's role.
type CredentialsSource interface {
	// Credentials are new ones for one execution environment.
	Credentials() Credentials
}

// Credentials are AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN. Only the id may
// be shown.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	// Expires is when they end; zero: never. The execution environment ends before.
	Expires time.Time
}

// String is the id alone.
func (c Credentials) String() string { return c.AccessKeyID }

// GoString is the id alone, so that %#v is safe as well.
func (c Credentials) GoString() string { return c.AccessKeyID }

// completed checks c and fills in the defaults.
func (c Config) completed() (Config, error) {
	if err := c.check(); err != nil {
		return Config{}, err
	}
	bootstrap, err := filepath.Abs(c.Bootstrap)
	if err != nil {
		return Config{}, fmt.Errorf("resolving bootstrap %s: %w", c.Bootstrap, err)
	}
	c.Bootstrap = bootstrap
	setDefault(&c.TaskRoot, filepath.Dir(bootstrap))
	if c.TaskRoot, err = filepath.Abs(c.TaskRoot); err != nil { // the process runs in it: a relative one would name another folder
		return Config{}, fmt.Errorf("resolving task root: %w", err)
	}
	setDefault(&c.Handler, lambdaenv.Bootstrap)
	setDefault(&c.Runtime, lambdaenv.OSOnlyRuntimes()[0])
	setDefault(&c.Region, "us-east-1")
	setDefault(&c.LogGroup, lambdaenv.LogGroup(c.Name))
	setDefault(&c.MemorySize, lambdaenv.DefaultMemoryMB)
	setDefault(&c.Timeout, lambdaenv.DefaultTimeout)
	setDefault(&c.InitTimeout, 10*time.Second)
	setDefault(&c.Concurrency, new(64))
	setDefault(&c.Output, io.Discard)
	setDefault(&c.Log, slog.New(slog.DiscardHandler))
	if c.Now == nil {
		c.Now = time.Now
	}
	return c, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (c Config) check() error {
	switch {
	case c.Name == "":
		return errors.New("function name is missing")
	case c.Bootstrap == "":
		return errors.New("bootstrap is missing")
	case c.Timeout < 0, c.InitTimeout < 0:
		return errors.New("timeout is negative")
	case c.Concurrency != nil && *c.Concurrency < 0:
		return errors.New("concurrency is negative")
	}
	if err := checkExecutable(c.Bootstrap); err != nil {
		return err
	}
	return CheckVariables(c.Environment)
}

// maxPackage is how many bytes a function's package may have, unzipped (Lambda Developer Guide,
// "Quotas": 250 MB).
const maxPackage = 250 << 20

// checkExecutable finds, before the first invocation, what would make every one fail.
func checkExecutable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("looking for bootstrap: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o111 == 0 {
		return fmt.Errorf("bootstrap %s is not an executable file: make it one with chmod +x", path)
	}
	if info.Size() > maxPackage {
		return fmt.Errorf("bootstrap %s has %d bytes, and a package that Lambda takes has %d at most: leave out what it does not need",
			path, info.Size(), maxPackage)
	}
	return nil
}
