package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/diff"
)

// statusStateful is the exit status of `m2m diff` for a change that replaces or removes something
// stateful. It is none of those that a shell or cobra uses.
const statusStateful = 3

// diffOptions are the flags of `m2m diff`.
type diffOptions struct {
	env      string
	format   string
	json     bool
	exitZero bool
}

const diffHelp = `Compares two cloud assemblies, folders that ` + "`cdk synth`" + ` wrote. It needs no AWS
account: it shows what deploying NEW does to a system deployed from OLD.

What concerns security comes first (routes, scopes, audiences, IAM, protection,
logs), then what is replaced or removed although it holds ids, secrets, addresses
or data, then every difference. Values under the name of a secret are hidden.

Exit status:
  0  nothing stateful is replaced or removed
  1  the comparison could not be made
  3  something stateful is replaced or removed (0 with --exit-zero)`

const diffExamples = `  npx cdk synth --output /tmp/old     on the branch that is deployed
  npx cdk synth --output /tmp/new     with the change
  m2m diff /tmp/old /tmp/new
  m2m diff /tmp/old /tmp/new --env prod
  m2m diff /tmp/old /tmp/new --format markdown --exit-zero > comment.md`

func (c *command) diff(cmd *cobra.Command) {
	var o diffOptions
	cmd.Long, cmd.Example, cmd.Args = diffHelp, diffExamples, takes("m2m diff /tmp/old cdk.out", "OLD", "NEW")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		return c.compareAssemblies(args[0], args[1], o)
	}
	flags := cmd.Flags()
	flags.StringVar(&o.env, "env", "", "the only environment to compare (default: all of them)")
	flags.StringVar(&o.format, "format", "text", "how to print the report: text, or markdown for a pull request")
	flags.BoolVar(&o.json, "json", false, "print one JSON object")
	flags.BoolVar(&o.exitZero, "exit-zero", false, "exit with 0 whatever the report says")
	cmd.MarkFlagsMutuallyExclusive("format", "json")
}

func (c *command) compareAssemblies(before, after string, o diffOptions) error {
	write, err := o.writer(c.stdout)
	if err != nil {
		return err
	}
	was, err := loadAssembly("OLD", before)
	if err != nil {
		return err
	}
	is, err := loadAssembly("NEW", after)
	if err != nil {
		return err
	}
	report, err := diff.Compare(was, is, diff.Options{Environment: o.env})
	if err != nil {
		return err
	}
	if err := write(report); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if n := len(report.Stateful()); n > 0 && !o.exitZero {
		c.speech.say("Something stateful is replaced or removed (%d findings): exit status %d.", n, statusStateful)
		return exitStatus(statusStateful)
	}
	return nil
}

func loadAssembly(argument, dir string) (*assembly.Assembly, error) {
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, withHint(fmt.Errorf("reading %s: %w", argument, err), "`npx cdk synth --output %s` writes it", dir)
	}
	return loaded, nil
}

// writer is the form in which the report is printed.
func (o diffOptions) writer(stdout io.Writer) (func(*diff.Report) error, error) {
	switch {
	case o.json:
		return func(r *diff.Report) error { return json.NewEncoder(stdout).Encode(r) }, nil
	case o.format == "text":
		return func(r *diff.Report) error { return r.WriteText(stdout) }, nil
	case o.format == "markdown":
		return func(r *diff.Report) error { return r.WriteMarkdown(stdout) }, nil
	}
	return nil, withHint(errors.New("unknown format \""+o.format+"\""), "--format is text or markdown; --json prints JSON")
}
