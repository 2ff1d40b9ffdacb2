// Command cognito-m2m is the CDK app: it reads environments/, adds one stage per environment and
// synthesizes. It declares no resources; stacks does.
//
// `-c env=dev` (or the context key env) narrows it to one environment, and is the way to a
// disposable one: `-c env=pr-123 -c expires=2026-12-31` makes a copy from the file whose match
// fits, with the day after which it may be removed.
//
// `-c delivery=true` synthesizes the roles of delivery.yaml instead of environments.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/bundle"
	_ "cognito-m2m/internal/kernel" // sets up Node
	"cognito-m2m/internal/printable"
	"cognito-m2m/stacks"
)

func main() {
	do := run
	if os.Getenv(stayVariable) != "" {
		do = stay
	}
	if err := do("."); err != nil {
		fmt.Fprintln(printable.Writer(os.Stderr), err)
		os.Exit(1)
	}
}

func run(root string) (err error) {
	environments, err := loadEnvironments(root)
	if err != nil {
		return err
	}
	functions, err := bundle.Start(root, config.AllFunctions(environments))
	if err != nil {
		return err
	}
	defer functions.Close()
	defer jsii.Close()
	defer recoverFailure(&err)
	app := awscdk.NewApp(nil)
	warn := func(warnings config.Problems) {
		for _, warning := range warnings {
			fmt.Fprintln(os.Stderr, "warning:", warning)
		}
	}
	if err := declare(app, environments, stacks.Source{Dir: root, Build: functions.Build}, warn); err != nil {
		return err
	}
	app.Synth(nil)
	return nil
}

func loadEnvironments(root string) ([]*config.Environment, error) {
	return config.LoadDir(filepath.Join(root, "environments"), config.Options{})
}

// failure is one on CDK's side of jsii, which arrives as a panic.
type failure struct{ what any }

func (f *failure) Error() string { return fmt.Sprintf("synthesizing: %v", f.what) }

// recoverFailure, deferred, makes an error of a failure.
func recoverFailure(err *error) {
	if what := recover(); what != nil {
		*err = &failure{what: what}
	}
}

// declare adds to the app what its context asks for.
func declare(app awscdk.App, environments []*config.Environment, source stacks.Source, warn func(config.Problems)) error {
	context := func(key string) any { return app.Node().TryGetContext(jsii.String(key)) }
	if fmt.Sprint(context("delivery")) == "true" {
		return deliver(app, source.Dir, warn)
	}
	wanted, err := narrow(environments, filepath.Join(source.Dir, "environments"), context("env"))
	if err != nil {
		return err
	}
	if err := expire(wanted, context("expires")); err != nil {
		return err
	}
	for _, env := range wanted {
		warn(env.Warnings)
		stacks.AddEnvironment(app, env, source)
	}
	return nil
}

// deliver adds who may deploy, instead of what.
func deliver(app awscdk.App, root string, warn func(config.Problems)) error {
	delivery, err := config.LoadDelivery(filepath.Join(root, "delivery.yaml"), config.Options{})
	if err != nil {
		return err
	}
	warn(delivery.Warnings)
	stacks.AddDelivery(app, delivery)
	return nil
}

// narrow keeps the environment that the context key env names, or all of them where it is not
// given. A disposable one is not among them: it is loaded from the file whose match fits.
func narrow(environments []*config.Environment, dir string, name any) ([]*config.Environment, error) {
	if name == nil {
		return environments, nil
	}
	for _, env := range environments {
		if env.Name == name {
			return []*config.Environment{env}, nil
		}
	}
	env, err := config.LoadNamed(dir, fmt.Sprint(name), config.Options{})
	if err != nil {
		return nil, err
	}
	return []*config.Environment{env}, nil
}

// expire hands on the context key expires.
func expire(wanted []*config.Environment, day any) error {
	if day == nil {
		return nil
	}
	for _, env := range wanted {
		if err := env.ExpireOn(fmt.Sprint(day)); err != nil {
			return err
		}
	}
	return nil
}
