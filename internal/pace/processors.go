package pace

import (
	"os"
	"runtime"
)

// fewest is how many goroutines of a run may run at once, also where the machine has fewer
// processors.
const fewest = 4

// Processors is for a process that begins to serve. A thread that sends to a function often waits
// in the system while that function runs, and meanwhile no other thread may run Go in its place.
// With no more of them than the machine has processors, requests that could go on wait, too.
// GOMAXPROCS of the user's own counts.
func Processors() {
	if os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) < fewest {
		runtime.GOMAXPROCS(fewest)
	}
}
