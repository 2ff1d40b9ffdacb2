package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"cognito-m2m/internal/nearest"
)

// takes checks a command's arguments: exactly these.
func takes(example string, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		wanted := cmp.Or(strings.Join(names, " "), "no arguments")
		return withHint(fmt.Errorf("%s takes %s: got %d, need %d", cmd.Name(), wanted, len(args), len(names)), "for example: %s", example)
	}
}

// knownCommand refuses a first word that is not a command.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range root.Commands() {
		names = append(names, sub.Name())
	}
	question := ""
	if near := nearest.Word(args[0], names); near != "" {
		question = fmt.Sprintf("did you mean `m2m %s`? ", near)
	}
	return withHint(fmt.Errorf("unknown command %q", args[0]), "%s`m2m --help` lists the commands", question)
}

// knownTopic refuses words after `m2m help` that are not a command.
func knownTopic(cmd *cobra.Command, args []string) error {
	_, unknown, err := cmd.Root().Find(args)
	if err == nil && len(unknown) > 0 {
		return knownCommand(cmd.Root(), unknown)
	}
	return err
}

// knownShell refuses a shell that there is no completion for.
func knownShell(completion *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var shells []string
	for _, shell := range completion.Commands() {
		shells = append(shells, shell.Name())
	}
	return withHint(fmt.Errorf("completion takes one of %s, not %q", strings.Join(shells, ", "), args[0]), "for example: %s %s", completion.CommandPath(), shells[0])
}

// values are what flags take, by the names of their types.
var values = map[string]string{
	"bool":     "true or false",
	"duration": "a time such as 90s, 15m or 1h30m",
	"int":      "a whole number",
	"uint64":   "a whole number from 0 to 18446744073709551615",
}

// flagError is an error of the flags in our words: those of a wrong value would be strconv's.
func flagError(err error) error {
	wrong, ok := errors.AsType[*pflag.InvalidValueError](err)
	if !ok {
		return err
	}
	wants, known := values[wrong.GetFlag().Value.Type()]
	if !known {
		return err
	}
	return fmt.Errorf("--%s takes %s, not %q", wrong.GetFlag().Name, wants, wrong.GetValue())
}

// together are the flags at the end of cobra's sentence about those that exclude each other.
var together = regexp.MustCompile(`\[([^][]+)\] were all set$`)

// groupError names the flags that can't be used together.
func groupError(err error) error {
	found := together.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	return errors.New("--" + strings.Join(strings.Fields(found[1]), " and --") + " can't be used together")
}

// readAll reads in to its end, unless ctx ends before: a terminal or a pipe may have nothing to say
// for any time. More than so many bytes are an error.
func readAll(ctx context.Context, in io.Reader, most int64) ([]byte, error) {
	type reading struct {
		content []byte
		err     error
	}
	done := make(chan reading, 1)
	go func() {
		content, err := io.ReadAll(io.LimitReader(in, most+1))
		done <- reading{content, err}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-done:
		if r.err == nil && int64(len(r.content)) > most {
			r.err = fmt.Errorf("the input has more than %d bytes, which is the limit", most)
		}
		return r.content, r.err
	}
}
