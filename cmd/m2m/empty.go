package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"cognito-m2m/client"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/rehearsal"
	"cognito-m2m/internal/serving"
)

// emptyEnv is the name of an empty run's folder, unless --env says otherwise.
const emptyEnv = "empty"

// checkEmpty refuses flags that can't go together with --empty, or without it.
func (o upOptions) checkEmpty() error {
	if !o.empty {
		if len(o.fail) > 0 || o.slow != 0 || o.allowRemote {
			return withHint(errors.New("--fail, --slow and --allow-remote are about deployments into this run"), "add --empty")
		}
		return nil
	}
	if o.addressed {
		return withHint(errors.New("with --empty, each HTTP API and user pool gets an address of its own when it is deployed"), "leave out --api-addr and --cognito-addr")
	}
	if o.slow < 0 {
		return withHint(fmt.Errorf("--slow is how long a step is held up, and %s is less than nothing", o.slow), "for example: --slow 500ms")
	}
	for _, fault := range o.fail {
		if target, _, _ := strings.Cut(fault, "="); target == "" {
			return withHint(fmt.Errorf("--fail takes a logical id or a resource type, with =reason or without; got %q", fault), "for example: --fail AWS::Cognito::UserPoolDomain")
		}
	}
	for flag, given := range map[string]bool{"--assembly": o.assembly != "", "--watch": o.watch} {
		if given {
			return withHint(fmt.Errorf("--empty starts with nothing deployed, so %s can't be used with it", flag), "leave one of them out")
		}
	}
	return nil
}

// runEmpty is `m2m up --empty`.
func (c *command) runEmpty(o upOptions) (err error) {
	begun := time.Now()
	_, config, closeLog, err := c.configure(o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	config.Fail, config.Slow = o.fail, o.slow
	closePage, err := c.openPage(o, &config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closePage()) }()
	config.Ready = func(d *serving.Description) { c.deployed(d, o.json) }
	run, err := rehearsal.Open(config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, run.Close(c.interrupts.second)) }()
	if err := run.Start(); err != nil {
		return err
	}
	if c.onPage != nil {
		c.onPage.FollowStacks(run.EachStack)
	}
	c.speech.say("Ready in %s: deploy into %s on this machine. Ctrl-C stops it.", seconds(time.Since(begun)), o.env)
	if err := c.showEmpty(run.Access(), pageURL(config), o.json); err != nil {
		return err
	}
	o.weather.begin()
	if err := run.Recover(); err != nil {
		return err
	}
	return c.untilStopped(run)
}

// deployed tells of an environment whose API answers.
func (c *command) deployed(d *serving.Description, asJSON bool) {
	if asJSON {
		_ = json.NewEncoder(c.stdout).Encode(d) // whoever reads it has gone
		return
	}
	c.speech.say("%s is deployed: its HTTP API answers at %s (m2m clients --env %[1]s).", printable.Text(d.Environment), d.APIURL)
}

// showEmpty says how to deploy into the run.
func (c *command) showEmpty(a rehearsal.Access, page string, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(c.stdout).Encode(struct {
			AWSEndpoint     string        `json:"aws_endpoint_url"`
			AccessKeyID     string        `json:"aws_access_key_id"`
			SecretAccessKey client.Secret `json:"aws_secret_access_key"`
			Region          string        `json:"region"`
			PageURL         string        `json:"page_url,omitempty"`
		}{a.URL, a.KeyID, a.Secret, a.Region, page})
	}
	lines := []string{
		"", "# Deploy from another shell, with the stock CDK CLI or any other CloudFormation client:",
		"unset AWS_PROFILE AWS_SESSION_TOKEN",
		"export AWS_ENDPOINT_URL=" + a.URL,
		"export AWS_ACCESS_KEY_ID=" + a.KeyID + " AWS_SECRET_ACCESS_KEY=" + string(a.Secret) + " AWS_REGION=" + a.Region,
		"npx cdk deploy 'dev/*'", "",
	}
	if page != "" {
		lines = append([]string{"", "Page            " + page, pageNote}, lines...)
	}
	_, err := fmt.Fprintln(c.stdout, strings.Join(lines, "\n"))
	return err
}
