package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/verify"
	"cognito-m2m/naming"
)

// verifyOptions are the flags of `m2m verify`.
type verifyOptions struct {
	target   targetOptions
	assembly string
	json     bool
	timeout  time.Duration
	wait     time.Duration
}

func verifyCommand(stdout io.Writer, speech *speech) *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Ask the API whether it refuses and lets in what the assembly says",
		Long: `The smoke test after a deployment. Calls every route without a token, with a
tampered one and with that of each client without the scope, and expects 401 and
403; calls the token endpoint with a wrong secret. Then calls each route with the
tokens that it accepts, and expects neither 401 nor 403.

Only GET routes without path parameters are called with a token that they accept,
and those with ` + "`verify: true`" + ` in the environment file. Requests have no body, and
m2m-verify for a path parameter. A request that must be refused does not reach the
function. If a route that changes data lets one through, it gets no further
requests.

With --deployed it also looks at the API's stage: settings of a route that is gone
fail the next update of the stage. Where the environment has rules on events, it
looks for a trail that logs management events, without which no event reaches them.
Without the permissions for that (apigateway:GET, cloudtrail:DescribeTrails,
GetTrailStatus, GetEventSelectors) there is a warning instead.

After a first deployment the first rotations go on by themselves, and a new domain
takes up to 15 minutes to answer: --wait waits for these two, and for nothing else.

Each client gets one token, which AWS bills. --deployed needs the permissions to
describe the stack and to read the clients' secrets, nothing else.

Exit status 0 if everything is as it should be, 1 if not.`,
		Example: `  m2m verify
  m2m verify --env prod --deployed
  m2m verify --env prod --deployed --wait 15m
  m2m verify --env prod --deployed --assembly cdk.out --json | jq '.checks[] | select(.outcome == "red")'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.hasTime(); err != nil {
				return err
			}
			return o.target.plain(verifyEnvironment(cmd.Context(), o, stdout, speech))
		},
	}
	o.target.register(cmd)
	registerAssembly(cmd, &o.assembly)
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	cmd.Flags().DurationVar(&o.timeout, "timeout", time.Minute, "how long all of it may take, without --wait")
	cmd.Flags().DurationVar(&o.wait, "wait", 0, "how long to wait for first rotations to end and new domains to answer, for example 15m")
	return cmd
}

// hasTime refuses durations with which nothing would be asked: that would read as an API that does not answer.
func (o verifyOptions) hasTime() error {
	switch {
	case o.timeout <= 0:
		return withHint(fmt.Errorf("--timeout %s leaves no time to ask anything", o.timeout), "leave it out, or write one such as --timeout 1m")
	case o.wait < 0:
		return withHint(fmt.Errorf("--wait %s is less than nothing", o.wait), "leave it out, or write one such as --wait 15m")
	}
	return nil
}

func registerAssembly(cmd *cobra.Command, dir *string) {
	cmd.Flags().StringVar(dir, "assembly", "", "folder of the cloud assembly that says what to expect (default: that of the local run; with --deployed cdk.out in the project)")
	if err := cmd.MarkFlagDirname("assembly"); err != nil {
		panic(err) // a flag of another name: a mistake in this program
	}
}

func verifyEnvironment(ctx context.Context, o verifyOptions, stdout io.Writer, speech *speech) error {
	ctx, cancel := context.WithTimeout(ctx, o.timeout+o.wait)
	defer cancel()
	t, err := o.target.open(ctx)
	if err != nil {
		return err
	}
	apiURL, err := t.APIURL(ctx)
	if err != nil {
		return err
	}
	dir, err := o.target.assembly(o.assembly)
	if err != nil {
		return err
	}
	wanted, err := access.Read(dir, o.target.env, access.IDs{Region: t.Region})
	if err != nil {
		return err
	}
	marked, err := o.target.marked()
	if err != nil {
		return err
	}
	slow := time.AfterFunc(3*time.Second, func() { speech.say("Still asking %s ...", t) })
	defer slow.Stop()
	report, err := verify.Run(ctx, verify.Config{
		Environment: wanted, APIURL: apiURL, Credentials: t.Credentials, Try: marked, Wait: o.wait,
		Waiting: func(reason string) { speech.say("Waiting for %s ...", reason) },
	})
	if err != nil {
		return err
	}
	if t.Deployed() {
		report.Checks = append(report.Checks, verify.Deployed(ctx, t, wanted.Listens)...)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	if err := o.print(stdout, t, apiURL, report); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return o.conclude(t, dir, report, speech)
}

// assembly is the folder of the assembly that the environment is held against:
// the one given, or the one that runs, or the one that is deployed from here.
func (o targetOptions) assembly(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if o.deployed {
		dir := filepath.Join(projectDir(), "cdk.out")
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
			return "", withHint(errors.New("there is no cloud assembly in "+dir), "name the one that was deployed with --assembly DIR, or write it: `npx cdk synth`")
		}
		return dir, nil
	}
	run, err := run.Find(o.stateDir(), o.env)
	if err != nil {
		return "", err
	}
	if run.Assembly == "" {
		return "", withHint(fmt.Errorf("the run of %s does not say which assembly it runs", o.env), "name it with --assembly DIR")
	}
	return run.Assembly, nil
}

// marked are the keys of the routes that the environment file lets be called.
func (o targetOptions) marked() (keys []string, err error) {
	environment, err := environmentFile(o.env)
	if err != nil || environment == nil {
		return nil, err
	}
	for _, route := range environment.API.Routes {
		if route.Verify {
			keys = append(keys, route.Keys()...)
		}
	}
	return keys, nil
}

// verifyDescription is the JSON form of `m2m verify`: keys are added, never
// renamed.
type verifyDescription struct {
	Env      string `json:"env"`
	Deployed bool   `json:"deployed"`
	Region   string `json:"region"`
	APIURL   string `json:"api_url"`
	OK       bool   `json:"ok"`
	*verify.Report
}

func (o verifyOptions) print(stdout io.Writer, t *reach.Target, apiURL string, report *verify.Report) error {
	if !o.json {
		return report.WriteText(stdout)
	}
	return json.NewEncoder(stdout).Encode(verifyDescription{
		Env: t.Env, Deployed: t.Deployed(), Region: t.Region, APIURL: apiURL, OK: len(report.Failed()) == 0, Report: report,
	})
}

// conclude says what was found, and is an error if it is not as it should be.
func (o verifyOptions) conclude(t *reach.Target, dir string, report *verify.Report, speech *speech) error {
	speech.say("%d checks of %s, with %d tokens.", report.Wanted(), t, report.TokensSpent)
	for _, c := range report.Warnings() {
		speech.say("warning: %s", c)
	}
	failed := report.Failed()
	if len(failed) == 0 {
		return nil
	}
	way := fmt.Sprintf("deploy that assembly, or name the one that is deployed with --assembly DIR; `m2m explain --route KEY%s` says why a token is refused", o.target.flags())
	lacking := map[string]int{}
	for _, c := range failed {
		if c.Outcome == verify.NotTried && c.Case != verify.ClientSecret {
			lacking[c.Reason]++
			continue
		}
		speech.say("red: %s", c)
		if c.Case == verify.RouteSettings {
			way = fmt.Sprintf("run `aws apigatewayv2 delete-route-settings --api-id ID --stage-name '$default' --route-key %s`; the output %s of %s is the id", shellWord(c.Route), naming.APIIDOutput, naming.Stack(t.Env, naming.APIStack))
		}
		if c.Outcome == verify.NotTried {
			way = fmt.Sprintf("the first rotation fills a secret: `m2m clients%s` shows how far it is, `m2m rotate %s%[1]s` starts one", o.target.flags(), c.Client)
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(lacking)) {
		speech.say("red: %d not tried: %s", lacking[reason], reason)
	}
	return withHint(fmt.Errorf("%s is not as %s says: %d of %d checks are red", t, dir, len(failed), report.Wanted()), "%s", way)
}
