// Package gobuild has the environment variables that matter to a build of Go. It builds nothing.
//
// Source: runtime/debug, BuildSetting.
package gobuild

import "strings"

// Variables are the environment variables that go build takes into account and records, sorted.
func Variables() []string {
	return []string{"CGO_ENABLED", "GOAMD64", "GOARCH", "GOARM64", "GOEXPERIMENT", "GOFIPS140", "GOOS"}
}

// InHurry are variables with which compilers and linkers collect no garbage before they have much:
// they end soon, and somebody waits. The largest package of awscdk, awsec2, needs about 1 GiB; most
// need a tenth of that. There are none where the environment has settings of its own.
func InHurry(environ []string) (variables []string) {
	for _, variable := range environ {
		if name, _, _ := strings.Cut(variable, "="); name == "GOGC" || name == "GOMEMLIMIT" {
			return nil
		}
	}
	return []string{"GOGC=off", "GOMEMLIMIT=1GiB"}
}
