package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Files that change again and again, and nothing of what runs, wait longer each time.
func TestIdleFilesWaitLongerEachTime(t *testing.T) {
	t.Parallel()
	var i idle
	log, other := []string{"up.log"}, []string{"a", "up.log"}
	var got []time.Duration
	for _, files := range [][]string{log, log, log, log, other, other, log} {
		got = append(got, i.again(files))
	}
	want := []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 0, time.Second, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pauses (-want +got):\n%s", diff)
	}
	for range 100 {
		i.again(log)
	}
	if got := i.again(log); got != 32*time.Second {
		t.Errorf("the longest pause is %v", got)
	}
	i.last = time.Now().Add(-time.Hour)
	if got := i.again(log); got != 0 {
		t.Errorf("after an hour the pause is %v", got)
	}
}
