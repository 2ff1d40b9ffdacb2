package pace

import (
	"fmt"
	"math"
	"runtime"
	"runtime/metrics"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestCollector follows what lives: a bound that it comes near to would have garbage
// collected without end.
func TestCollector(t *testing.T) {
	Collector()
	wantPace := func(percent, limit uint64) {
		t.Helper()
		m2mtest.Eventually(t, fmt.Sprintf("a pace of %d %%", percent), func() bool {
			runtime.GC()
			is := []metrics.Sample{{Name: "/gc/gogc:percent"}, {Name: "/gc/gomemlimit:bytes"}}
			metrics.Read(is)
			return is[0].Value.Uint64() == percent && is[1].Value.Uint64() == limit
		})
	}
	wantPace(200, 64<<20)
	lives := make([]byte, 2*largeHeap)
	wantPace(50, math.MaxInt64)
	runtime.KeepAlive(lives)
	wantPace(200, 64<<20)
}
