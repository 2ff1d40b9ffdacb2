package main

import (
	"io"

	"github.com/spf13/cobra"
)

func rootCommand(stdout io.Writer, speech *speech, interrupts *interrupts) *cobra.Command {
	root := &cobra.Command{
		Use:   "m2m",
		Short: "Run and inspect machine-to-machine environments of this project",
		Long: `m2m runs an environment of this project on this machine: Cognito's token
endpoint, the HTTP API with its JWT authorizer, and the compiled functions, all
taken from the cloud assembly that ` + "`cdk synth`" + ` writes. No AWS account is needed.

The other commands are about a running environment: the one that ` + "`m2m up`" + ` runs on
this machine, or with --deployed the one on AWS.`,
		Example: `  m2m up                              run the environment dev
  m2m call reader GET /test_jwt       call its API as the client reader
  m2m clients --env prod --deployed   the clients of another one, on AWS`,
		Args:              cobra.NoArgs,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
	}
	root.AddCommand(
		upCommand(stdout, speech, interrupts),
		tokenCommand(stdout),
		callCommand(stdout, speech),
		clientsCommand(stdout, speech),
		rotateCommand(stdout, speech),
		predeployCommand(stdout, speech),
		verifyCommand(stdout, speech),
		explainCommand(stdout, speech),
		diffCommand(stdout, speech),
	)
	return root
}
