package pace

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// largeHeap is what lives where a bound of 64 MB comes near: in a run of some hundred clients.
const largeHeap = 20 << 20

// Collector says when garbage is collected, from now on.
//
// Requests leave a few kB of garbage each on a live heap of a few MB: collecting it at the default
// pace takes a tenth of the time of a request. At half that pace it takes a thirtieth. At a quarter
// it would take a fortieth, and 13 MB more of memory. A few large bodies would let the heap grow by
// as much again each: at 64 MB garbage goes before it does. But where the live heap itself is
// large, such a bound has garbage collected without end: half of what lives bounds it there.
func Collector() { collector(0) }

// collector says it anew after each collection: before is the percentage of the last time.
func collector(before int) {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	percent, limit := 200, int64(64<<20)
	if sample[0].Value.Uint64() > largeHeap {
		percent, limit = 50, math.MaxInt64
	}
	if percent != before {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
	runtime.AddCleanup(&sample[0], collector, percent)
}
