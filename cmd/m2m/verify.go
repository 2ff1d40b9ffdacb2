package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/verify"
)

// verifyOptions are the flags of `m2m verify`.
type verifyOptions struct {
	target   targetOptions
	assembly string
	json     bool
	all      bool
	timeout  time.Duration
	wait     time.Duration
}

const verifyHelp = `The smoke test after a deployment. Calls every route without a token and with a
tampered one, and expects 401, or 403 for the tampered one if the authorizer is a
function; calls it with a token of each client that lacks its scope, and expects 403.
Calls the token endpoint with a wrong secret. Then calls
each route with the tokens that it accepts, and expects neither 401 nor 403.

Only two kinds of routes are called with a token that they accept: GET routes
without path parameters, and those with ` + "`verify: true`" + ` in the environment file.
Requests have no body; a path parameter is m2m-verify. A request that must be
refused does not reach the function. If a route that changes data lets one through,
it gets no further requests.

With --deployed it also looks at the API's stage: settings of a route that is gone
make the next update of the stage fail. If the environment has rules on events, it
looks for a trail that logs management events, without which no event reaches them.
Without the permissions for that (apigateway:GET, cloudtrail:DescribeTrails,
GetTrailStatus, GetEventSelectors) it warns instead.

After a first deployment the first rotations are still running, and a new domain
takes up to 15 minutes to answer: --wait waits for these two, and for nothing else.

Of more than 50 clients it asks 20, or one for each set of scopes if there are more of
these: others each time. --all asks every client; give it time with --timeout.

Each client that is asked gets one token, which AWS bills. --deployed needs only the permissions to
describe the stack and to read the clients' secrets.

Exit status 0 if everything is as it should be, 1 if not.`

const verifyExamples = `  m2m verify
  m2m verify --env prod --deployed
  m2m verify --env prod --deployed --wait 15m
  m2m verify --all --timeout 10m        each of more than 50 clients
  m2m verify --env prod --deployed --assembly cdk.out --json | jq '.checks[] | select(.outcome == "red")'`

func (c *command) verify(cmd *cobra.Command) {
	var o verifyOptions
	cmd.Long, cmd.Example, cmd.Args = verifyHelp, verifyExamples, takes("m2m verify")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := o.hasTime(); err != nil {
			return err
		}
		return o.target.plain(c.verifyEnvironment(cmd.Context(), o))
	}
	o.target.register(cmd)
	assemblyFlag(cmd, &o.assembly, expectedAssembly)
	cmd.Flags().BoolVar(&o.json, "json", false, "print one JSON object")
	cmd.Flags().BoolVar(&o.all, "all", false, "ask every client, where there are more than 50")
	cmd.Flags().DurationVar(&o.timeout, "timeout", time.Minute, "how long everything may take, not counting --wait")
	cmd.Flags().DurationVar(&o.wait, "wait", 0, "how long to wait for first rotations to end and new domains to answer, for example 15m")
}

// hasTime refuses durations with which nothing would be asked: that would read as an API that does
// not answer.
func (o verifyOptions) hasTime() error {
	switch {
	case o.timeout <= 0:
		return withHint(fmt.Errorf("--timeout %s leaves no time to ask anything", o.timeout), "leave it out, or write one such as --timeout 1m")
	case o.wait < 0:
		return withHint(fmt.Errorf("--wait %s is negative", o.wait), "leave it out, or write one such as --wait 15m")
	}
	return nil
}

// verification is one run of `m2m verify`.
type verification struct {
	*command

	options verifyOptions
	target  *reach.Target
	apiURL  string
	dir     string // the assembly that says what to expect
}

func (c *command) verifyEnvironment(ctx context.Context, o verifyOptions) error {
	ctx, cancel := context.WithTimeout(ctx, o.timeout+o.wait)
	defer cancel()
	v := &verification{command: c, options: o}
	config, err := v.config(ctx)
	if err != nil {
		return err
	}
	slow := time.AfterFunc(3*time.Second, func() { c.speech.say("Still asking %s ...", v.target) })
	defer slow.Stop()
	report, err := verify.Run(ctx, *config)
	if err != nil {
		return err
	}
	if v.target.Deployed() {
		report.Checks = append(report.Checks, verify.Deployed(ctx, v.target, config.Environment.Listens)...)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Canceled
	}
	if err := v.print(report); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	return v.conclude(report)
}

// config finds the environment, and what the assembly says of it.
func (v *verification) config(ctx context.Context) (c *verify.Config, err error) {
	target := v.options.target
	if v.target, err = target.open(ctx); err != nil {
		return nil, err
	}
	if v.apiURL, err = v.target.APIURL(ctx); err != nil {
		return nil, err
	}
	if v.dir, err = target.assembly(v.options.assembly); err != nil {
		return nil, err
	}
	c = &verify.Config{
		APIURL: v.apiURL, Credentials: v.target.Credentials, All: v.options.all, Wait: v.options.wait,
		Waiting: func(reason string) { v.speech.say("Waiting for %s ...", reason) },
	}
	if c.Environment, err = access.Read(v.dir, run.Name(target.env), access.IDs{Region: v.target.Region}); err != nil {
		return nil, err
	}
	c.Try, err = target.marked()
	return c, err
}

// verifyDescription is the JSON form of `m2m verify`: keys are added, never renamed.
type verifyDescription struct {
	Env      string `json:"env"`
	Deployed bool   `json:"deployed"`
	Region   string `json:"region"`
	APIURL   string `json:"api_url"`
	OK       bool   `json:"ok"`
	*verify.Report
}

func (v *verification) print(report *verify.Report) error {
	if !v.options.json {
		return report.WriteText(v.stdout)
	}
	t := v.target
	return json.NewEncoder(v.stdout).Encode(verifyDescription{
		Env: t.Env, Deployed: t.Deployed(), Region: t.Region, APIURL: v.apiURL, OK: len(report.Failed()) == 0, Report: report,
	})
}

// conclude says what was found, and is an error if it is not as it should be.
func (v *verification) conclude(report *verify.Report) error {
	v.speech.say("%d checks of %s, with %d tokens.", report.Wanted(), v.target, report.TokensSpent)
	if report.ClientsAsked < report.Clients {
		v.speech.say("%d of %d clients were asked, of each set of scopes at least one; --all asks every client.", report.ClientsAsked, report.Clients)
	}
	for _, c := range report.Warnings() {
		v.speech.say("warning: %s", c)
	}
	failed := report.Failed()
	if len(failed) == 0 {
		return nil
	}
	flags := v.options.target.flags()
	todo := fmt.Sprintf("deploy that assembly, or name the one that is deployed with --assembly DIR; `m2m explain --route KEY%s` says why a token is refused", flags)
	lacking, stormy := map[string]int{}, false
	for _, c := range failed {
		if c.Outcome == verify.NotTried && c.Case != verify.ClientSecret {
			lacking[c.Reason]++
			continue
		}
		v.speech.say("red: %s", c)
		if c.Case == verify.RouteSettings {
			todo = routeSettingsHint(v.target.Env, c.Route)
		}
		if c.Outcome == verify.NotTried {
			todo = firstRotationHint(c.Client, flags)
		}
		stormy = stormy || c.Stormy()
	}
	if stormy && !v.target.Deployed() {
		todo = "with `m2m up --chaos`, calls and token requests fail on purpose: verify a run without it; in fair weather, the output of `m2m up` says why they fail"
	}
	for _, reason := range slices.Sorted(maps.Keys(lacking)) {
		v.speech.say("red: %d not tried: %s", lacking[reason], reason)
	}
	return withHint(fmt.Errorf("%s does not do what %s says: %d of %d checks are red", v.target, v.dir, len(failed), report.Wanted()), "%s", todo)
}
