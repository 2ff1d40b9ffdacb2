package page

import (
	"time"

	"cognito-m2m/internal/serving"
)

// mostRotations is how many rotations are kept, the newest.
const mostRotations = 20

// rotationSteps are those of a rotation, with what each does.
var rotationSteps = []struct{ name, does string }{
	{"createSecret", "a new secret is made"},
	{"setSecret", "nothing is to be set"},
	{"testSecret", "a token is got with it"},
	{"finishSecret", "it becomes the current one"},
}

// rotations are the newest one first.
type rotations []*rotation

// rotation is one of a secret.
type rotation struct {
	Secret string
	Begun  time.Time
	Step   string // the one that has begun last
	Ended  time.Time
	Failed string
}

// stepView is a step of a rotation, as it is shown.
type stepView struct{ Name, Does, State string }

// Steps are all four, each to come, running, done or failed.
func (r *rotation) Steps() (all []stepView) {
	state := "done"
	for _, s := range rotationSteps {
		shown := state
		if s.name == r.Step {
			state = "to come"
			switch {
			case r.Failed != "":
				shown = "failed"
			case r.Ended.IsZero():
				shown = "running"
			}
		}
		all = append(all, stepView{s.name, s.does, shown})
	}
	return all
}

// Rotating hears of the steps of rotations.
func (p *Page) Rotating(r serving.Rotation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.config.Now()
	current := p.rotations.running(r.Secret)
	if current == nil {
		if r.Ended {
			return // it ended before its first step
		}
		current = &rotation{Secret: r.Secret, Begun: now}
		p.rotations = append(rotations{current}, p.rotations[:min(len(p.rotations), mostRotations-1)]...)
	}
	if r.Ended {
		current.end(now, r.Err)
		p.traffic.counters.rotationEnded(now, r.Err)
		outcome := current.Outcome()
		p.speak(func() string { return r.Secret + ": " + outcome })
		p.change("charts")
	} else {
		current.Step = r.Step
	}
	p.change("rotations")
	p.askClients()
}

// Outcome is how far it is, in words.
func (r *rotation) Outcome() string {
	switch {
	case r.Failed != "":
		return "the rotation failed: " + r.Failed
	case r.Ended.IsZero():
		return "the rotation runs"
	}
	return "the rotation has ended, the secret is a new one"
}

func (r *rotation) end(now time.Time, err error) {
	r.Ended = now
	if err != nil {
		r.Failed = err.Error()
	}
}

// running is the rotation of a secret that has not ended, nil if there is none.
func (r rotations) running(secret string) *rotation {
	for _, one := range r {
		if one.Secret == secret && one.Ended.IsZero() {
			return one
		}
	}
	return nil
}

func (c *counters) rotationEnded(now time.Time, err error) {
	if err != nil {
		c.at(now).broken++
		return
	}
	c.at(now).rotated++
}
