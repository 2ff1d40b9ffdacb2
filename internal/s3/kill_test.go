package s3_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	"cognito-m2m/internal/awsapi"
	"cognito-m2m/internal/awsapi/awsapitest"
	"cognito-m2m/internal/s3"
)

// killedFolder has TestMain's child put objects into this folder until it is killed.
const killedFolder = "S3_TEST_KILLED_FOLDER"

func TestMain(m *testing.M) {
	if folder := os.Getenv(killedFolder); folder != "" {
		putForever(folder)
	}
	os.Exit(m.Run())
}

// putForever prints each key when its object has been put.
func putForever(folder string) {
	store, err := s3.New(s3.Config{Folder: folder})
	if err != nil {
		panic(err)
	}
	handler, err := awsapi.New(awsapi.Config{
		REST: []awsapi.RESTService{awsapitest.S3(store)}, AccessKey: awsapitest.Key, Identity: awsapitest.Identity,
	})
	if err != nil {
		panic(err)
	}
	c := client(awsapitest.SDK(httptest.NewServer(handler).URL))
	for i := 0; ; i++ {
		key := fmt.Sprint("key-", i%20)
		_, err := c.PutObject(context.Background(), &awss3.PutObjectInput{Bucket: aws.String(bucket), Key: &key, Body: strings.NewReader(contentOf(key, i))})
		if err != nil {
			panic(err)
		}
		fmt.Println(key)
	}
}

// contentOf is of a size that takes more than one write.
func contentOf(key string, i int) string {
	return fmt.Sprintf("%s %d %s", key, i, strings.Repeat("x", 100_000))
}

// TestKilled kills the process in the middle of its uploads, again and again: what was put is
// there, each object is whole, and nothing else is left.
func TestKilled(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	put := map[string]bool{}
	for run := range 8 {
		child := exec.CommandContext(t.Context(), os.Args[0])
		child.Env = append(os.Environ(), killedFolder+"="+folder)
		child.Stderr = os.Stderr
		said, err := child.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(said)
		for range 5 + 7*run {
			if !lines.Scan() {
				t.Fatal("the child ended")
			}
			put[lines.Text()] = true
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait() // it was killed
		w := newWorld(t, func(c *s3.Config) { c.Folder = folder })
		for key := range put {
			if got := w.content(t, key); !strings.HasPrefix(got, key+" ") || len(got) < 100_000 {
				t.Errorf("run %d: %s has %d bytes: %.20s", run, key, len(got), got)
			}
		}
		if files, keys := w.contents(t), w.keys(t, nil); len(files) > len(keys) {
			t.Errorf("run %d: %d files for %d objects: %v", run, len(files), len(keys), files)
		}
	}
}
