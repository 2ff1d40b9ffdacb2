package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"syscall"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/bundle"
	"cognito-m2m/internal/printable"
	"cognito-m2m/stacks"
)

// stayVariable asks the app to stay, and names the file descriptor for its answers. The package
// comment of internal/synth has the protocol.
const stayVariable = "M2M_STAY"

// request asks for a synth, or for a check of the templates that the last one made.
type request struct {
	Outdir   string         `json:"outdir"`
	Context  map[string]any `json:"context"`
	Assets   bool           `json:"assets"` // what they are made of has changed
	Validate bool           `json:"validate"`
}

// answer to a request; the first one, which is empty, says that the app stays.
type answer struct {
	Warnings []string `json:"warnings,omitempty"`
	Error    string   `json:"error,omitempty"`
}

// stay synthesizes as often as it is asked to, with one kernel of jsii, until standard input ends.
func stay(root string) error {
	descriptor, err := strconv.Atoi(os.Getenv(stayVariable))
	if err != nil {
		return fmt.Errorf("reading %s: %w", stayVariable, err)
	}
	syscall.CloseOnExec(descriptor)
	answers := json.NewEncoder(os.NewFile(uintptr(descriptor), "answers"))
	// The requests have these, and an App would take them from here.
	for _, variable := range []string{stayVariable, "CDK_CONTEXT_JSON", "CDK_OUTDIR"} {
		if err := os.Unsetenv(variable); err != nil {
			return err
		}
	}
	defer jsii.Close()
	requests := make(chan request)
	go readRequests(requests)
	s := staying{root: root}
	defer s.close()
	if err := answers.Encode(answer{}); err != nil {
		return fmt.Errorf("answering: %w", err)
	}
	for r := range requests {
		if err := answers.Encode(s.answer(r)); err != nil {
			return fmt.Errorf("answering: %w", err)
		}
	}
	return nil
}

// readRequests ends the process with standard input: whoever asks is gone, and a synth for it would
// go on for seconds.
func readRequests(requests chan<- request) {
	for decoder := json.NewDecoder(os.Stdin); ; {
		var r request
		err := decoder.Decode(&r)
		if errors.Is(err, io.EOF) {
			os.Exit(0)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, "reading a request:", err)
			os.Exit(statusBroken)
		}
		requests <- r
	}
}

// staying is what stays between two synths.
type staying struct {
	root      string
	app       awscdk.App                          // of the last synth
	validator awscdk.CloudFormationValidatePlugin // getting ready takes it seconds
	functions *bundle.Builder                     // with what it has built
}

// answer does what a request asks for. A failure on CDK's side ends the process, as it ends an app
// that does not stay: when Node has ended, all that it had to say is written.
func (s *staying) answer(r request) answer {
	do := s.synth
	if r.Validate {
		do = s.validate
	}
	warnings, err := do(r)
	if _, ok := errors.AsType[*failure](err); ok {
		status := exitStatus()
		jsii.Close()
		fmt.Fprintln(printable.Writer(os.Stderr), err)
		os.Exit(status)
	}
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Warnings: warnings}
}

func (s *staying) synth(r request) (warnings []string, err error) {
	environments, err := loadEnvironments(s.root)
	if err != nil {
		return nil, err
	}
	defer recoverFailure(&err)
	if s.functions == nil || r.Assets {
		if err := s.forgetAssets(environments); err != nil {
			return nil, err
		}
	}
	s.app = awscdk.NewApp(&awscdk.AppProps{
		Outdir: &r.Outdir, Context: &r.Context, AutoSynth: jsii.Bool(false), BuiltinCloudFormationValidation: jsii.Bool(false),
	})
	warn := func(problems config.Problems) {
		for _, problem := range problems {
			warnings = append(warnings, problem.String())
		}
	}
	if err := declare(s.app, environments, stacks.Source{Dir: s.root, Build: s.functions.Build}, warn); err != nil {
		return nil, err
	}
	s.app.Synth(nil)
	return warnings, nil
}

// forgetAssets begins to build all functions again. CDK keeps assets by where they come from.
func (s *staying) forgetAssets(environments []*config.Environment) (err error) {
	s.close()
	if s.functions, err = bundle.Start(s.root, config.AllFunctions(environments)); err == nil {
		awscdk.AssetStaging_ClearAssetHashCache()
	}
	return err
}

func (s *staying) close() {
	if s.functions != nil {
		s.functions.Close()
	}
}

// validate checks the templates as the synth of an app that does not stay does, with another synth
// to the same folder.
func (s *staying) validate(request) (warnings []string, err error) {
	defer recoverFailure(&err)
	if s.validator == nil {
		s.validator = awscdk.NewCloudFormationValidatePlugin(nil)
	}
	if os.Getenv("CDK_VALIDATION") != "false" {
		awscdk.Validations_Of(s.app).AddPlugins(s.validator)
	}
	s.app.Synth(&awscdk.StageSynthesisOptions{Force: jsii.Bool(true)})
	return nil, nil
}

// statusBroken is the exit status of an app that failed for a reason of its own, not for one of
// what it synthesizes.
const statusBroken = 2

// exitStatus is statusBroken if the kernel no longer answers.
func exitStatus() (status int) {
	defer func() {
		if recover() != nil {
			status = statusBroken
		}
	}()
	awscdk.AssetStaging_ClearAssetHashCache()
	return 1
}
