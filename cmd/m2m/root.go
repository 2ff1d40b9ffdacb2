package main

import (
	"io"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/page"
)

// command is what every command works with. Its methods define the commands and run them.
type command struct {
	stdout     io.Writer
	speech     *speech
	interrupts *interrupts
	onPage     *page.Page // that of the run, nil without one
}

// tree is all of m2m. The file of a command's name holds its long help, its flags, and its runner;
// handbook.go has openapi, too.
func (c *command) tree() *cobra.Command {
	root := &cobra.Command{Use: "m2m", Short: "Run and inspect machine-to-machine environments of this project"}
	c.root(root)
	for _, sub := range []struct {
		use, short string
		define     func(*cobra.Command)
	}{
		{"up", "Run one environment on this machine until Ctrl-C", c.up},
		{"page", "Print a URL that opens the page of a run", c.page},
		{"token CLIENT", "Get an access token as a client and print it", c.token},
		{"call CLIENT METHOD PATH", "Call the API as a client", c.call},
		{"clients", "List the clients, their scopes and the state of their secrets", c.clients},
		{"rotate CLIENT", "Give a client a new secret and watch until it is current", c.rotate},
		{"predeploy", "Do what must be done right before `cdk deploy`", c.predeploy},
		{"verify", "Check that the API lets in and refuses what the assembly says", c.verify},
		{"explain [TOKEN | -]", "Say why the API accepts or refuses a token", c.explain},
		{"diff OLD NEW", "Say what a change of the templates does to a deployed system", c.diff},
		{"openapi", "Describe the API as an OpenAPI document", c.openapi},
		{"handbook [CLIENT]", "Write what a partner needs to call the API", c.handbook},
	} {
		cmd := &cobra.Command{Use: sub.use, Short: sub.short}
		sub.define(cmd)
		root.AddCommand(cmd)
	}
	strict(root)
	return root
}

// strict makes the commands that cobra adds, and take anything, and refuses what they don't know.
func strict(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = knownTopic
		case "completion":
			cmd.Args, cmd.RunE = knownShell, root.RunE
			for _, shell := range cmd.Commands() {
				shell.Args = takes(shell.CommandPath())
			}
		}
	}
}

const rootHelp = `m2m runs an environment of this project on this machine: Cognito's token
endpoint, the HTTP API with its JWT authorizer, and the compiled functions, all
taken from the cloud assembly that ` + "`cdk synth`" + ` writes. No AWS account is needed.

The other commands talk to a running environment: the one that ` + "`m2m up`" + ` runs on
this machine, or with --deployed the one on AWS.`

const rootExamples = `  m2m up                              run the environment dev
  m2m call reader GET /test_jwt       call its API as the client reader
  m2m clients --env prod --deployed   list the clients of prod on AWS`

func (c *command) root(cmd *cobra.Command) {
	cmd.Long, cmd.Example = rootHelp, rootExamples
	cmd.Args = knownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.SilenceErrors, cmd.SilenceUsage, cmd.DisableAutoGenTag = true, true, true
	cmd.SetOut(c.stdout)
	cmd.SetErr(c.speech)
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return withHint(flagError(err), "`%s --help` lists the flags", cmd.CommandPath())
	})
	cmd.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := cmd.ValidateFlagGroups(); err != nil {
			return withHint(groupError(err), "leave one of them out")
		}
		return nil
	}
}
