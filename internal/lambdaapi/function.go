package lambdaapi

import (
	"context"
	"errors"
	"time"
)

// ErrNoFunction is returned by Functions for a function that is not there.
var ErrNoFunction = errors.New("there is no such function")

// CodeError is returned by Functions for code that a function can't have. Lambda's name for it is
// InvalidParameterValueException.
type CodeError struct {
	// Reason is a sentence that the caller reads.
	Reason string
}

func (e *CodeError) Error() string { return e.Reason }

// Functions are the functions of all accounts and Regions. requester.From(ctx) says which of them
// are meant.
type Functions interface {
	// Function returns the function of the name, or ErrNoFunction.
	Function(ctx context.Context, name string) (Function, error)
	// UpdateCode has the function run the archive that is an object of S3, from the next invocation
	// on, and returns it as it is then. Errors are ErrNoFunction, *CodeError, or one with a code of
	// S3 for an object that can't be had.
	UpdateCode(ctx context.Context, name, bucket, key string) (Function, error)
}

// The states of a function and of its last update.
const (
	Active     = "Active"
	Pending    = "Pending"
	Failed     = "Failed"
	Successful = "Successful"
	InProgress = "InProgress"
)

// Function is a function as the API describes it.
type Function struct {
	Name, ARN, Description string
	Role, Handler, Runtime string
	Architectures          []string
	Timeout                time.Duration
	MemorySize             int // MB
	Environment            map[string]string
	// CodeSize is that of the archive in bytes, and CodeSHA256 its SHA-256 in base64.
	CodeSize   int64
	CodeSHA256 string
	// LastModified is when code or configuration last changed.
	LastModified time.Time
	// State is Active, Pending or Failed; LastUpdateStatus Successful, InProgress or Failed. The
	// reasons say why.
	State, StateReason                       string
	LastUpdateStatus, LastUpdateStatusReason string
	// RevisionID changes with every change.
	RevisionID string
}

// configuration is FunctionConfiguration.
//
// Parity: Lambda: members left out
type configuration struct {
	FunctionName           string
	FunctionArn            string
	Description            string
	Role                   string `json:",omitempty"`
	Handler                string `json:",omitempty"`
	Runtime                string `json:",omitempty"`
	Architectures          []string
	Timeout                int
	MemorySize             int
	Environment            *environment `json:",omitempty"`
	CodeSize               int64
	CodeSha256             string
	LastModified           string
	PackageType            string
	Version                string
	State                  string
	StateReason            string `json:",omitempty"`
	LastUpdateStatus       string
	LastUpdateStatusReason string `json:",omitempty"`
	RevisionId             string `json:",omitempty"`
}

type environment struct{ Variables map[string]string }

func (f Function) configuration() configuration {
	c := configuration{
		FunctionName: f.Name, FunctionArn: f.ARN, Description: f.Description, Role: f.Role, Handler: f.Handler, Runtime: f.Runtime,
		Architectures: f.Architectures, Timeout: int(f.Timeout / time.Second), MemorySize: f.MemorySize, CodeSize: f.CodeSize, CodeSha256: f.CodeSHA256,
		LastModified: f.LastModified.UTC().Format("2006-01-02T15:04:05.000-0700"), PackageType: "Zip", Version: latest, State: f.State, StateReason: f.StateReason,
		LastUpdateStatus: f.LastUpdateStatus, LastUpdateStatusReason: f.LastUpdateStatusReason, RevisionId: f.RevisionID,
	}
	if len(f.Environment) > 0 {
		c.Environment = &environment{f.Environment}
	}
	return c
}
