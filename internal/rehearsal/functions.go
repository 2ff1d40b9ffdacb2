package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/serving"
)

// servedFunction is a function by one of the ARNs that it is called by.
type servedFunction struct {
	*function.Function

	config function.Config
}

// changeFunctions makes the functions that are called; those that did not change stay as they are,
// with their processes.
func (s *site) changeFunctions(c *change) error {
	c.functions = map[string]*servedFunction{}
	for _, declared := range c.model.Functions {
		view, arns := callerOf(c.views, declared)
		if len(arns) == 0 {
			continue
		}
		config, err := s.configOf(view, declared)
		if err != nil {
			return err
		}
		f := s.functions[arns[0]]
		if f == nil || !sameFunction(f.config, config) {
			made, err := function.New(config)
			if err != nil {
				return err
			}
			f = &servedFunction{Function: made, config: config}
		}
		for _, arn := range arns {
			c.functions[arn] = f
		}
	}
	return nil
}

func (s *site) configOf(view *serving.Environment, declared assembly.Function) (function.Config, error) {
	bootstrap, err := s.bootstrapOf(context.Background(), declared)
	if err != nil {
		return function.Config{}, err
	}
	config := s.run.FunctionConfig(view, declared, s.addressesOf(view), s.variablesOf(view, declared))
	config.Bootstrap = bootstrap
	return config, nil
}

// bootstrapOf makes the code of a function ready for this machine, once for each code.
func (s *site) bootstrapOf(ctx context.Context, declared assembly.Function) (string, error) {
	if declared.Asset == nil {
		return "", fmt.Errorf("function %s: its code was not uploaded, so it can't be run here", declared.LogicalID)
	}
	code := declared.Asset.Hash + " " + declared.Architecture
	if known, ok := s.prepared[code]; ok {
		return known.Bootstrap, nil
	}
	prepared, err := s.run.Prepare(ctx, declared)
	if err != nil {
		return "", err
	}
	if prepared.Doubt != nil {
		s.run.Report.Warn(fmt.Sprintf("function %s: %v", declared.LogicalID, prepared.Doubt))
	}
	s.prepared[code] = prepared
	return prepared.Bootstrap, nil
}

// sameFunction reports whether two configurations make the same function.
func sameFunction(a, b function.Config) bool {
	for _, config := range []*function.Config{&a, &b} {
		config.Output, config.Log, config.Now = nil, nil, nil
	}
	return reflect.DeepEqual(a, b)
}

// variablesOf are the variables that a function has in this run alone.
func (s *site) variablesOf(view *serving.Environment, declared assembly.Function) map[string]string {
	read, err := s.run.ReadVariables()
	if err != nil {
		s.run.Report.Warn(err.Error())
	}
	byFunction, _ := read.Of(view) // a variable whose function is not in this environment belongs to another one
	return byFunction[declared.ARN]
}

// swapFunctions has rotations call other functions, and returns those of before.
func (s *site) swapFunctions(next map[string]*servedFunction) (before map[string]*servedFunction) {
	s.running.Lock()
	defer s.running.Unlock()
	before, s.functions = s.functions, next
	return before
}

// functionAt calls a function by its ARN, whichever has it at that moment.
type functionAt struct {
	site *site
	arn  string
}

// Invoke implements secretsmanager.Invoker.
func (f functionAt) Invoke(ctx context.Context, payload []byte) (response []byte, requestID string, err error) {
	f.site.running.RLock()
	current := f.site.functions[f.arn]
	f.site.running.RUnlock()
	if current == nil {
		return nil, "", errors.New("the function is gone")
	}
	return current.Invoke(ctx, payload)
}
