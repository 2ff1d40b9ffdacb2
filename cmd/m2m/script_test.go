package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cognito-m2m/internal/m2mtest"
)

func TestMain(m *testing.M) {
	m2mtest.AtOnce(8) // they wait for commands, which wait for what they look at
	testscript.Main(m, map[string]func(){"m2m": main})
}

// TestScripts runs the command as its users do; see testdata/script.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Cmds:                environmentCommands,
		Setup: func(env *testscript.Env) error {
			// An app that is a shell script needs no Node; a synth looks for one all the same.
			env.Setenv("JSII_NODE", "/bin/true")
			env.Setenv("GOCACHE", os.Getenv("GOCACHE"))
			isolateAWS(env)
			return nil
		},
	})
}
