package m2mtest

import (
	"flag"
	"strconv"
)

// AtOnce has up to count tests of a package run at once, unless -parallel says otherwise. It is for
// a TestMain of tests that mostly wait, for processes, limits and pauses: Go runs one for each
// processor.
func AtOnce(count int) {
	if err := flag.Set("test.parallel", strconv.Itoa(count)); err != nil {
		panic(err)
	}
}
