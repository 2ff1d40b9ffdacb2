package ssm_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsssm "github.com/aws/aws-sdk-go-v2/service/ssm"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/ssm"
)

// killedFolder has TestMain's child put parameters into this folder until it is killed.
const killedFolder = "SSM_TEST_KILLED_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(killedFolder); folder != "" {
		putForever(folder)
	}
	os.Exit(m.Run())
}

// putForever prints each name when its parameter has been put.
func putForever(folder string) {
	store, err := ssm.New(ssm.Config{Folder: folder})
	if err != nil {
		panic(err)
	}
	handler, err := awsapi.New(awsapi.Config{
		JSON: []awsapi.JSONService{awsapitest.SSM(store)}, AccessKey: awsapitest.Key, Identity: awsapitest.Identity,
	})
	if err != nil {
		panic(err)
	}
	api := awsssm.NewFromConfig(awsapitest.SDK(httptest.NewServer(handler).URL))
	for i := 0; ; i++ {
		input := put(fmt.Sprintf("/a/%d-%d", os.Getpid(), i), "x")
		input.Overwrite = aws.Bool(true)
		if _, err := api.PutParameter(context.Background(), input); err != nil {
			panic(err)
		}
		fmt.Println(*input.Name)
	}
}

// TestKilled kills the process in the middle of its changes, again and again: what was put is
// there, and nothing else is left.
func TestKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	var said []string
	for run := range 6 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), killedFolder+"="+folder)
		child.Stderr = os.Stderr
		out, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for range 3 + 5*run {
			if !lines.Scan() {
				t.Fatal("the child ended")
			}
			said = append(said, lines.Text())
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		api := client(t, folder, awsapitest.Region)
		for _, name := range said {
			if _, err := get(t.Context(), api, name); err != nil {
				t.Errorf("run %d: %s: %v", run, name, err)
			}
		}
		if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 {
			t.Errorf("run %d left %v, %v", run, entries, err)
		}
	}
}
