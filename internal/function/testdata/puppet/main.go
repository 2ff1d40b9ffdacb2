// Command puppet is a bootstrap without a will: it prints where its Runtime API is, and its process id, and
// leaves the calls to the test.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	fmt.Println(os.Getenv("AWS_LAMBDA_RUNTIME_API"), os.Getpid())
	<-terminated
	fmt.Println("terminated")
}
