// Command cognito-m2m is the CDK app: it reads environments/, adds one stage
// per environment and synthesizes. It declares no resources; stacks does.
//
// `-c env=dev` (or the context key env) narrows it to one environment.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/stacks"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) (err error) {
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		return err
	}
	for _, env := range environments {
		for _, warning := range env.Warnings {
			fmt.Fprintln(os.Stderr, "warning:", warning)
		}
	}

	defer jsii.Close()
	// A failure on CDK's side of jsii arrives as a panic.
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("synthesizing: %v", failure)
		}
	}()
	return synth(environments, root)
}

func synth(environments []*config.Environment, root string) error {
	app := awscdk.NewApp(nil)
	wanted, err := narrow(environments, app.Node().TryGetContext(jsii.String("env")))
	if err != nil {
		return err
	}
	for _, env := range wanted {
		stacks.AddEnvironment(app, env, stacks.Source{Dir: root})
	}
	app.Synth(nil)
	return nil
}

// narrow keeps the environment that the context key env names, or all of them
// where it is not given.
func narrow(environments []*config.Environment, name any) ([]*config.Environment, error) {
	if name == nil {
		return environments, nil
	}
	var known []string
	for _, env := range environments {
		if env.Name == name {
			return []*config.Environment{env}, nil
		}
		known = append(known, env.Name)
	}
	return nil, fmt.Errorf("unknown environment %q: environments/ has %s", fmt.Sprint(name), strings.Join(known, ", "))
}
