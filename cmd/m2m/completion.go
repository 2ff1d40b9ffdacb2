package main

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// completionPatience is how long a shell waits for names while its user types.
const completionPatience = time.Second

// completeClient completes the name of a client. The local run is asked; for a deployment the
// environment file is read, because each look at AWS takes its time and may be billed.
func completeClient(o *targetOptions) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return clientNames(cmd.Context(), *o), cobra.ShellCompDirectiveNoFileComp
	}
}

func clientNames(ctx context.Context, o targetOptions) []string {
	if o.deployed {
		return clientsOfFile(o.env)
	}
	ctx, cancel := context.WithTimeout(ctx, completionPatience)
	defer cancel()
	t, err := o.open(ctx)
	if err != nil {
		return nil
	}
	names, _ := t.Names(ctx) // a completion that fails offers nothing
	return names
}

// clientsOfFile are the names of the clients in an environment's file and its groups.
func clientsOfFile(env string) (names []string) {
	environment, err := environmentFile(env)
	if err != nil || environment == nil {
		return nil
	}
	for _, c := range environment.AllClients() {
		names = append(names, c.Name)
	}
	return names
}

// completeCall completes CLIENT and METHOD of `m2m call`.
func completeCall(o *targetOptions) cobra.CompletionFunc {
	client := completeClient(o)
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) == 1 {
			return []string{
				http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch,
				http.MethodDelete, http.MethodHead, http.MethodOptions,
			}, cobra.ShellCompDirectiveNoFileComp
		}
		return client(cmd, args, typed)
	}
}

// completeTarget completes the flags of targetOptions.
func completeTarget(cmd *cobra.Command) {
	completeEnvironment(cmd)
	completeState(cmd)
	offer(cmd, "region", cobra.NoFileCompletions)
}

// completeState completes the flag --state.
func completeState(cmd *cobra.Command) {
	offer(cmd, "state", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
}

// completeEnvironment completes the flag --env.
func completeEnvironment(cmd *cobra.Command) {
	offer(cmd, "env", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return environmentNames(), cobra.ShellCompDirectiveNoFileComp
	})
}

func offer(cmd *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // a flag of another name: a mistake in this program
	}
}

// environmentNames are the names of the project's environment files.
func environmentNames() (names []string) {
	files, _ := filepath.Glob(filepath.Join(projectDir(), "environments", "*.yaml")) // the pattern is a constant's
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	return names
}
