package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"cognito-m2m/internal/reach/reachtest"
)

// environmentCommands are what a script about a running environment uses.
//
//	environment [settled]   start dev; settled: its first rotations have ended
//	settle                  wait until the rotations that run have ended
//	rotator hold|release    let rotations wait, or go on
//	rotator fail STEP       let a step of rotations fail; none: let all succeed
//	clock DURATION          set the services' clock, relative to this machine's
//	replace CLIENT          give the client another app client's secrets
//	lose CLIENT             have the client's secret be one that was deleted
//	put CLIENT VALUE        write a value over the client's credentials
//	stage KEYS ROUTES       have API Gateway tell of settings and of routes, each
//	                        a list of keys with commas between them
//	deny OPERATION [CODE [MESSAGE]]
//	                        refuse an operation of AWS; without a code, allow it
//
// The local run has its state in state/. The AWS settings lead a deployment of dev to the same
// environment: by the name of another machine, since this one is not AWS, and a proxy for it.
var environmentCommands = map[string]func(*testscript.TestScript, bool, []string){
	"environment": startEnvironment,
	"settle": func(ts *testscript.TestScript, neg bool, _ []string) {
		if err := environmentOf(ts).Settle(context.Background()); (err != nil) != neg {
			ts.Fatalf("settle: %v", err)
		}
	},
	"rotator": func(ts *testscript.TestScript, _ bool, args []string) {
		rotator := environmentOf(ts).Rotator
		switch strings.Join(args[:1], "") {
		case "hold":
			rotator.Hold()
		case "release":
			rotator.Release()
		case "fail":
			rotator.Fail(strings.TrimPrefix(args[1], "none"))
		}
	},
	"clock": func(ts *testscript.TestScript, _ bool, args []string) {
		offset, err := time.ParseDuration(args[0])
		ts.Check(err)
		environmentOf(ts).SetClock(offset)
	},
	"replace": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(environmentOf(ts).ReplaceSecrets(context.Background(), args[0]))
	},
	"undecided": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(environmentOf(ts).MarkUndecided(context.Background(), args[0]))
	},
	"lose": func(ts *testscript.TestScript, _ bool, args []string) { environmentOf(ts).Lose(args[0]) },
	"put": func(ts *testscript.TestScript, _ bool, args []string) {
		ts.Check(environmentOf(ts).Put(context.Background(), "m2m/dev/"+args[0], args[1]))
	},
	"stage": func(ts *testscript.TestScript, _ bool, args []string) {
		environmentOf(ts).SetStage(reachtest.Stage{RouteSettings: strings.Split(args[0], ","), Routes: strings.Split(args[1], ",")})
	},
	"deny": func(ts *testscript.TestScript, _ bool, args []string) {
		args = append(args, "", "")
		environmentOf(ts).Deny(args[0], args[1], args[2])
	},
}

type environmentKey struct{}

func environmentOf(ts *testscript.TestScript) *reachtest.Run {
	run, ok := ts.Value(environmentKey{}).(**reachtest.Run)
	if !ok || *run == nil {
		ts.Fatalf("no environment was started")
	}
	return *run
}

func startEnvironment(ts *testscript.TestScript, _ bool, args []string) {
	var groups map[string][]string
	if len(args) > 0 && args[0] == "groups" { // 40 clients in two groups
		groups, args = map[string][]string{}, args[1:]
		for i := range 40 {
			group := fmt.Sprintf("partners-%d", i%2)
			groups[group] = append(groups[group], fmt.Sprintf("partner-%02d", i))
		}
	}
	run, err := reachtest.StartGroups(ts.MkAbs("state"), groups)
	ts.Check(err)
	ts.Defer(func() { ts.Check(run.Close()) })
	*ts.Value(environmentKey{}).(**reachtest.Run) = run
	if len(args) > 0 {
		ts.Check(run.Settle(context.Background()))
	}
	ts.Setenv("READER_ID", run.ClientIDs["reader"])
	ts.Setenv("PARTNER_ID", run.ClientIDs["partner-07"]) // empty without groups
	ts.Setenv("AWS_ENDPOINT_URL", "http://aws.test")
	ts.Setenv("HTTP_PROXY", run.AWSEndpointURL)
}

// isolateAWS keeps the AWS settings of whoever runs the tests out of a script.
func isolateAWS(env *testscript.Env) {
	env.Setenv("AWS_CONFIG_FILE", env.WorkDir+"/no-config")
	env.Setenv("AWS_SHARED_CREDENTIALS_FILE", env.WorkDir+"/no-credentials")
	env.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	env.Values[environmentKey{}] = new(*reachtest.Run)
}
