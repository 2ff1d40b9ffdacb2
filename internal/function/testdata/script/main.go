// Command script is a function on the bare Runtime API that does what its events tell it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// order is the event.
type order struct {
	Do   string `json:"do"`
	URL  string `json:"url"`
	Size int    `json:"size"`
}

// report is the response.
type report struct {
	PID     int      `json:"pid"`
	Child   int      `json:"child,omitempty"`
	Environ []string `json:"environ,omitempty"`
	Dir     string   `json:"dir,omitempty"`
}

var api = "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime"

func main() {
	init := os.Getenv("INIT")
	if once := os.Getenv("INIT_ONCE"); once != "" { // a file that says that it was done
		if _, err := os.Stat(once); err == nil {
			init = ""
		} else if err := os.WriteFile(once, nil, 0o600); err != nil {
			os.Exit(1)
		}
	}
	switch init {
	case "exit":
		os.Exit(3)
	case "report":
		post(api+"/init/error", strings.NewReader(`{"errorMessage":"no configuration","errorType":"Config.Missing"}`))
		os.Exit(1)
	case "hang":
		time.Sleep(time.Hour)
	}
	for {
		id, o := next()
		body := follow(o)
		post(api+"/invocation/"+id+"/response", body)
		if o.Do == "leave" {
			os.Exit(1)
		}
	}
}

func next() (id string, o order) {
	resp, err := http.Get(api + "/invocation/next")
	if err != nil {
		os.Exit(0)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&o); err != nil {
		panic(err)
	}
	return resp.Header.Get("Lambda-Runtime-Aws-Request-Id"), o
}

func follow(o order) io.Reader {
	r := report{PID: os.Getpid()}
	switch o.Do {
	case "environ":
		r.Environ = os.Environ()
		r.Dir, _ = os.Getwd()
	case "hang":
		get(o.URL)
		time.Sleep(time.Hour)
	case "meet":
		get(o.URL)
		fmt.Println("met")
	case "exit":
		os.Exit(o.Size)
	case "big":
		return bytes.NewReader(bytes.Repeat([]byte("x"), o.Size))
	case "flood":
		flood(o.Size)
	case "read":
		content, _ := os.ReadFile(o.URL)
		return bytes.NewReader(content)
	case "fork":
		child := exec.Command("sleep", "3600")
		child.Stdout = os.Stdout
		if err := child.Start(); err != nil {
			panic(err)
		}
		r.Child = child.Process.Pid
	case "daemon":
		r.Child = daemon()
	}
	body, _ := json.Marshal(r)
	return bytes.NewReader(body)
}

// daemon starts a process in a session of its own, whose parent ends at once.
func daemon() (pid int) {
	shell := exec.Command("sh", "-c", "sleep 3600 >&2 & echo $!")
	shell.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	shell.Stderr = os.Stderr
	started, err := shell.Output()
	if err == nil {
		pid, err = strconv.Atoi(strings.TrimSpace(string(started)))
	}
	if err != nil {
		panic(err)
	}
	return pid
}

// flood writes size bytes to both streams at once: short lines to one, a line without end to the other.
func flood(size int) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		os.Stderr.Write(bytes.Repeat([]byte("e"), size))
	}()
	line := []byte("0123456789abcde\n")
	os.Stdout.Write(bytes.Repeat(line, size/len(line)))
	<-done
}

// get tells the test, by way of its server, that this point is reached, and waits for its answer.
func get(url string) {
	if url == "" {
		return
	}
	resp, err := http.Get(url)
	if err != nil {
		panic(err)
	}
	resp.Body.Close()
}

func post(url string, body io.Reader) {
	resp, err := http.Post(url, "application/json", body)
	if err != nil {
		panic(err)
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
}
