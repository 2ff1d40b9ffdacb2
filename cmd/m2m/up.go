package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/config"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/bundle"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/pace"
	"cognito-m2m/internal/page"
	"cognito-m2m/internal/serving"
	"cognito-m2m/internal/synth"
	"cognito-m2m/internal/trust"
)

// upOptions are the flags of `m2m up`.
type upOptions struct {
	env         string
	apiAddr     string
	cognitoAddr string
	awsAddr     string
	pageAddr    string
	assembly    string
	state       string
	accessLog   string
	functionEnv []string
	ephemeral   bool
	allowRemote bool
	lenient     bool
	noRoles     bool
	watch       bool
	quiet       bool
	json        bool
	empty       bool
	paged       bool // where the page listens was given
	addressed   bool // one of the addresses of a single environment was given
	fail        []string
	slow        time.Duration
	chaos       []string
	chaosSeed   uint64
	seeded      bool     // with --chaos-seed
	weather     *weather // made of these
}

const upHelp = `Synthesizes an environment and runs what the cloud assembly says: the token
endpoint, discovery and JWKS of the user pool, the HTTP API with its JWT
authorizer, the compiled functions in warm processes, and as much of the APIs of
Cognito, Secrets Manager and CloudFormation as the clients' credentials need.

Ids, secrets and signing keys are kept between runs, so clients go on working.
Once everything answers, it prints URLs and commands to paste, and the access key
that signs calls to AWS's APIs; with --json, one JSON object on stdout. Each request
to the API prints one line on stderr: time, method, path, client, status, duration,
and why it was refused. The page shows the same and more in a browser: the flow, tokens,
calls, charts and rotations, as they happen. Ctrl-C lets requests in flight finish and stops;
a second Ctrl-C stops at once, and a third exits without waiting for anything.

With --assembly, the functions in that folder run on this machine as you, and may
do whatever you may do. Run an assembly only if you would run its programs.

With --empty and --allow-remote, code is also taken on an --aws-addr that other machines reach.
What is uploaded runs on this machine as you, and nothing is encrypted on the way:
who has the access key, or reads an upload or an answer there, may come to run programs
of their own with your rights. Without it, code is taken on loopback addresses alone.

A function may need a variable here that it must not get on AWS, such as the address
of a local DynamoDB: --function-env echo:AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000,
or a line of that form in .m2m/<env>/functions.env. Every function gets AWS_ENDPOINT_URL,
the address of this run, and JWKS_URI, the address of the user pool's keys.

With --empty, nothing is deployed at first. The stock CDK CLI deploys into the run, and so does
any other CloudFormation client: stacks are made, updated, rolled back and deleted as on AWS,
and what they declare answers on addresses of its own. What the run prints says how. Commands
find an environment that was deployed so by --env. What is deployed is kept for the next run.
An upload is a program that runs on this machine as you. --fail and --slow are for rehearsing
what goes wrong.

A resource stops the run if the runtime does not know its type. To do without a type
from then on, write it, such as AWS::DynamoDB::Table, on a line of its own in
not-simulated.txt beside cdk.json. References to such a resource get stand-ins.

Each function has credentials of its own role, and may do what that allows, as on AWS. What
it may not is refused, and the run prints which statement would allow it. A managed policy or a
role that the runtime does not know stops the run, and so does what it can't decide of a policy.
To do without a policy or role from then on, write its ARN on a line of its own in
not-simulated.txt: it allows nothing then. --no-roles holds no function to its role.

With --watch, a change of the project's files takes effect while the environment
runs, and no request is dropped: a changed function is built and swapped in at once,
and all other changes follow after a synth. Ids, secrets and tokens stay valid. If a
change can't be applied, the environment keeps running as before, and the next change
is tried. CDK validates the templates when a change has taken effect, and what it finds
is printed. With --assembly, that folder is watched. With --json, each assembly that is
applied prints one more object.
` + chaosHelp

const upExamples = `  m2m up
  m2m up --env staging --api-addr 127.0.0.1:0 --cognito-addr 127.0.0.1:0 --aws-addr 127.0.0.1:0
  m2m up --assembly cdk.out --json      no synth, no Node
  m2m up --watch                        follow changes
  m2m up --function-env echo:AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000
  m2m up --empty                        deploy into it: npx cdk deploy 'dev/*'
  m2m up --ephemeral                    new ids and secrets, nothing kept
  m2m up --quiet --access-log access.log
  m2m up --page-addr ""                 no page
  m2m up --chaos 5%                     bad weather of every kind
  m2m up --chaos 10%:kinds=429,500,late:route='GET /test_jwt/read':client=reader --chaos-seed 7
  m2m up --chaos 50%:on=tokens:kinds=503,cut --chaos kinds=late:late=2s-10s`

func (c *command) up(cmd *cobra.Command) {
	var o upOptions
	cmd.Long, cmd.Example, cmd.Args = upHelp, upExamples, takes("m2m up")
	cmd.RunE = func(cmd *cobra.Command, _ []string) (err error) {
		o.seeded, o.paged = cmd.Flags().Changed("chaos-seed"), cmd.Flags().Changed("page-addr")
		if o.weather, err = c.forecast(o); err != nil {
			return err
		}
		defer func() { o.weather.end() }()
		if !o.empty {
			return c.runUp(o)
		}
		if !cmd.Flags().Changed("env") {
			o.env = emptyEnv
		}
		o.addressed = cmd.Flags().Changed("api-addr") || cmd.Flags().Changed("cognito-addr")
		o.apiAddr, o.cognitoAddr = "", ""
		return c.runEmpty(o)
	}
	o.flags(cmd)
}

func (o *upOptions) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.env, "env", "dev", "the environment to run, a file in environments/")
	flags.StringVar(&o.apiAddr, "api-addr", "127.0.0.1:4000", "where the HTTP API listens; port 0 takes any free port")
	flags.StringVar(&o.cognitoAddr, "cognito-addr", "127.0.0.1:4001", "where the user pool listens; port 0 takes any free port")
	flags.StringVar(&o.awsAddr, "aws-addr", "127.0.0.1:4002", "where AWS's own APIs listen, for the AWS CLI's --endpoint-url; port 0 takes any free port")
	flags.StringVar(&o.pageAddr, "page-addr", page.DefaultAddr, "where the page of the run listens; if that is taken, it takes any free port, unless the flag is given; \"\" for none")
	flags.StringVar(&o.assembly, "assembly", "", "run the cloud assembly in this folder instead of synthesizing one; its programs run with your rights")
	flags.StringVar(&o.state, "state", "", "folder of ids, secrets and keys (default .m2m in the project)")
	flags.StringArrayVar(&o.functionEnv, "function-env", nil,
		"a variable of one function for this run alone, as NAME:KEY=VALUE; may be repeated (more in functions.env of the environment's state)")
	flags.BoolVar(&o.ephemeral, "ephemeral", false, "keep nothing: ids and secrets are new, and deleted at the end")
	flags.BoolVar(&o.allowRemote, "allow-remote", false, "take uploaded code on addresses that other machines reach, too; it runs with your rights")
	flags.BoolVar(&o.lenient, "lenient", false, "warn about resources that the runtime does not know, instead of refusing them")
	flags.BoolVar(&o.noRoles, "no-roles", false, "let functions do what the run's own key may, whatever their roles allow")
	flags.BoolVar(&o.watch, "watch", false, "apply changes of the project's files while the environment runs")
	flags.StringVar(&o.accessLog, "access-log", "", "append the access log, in the stage's own format, to this file; - is stdout")
	flags.BoolVar(&o.quiet, "quiet", false, "do not print a line for each request")
	flags.BoolVar(&o.json, "json", false, "print one JSON object on stdout when ready")
	flags.BoolVar(&o.empty, "empty", false, "start with nothing deployed, and serve what is deployed into this run; --env names its state")
	flags.StringArrayVar(&o.fail, "fail", nil, "with --empty: fail the next step on a resource, once, as LOGICAL_ID_OR_TYPE[=reason]; may be repeated")
	flags.DurationVar(&o.slow, "slow", 0, "with --empty: hold up each step of an operation for so long, such as 500ms")
	flags.StringArrayVar(&o.chaos, "chaos", nil, "bad weather for a share of calls and token requests, as RATE or key=value:key=value; may be repeated")
	flags.Uint64Var(&o.chaosSeed, "chaos-seed", 0, "make the decisions of --chaos from this number, not from a random one")
	offer(cmd, "chaos", completeRule(o))
	offer(cmd, "chaos-seed", cobra.NoFileCompletions)
}

func (c *command) runUp(o upOptions) (err error) {
	begun, ctx := time.Now(), c.interrupts.first
	project, config, closeLog, err := c.configure(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	closePage, err := c.openPage(o, &config)
	if err != nil {
		return o.inputFirst(err)
	}
	defer func() { err = errors.Join(err, closePage()) }()
	runtime, err := openRuntime(o, config)
	if err != nil {
		return o.inputFirst(err)
	}
	defer func() { err = errors.Join(err, runtime.Close(c.interrupts.second)) }()
	watch, err := c.newWatch(o, project, runtime) // before the synth, so that it misses nothing
	if err != nil {
		return err
	}
	defer watch.close()
	description, err := c.synthAndStart(ctx, o, watch.first(project), runtime)
	if errors.Is(err, context.Canceled) {
		c.speech.say("Stopped before %s was ready.", o.env)
		return nil
	}
	if err != nil {
		return err
	}
	c.speech.say("Ready in %s: %s runs on this machine. Ctrl-C stops it.", seconds(time.Since(begun)), o.env)
	if err := c.show(description, o.json); err != nil {
		return err
	}
	o.weather.begin()
	defer watch.start(ctx)()
	return c.untilStopped(runtime)
}

// inputFirst is err, unless that is of a taken address and something is wrong with the environment
// that was asked for: what is in the way matters to a run that could begin.
func (o upOptions) inputFirst(err error) error {
	if !errors.Is(err, syscall.EADDRINUSE) {
		return err
	}
	if o.assembly == "" {
		_, wrong := environmentFile(o.env)
		return cmp.Or(wrong, err)
	}
	loaded, wrong := assembly.Load(o.assembly)
	if wrong == nil {
		_, wrong = loaded.Stage(o.env)
	}
	return cmp.Or(wrong, err)
}

// openRuntime also reads an assembly that is there, unless it is watched: then it is read later, so
// that no change of it is missed.
func openRuntime(o upOptions, config serving.Config) (*local.Runtime, error) {
	if o.assembly == "" || o.watch {
		return local.Open(config)
	}
	return local.OpenFor(config, o.assembly)
}

// untilStopped waits for the first interrupt, or until the runtime fails.
func (c *command) untilStopped(runtime interface{ Failed() <-chan error }) error {
	pace.Processors()
	select {
	case <-c.interrupts.first.Done():
		c.speech.say("Stopping: requests in flight may finish. Ctrl-C again stops at once.")
		return nil
	case err := <-runtime.Failed():
		return err
	}
}

// configure finds what the options are about, and tells the project what the run writes. closeLog
// is for the end of the run.
func (c *command) configure(o upOptions) (project *synth.Project, config serving.Config, closeLog func() error, err error) {
	if err := o.check(); err != nil {
		return nil, config, nil, err
	}
	if project, err = findProject(o); err != nil {
		return nil, config, nil, err
	}
	accessLog, closeLog, err := openAccessLog(o.accessLog, c.stdout)
	if err != nil {
		return nil, config, nil, err
	}
	config = c.runtimeConfig(o, project, accessLog)
	if err := c.excludeOutputs(project, config.StateDir, o.accessLog); err != nil {
		return nil, config, nil, errors.Join(err, closeLog())
	}
	return project, config, closeLog, nil
}

// acceptedFile is the file in the project's folder with what a local run does without: resource
// types of the user's own, and managed policies and roles of elsewhere.
const acceptedFile = "not-simulated.txt"

// check refuses flags that can't go together.
func (o upOptions) check() error {
	switch {
	case o.ephemeral && o.state != "":
		return withHint(errors.New("--ephemeral keeps no state, so --state can't be used with it"), "leave one of them out")
	case o.json && o.accessLog == "-":
		return withHint(errors.New("--json and --access-log - would both print on stdout"), "name a file with --access-log")
	}
	return o.checkEmpty()
}

// findProject is the CDK project to synthesize. One is not needed with --assembly, where it only
// says where to look for the functions' source.
func findProject(o upOptions) (*synth.Project, error) {
	project, err := synth.Find(".")
	unsafe, isUnsafe := errors.AsType[*trust.Error](err)
	switch {
	case (o.assembly != "" || o.empty) && (isUnsafe || errors.Is(err, synth.ErrNoProject)):
		return nil, nil //nolint:nilnil // no project is a valid answer with --assembly
	case isUnsafe:
		return nil, withHint(err, "change to %s if you trust what its cdk.json runs, or run an existing assembly with --assembly DIR", shellWord(filepath.Dir(unsafe.Path)))
	}
	return project, err
}

// excludeOutputs tells the project which of its files this run writes: their changes are not a
// reason to synthesize.
func (c *command) excludeOutputs(project *synth.Project, state, accessLog string) error {
	if project == nil {
		return nil
	}
	var paths []string
	for _, path := range []string{state, accessLog} {
		if path != "" && path != "-" {
			paths = append(paths, path)
		}
	}
	var files []*os.File
	for _, stream := range []io.Writer{c.stdout, c.speech.stderr} {
		if file, ok := stream.(*os.File); ok {
			files = append(files, file)
		}
	}
	return project.Writes(paths, files...)
}

func (c *command) runtimeConfig(o upOptions, project *synth.Project, accessLog io.Writer) serving.Config {
	config := serving.Config{
		Env:            o.env,
		APIAddr:        o.apiAddr,
		CognitoAddr:    o.cognitoAddr,
		AWSAddr:        o.awsAddr,
		StateDir:       stateDir(o.state),
		Ephemeral:      o.ephemeral,
		AllowRemote:    o.allowRemote,
		FunctionEnv:    o.functionEnv,
		Lenient:        o.lenient,
		NoRoles:        o.noRoles,
		CompareSource:  o.assembly != "",
		Report:         c.speech,
		FunctionOutput: c.speech.lines("function | "),
		AccessLog:      accessLog,
		Weather:        o.weather.decides(),
		Log:            slog.New(slog.NewTextHandler(c.speech, &slog.HandlerOptions{Level: slog.LevelInfo})),
	}
	if !o.quiet {
		config.Observe = requestLog(unhurried{c.speech}, "request  | ")
	}
	if project != nil {
		config.SourceDir = project.Dir
		config.Accepted = filepath.Join(project.Dir, acceptedFile)
	}
	return config
}

// synthesizer makes an assembly of an environment in a folder, like synth.Project.Run.
type synthesizer func(ctx context.Context, env, dir string, progress synth.Progress) (synth.Result, error)

func (c *command) synthAndStart(ctx context.Context, o upOptions, run synthesizer, runtime *local.Runtime) (*serving.Description, error) {
	dir := o.assembly
	if dir == "" {
		dir = runtime.SynthDir()
		reused, err := c.synthesize(ctx, run, o.env, dir)
		if err != nil {
			return nil, err
		}
		if reused {
			c.speech.Note("Nothing has changed since the last synth: its assembly is run again.")
		}
	}
	return runtime.Start(ctx, dir)
}

// compileFunctions compiles the functions of a project whose first assembly is to come. Compiling
// the CDK app leaves processors idle, and the app builds the functions later. What is wrong with
// environment files is for the app to say.
func compileFunctions(project *synth.Project, dir string) (stop func()) {
	if _, err := os.Stat(dir); err == nil {
		return func() {}
	}
	environments, err := config.LoadDir(filepath.Join(project.Dir, "environments"), config.Options{})
	if err != nil {
		return func() {}
	}
	return bundle.Compile(project.Dir, config.AllFunctions(environments))
}

// synthesize makes an assembly in dir, unless the one there is of the same source.
func (c *command) synthesize(ctx context.Context, run synthesizer, env, dir string) (reused bool, err error) {
	result, err := run(ctx, env, dir, c.speech)
	for _, warning := range result.Warnings {
		c.speech.Warn(warning)
	}
	return result.Reused, err
}

func (c *command) show(d *serving.Description, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.stdout).Encode(d)
	}
	_, err := io.WriteString(c.stdout, walkThrough(d))
	return err
}

// seconds is a duration for a person: 3.2s.
func seconds(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }
