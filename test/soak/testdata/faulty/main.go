// Command faulty is a function that does what it is told to, most of it wrong.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

func main() {
	switch os.Getenv("FAULTY_START") {
	case "exit":
		os.Exit(3)
	case "hang":
		time.Sleep(time.Hour)
	}
	lambda.Start(handle)
}

// handle obeys the query: ?do=... It answers with the process's id if it
// answers, and with so many bytes if there is a size.
func handle(ctx context.Context, event events.APIGatewayV2HTTPRequest) (json.RawMessage, error) {
	order := event.QueryStringParameters
	size, _ := strconv.Atoi(order["size"])
	switch order["do"] {
	case "nap":
		time.Sleep(5 * time.Millisecond)
	case "hang":
		time.Sleep(time.Hour)
	case "exit":
		os.Exit(3)
	case "answer":
		return json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`), nil
	case "flood":
		return nil, flood(size, "a line of a log that nobody wants\n")
	case "endless line":
		return nil, flood(size, "x")
	case "fork":
		return nil, fork(ctx)
	case "fork and exit":
		_ = fork(ctx)
		os.Exit(3)
	}
	return fmt.Appendf(nil, "%d", os.Getpid()), nil
}

func flood(size int, text string) error {
	out := bufio.NewWriter(os.Stdout)
	if _, err := out.Write(bytes.Repeat([]byte(text), size/len(text))); err != nil {
		return err
	}
	return out.Flush()
}

// fork starts a process that outlives its parent, with the parent's output.
func fork(ctx context.Context) error {
	child := exec.CommandContext(context.WithoutCancel(ctx), "sleep", "600")
	child.Stdout, child.Stderr = os.Stdout, os.Stderr
	return child.Start()
}
