package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"cognito-m2m/config"
	"cognito-m2m/internal/reach"
	"cognito-m2m/internal/synth"
)

// targetOptions are the flags that say which environment a command is about,
// and where. The local run is meant unless --deployed says otherwise; neither
// stands in for the other.
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

// open finds the environment. On AWS it makes sure that there are credentials.
func (o targetOptions) open(ctx context.Context) (*reach.Target, error) {
	if !o.deployed {
		if o.region != "" {
			return nil, withHint(errors.New("--region is for a deployment, and this asks the local run"), "add --deployed")
		}
		return reach.Local(o.stateDir(), o.env)
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

// stateDir is the folder of the local runs' states.
func (o targetOptions) stateDir() string {
	return cmp.Or(o.state, filepath.Join(projectDir(), ".m2m"))
}

// projectDir is the folder of the project around the working directory, or that
// directory itself.
func projectDir() string {
	project, err := synth.Find(".")
	if err != nil {
		return "."
	}
	return project.Dir
}

// environmentFile is what the project's files say of that environment; nil if
// there are none.
func environmentFile(env string) (*config.Environment, error) {
	dir := filepath.Join(projectDir(), "environments")
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // a command needs no project
	}
	return config.LoadNamed(dir, env, config.Options{})
}

// flags are the options as they are written on the command line, with a space
// before each, for commands to be pasted.
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
