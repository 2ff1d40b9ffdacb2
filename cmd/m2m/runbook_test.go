package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// TestRunbookCommands holds every command line of the runbooks against the commands and flags that
// there are.
func TestRunbookCommands(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../docs/runbooks/*.md")
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, file := range files {
		for line := range strings.Lines(m2mtest.Read(t, file)) {
			words := strings.Fields(line)
			if len(words) == 0 || words[0] != "m2m" {
				continue
			}
			checked++
			if err := parses(words[1:]); err != nil {
				t.Errorf("%s: %s: %v", file, strings.TrimSpace(line), err)
			}
		}
	}
	if checked == 0 {
		t.Error("no command in the runbooks: this test looks at nothing")
	}
}

// parses finds the command of args and checks its flags and arguments.
func parses(args []string) error {
	cmd, rest, err := (&command{stdout: &bytes.Buffer{}, speech: newSpeech(&bytes.Buffer{})}).tree().Find(args)
	if err != nil {
		return err
	}
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if err := cmd.ValidateFlagGroups(); err != nil {
		return err
	}
	return cmd.ValidateArgs(cmd.Flags().Args())
}
