package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"cognito-m2m/config"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/standing"
	"cognito-m2m/internal/synth"
)

// targetOptions are the flags that say which environment a command is about, and where. The local
// run is meant unless --deployed says otherwise; neither stands in for the other.
type targetOptions struct {
	env      string
	state    string
	deployed bool
	region   string
}

func (o *targetOptions) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.env, "env", "dev", "the environment")
	flags.BoolVar(&o.deployed, "deployed", false, "ask the deployment on AWS, not the local run")
	flags.StringVar(&o.region, "region", "", "AWS Region of the deployment (default: the environment file's, else the AWS settings')")
	flags.StringVar(&o.state, "state", "", "state folder of the local run (default .m2m in the project)")
	cmd.MarkFlagsMutuallyExclusive("state", "deployed")
	completeTarget(cmd)
}

// expectedAssembly is the help of --assembly of the commands that compare an environment with its
// assembly.
const expectedAssembly = "folder of the cloud assembly that says what to expect (default: that of the local run; with --deployed cdk.out in the project)"

func assemblyFlag(cmd *cobra.Command, dir *string, help string) {
	cmd.Flags().StringVar(dir, "assembly", "", help)
	if err := cmd.MarkFlagDirname("assembly"); err != nil {
		panic(err) // a flag of another name: a mistake in this program
	}
}

// open finds the environment. On AWS it makes sure that there are credentials.
func (o targetOptions) open(ctx context.Context) (*reach.Target, error) {
	if !o.deployed {
		if o.region != "" {
			return nil, withHint(errors.New("--region is for a deployment, and this command asks the local run"), "add --deployed")
		}
		return reach.Local(stateDir(o.state), o.env)
	}
	c := reach.DeployedConfig{Env: o.env, Region: o.region}
	environment, err := environmentFile(o.env)
	if err != nil && o.region == "" {
		return nil, err
	}
	if environment != nil { // CDK deploys to the file's Region whatever the settings say
		c.Region = cmp.Or(o.region, environment.Region)
	}
	return reach.Deployed(ctx, c)
}

// assembly is the folder of the assembly that the environment is held against: the one given, or
// the one that runs, or the one that is deployed from here.
func (o targetOptions) assembly(given string) (string, error) {
	if given != "" {
		return given, nil
	}
	if o.deployed {
		dir := filepath.Join(projectDir(), synth.OutputFolder)
		if _, err := os.Stat(filepath.Join(dir, assembly.ManifestFile)); err != nil {
			return "", withHint(errors.New("there is no cloud assembly in "+dir), "name the one that was deployed with --assembly DIR, or create it: `npx cdk synth`")
		}
		return dir, nil
	}
	found, err := run.Find(stateDir(o.state), o.env)
	if err != nil {
		return "", err
	}
	if found.Assembly == "" {
		return "", withHint(fmt.Errorf("the run of %s does not say which assembly it runs", o.env), "name it with --assembly DIR")
	}
	return found.Assembly, nil
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

// grace is how long a rotation spares the secret that the last one replaced. Half of everyDays may
// be less. Then m2m asks although the rotation would delete it anyway.
func (o targetOptions) grace() time.Duration {
	file, err := environmentFile(o.env)
	if err != nil || file == nil || file.Secrets.GraceHours == nil {
		return standing.LongestGrace
	}
	return time.Duration(*file.Secrets.GraceHours) * time.Hour
}

// stateDir is the folder of the local runs' states: the one given, else the project's.
func stateDir(given string) string {
	return cmp.Or(given, filepath.Join(projectDir(), synth.StateFolder))
}

// projectDir is the folder of the project around the working directory, or that directory itself.
func projectDir() string {
	project, err := synth.Find(".")
	if err != nil {
		return "."
	}
	return project.Dir
}

// environmentFile is what the project's files say of that environment; nil if there are none.
func environmentFile(env string) (*config.Environment, error) {
	dir := filepath.Join(projectDir(), "environments")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a command needs no project
	}
	return config.LoadNamed(dir, run.Name(env), config.Options{})
}

// plain is err for a person who asked for this environment.
func (o targetOptions) plain(err error) error { return plain(err, o.flags()) }

// flags are the options as they are written on the command line, with a space before each, for
// commands to be pasted.
func (o targetOptions) flags() string {
	text := ""
	if o.env != "dev" {
		text += " --env " + shellWord(o.env)
	}
	if o.deployed {
		text += " --deployed"
	}
	if o.region != "" {
		text += " --region " + shellWord(o.region)
	}
	if o.state != "" {
		text += " --state " + shellWord(o.state)
	}
	return text
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_@%+=:,./-]+$`)

// shellWord is text as one word of a shell, in quotes if it needs them.
func shellWord(text string) string {
	if plainWord.MatchString(text) {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}
