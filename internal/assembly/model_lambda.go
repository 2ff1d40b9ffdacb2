package assembly

import "time"

// Function is an AWS::Lambda::Function.
type Function struct {
	Resource

	Name                         string
	ARN                          string
	Runtime                      string // such as provided.al2023
	Architecture                 string // x86_64 or arm64
	Handler                      string
	MemorySize                   int // MB
	Timeout                      time.Duration
	Environment                  map[string]string
	ReservedConcurrentExecutions *int
	LogGroup                     string
	Asset                        *Asset // nil if the code is not an asset of this assembly
}

// Asset is the directory that CDK zips and uploads as a function's code.
type Asset struct {
	Hash string
	Dir  string
}

// Permission is an AWS::Lambda::Permission, one statement in a function's resource policy.
type Permission struct {
	Resource

	FunctionARN   string // without qualifier
	Qualifier     string // the alias or version the permission is for, if it is not for the function as a whole
	Principal     string
	Action        string
	SourceARN     string // empty: from any source
	SourceAccount string // empty: of any account
}
