// Package gobuild has what the go command records in a program about its build. It builds nothing.
//
// Source: runtime/debug, BuildSetting.
package gobuild

// Variables are the environment variables that go build takes into account and records, sorted.
func Variables() []string {
	return []string{"CGO_ENABLED", "GOAMD64", "GOARCH", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOOS"}
}
