package template

// cell holds a value of the template that is worked out when it is first asked for, once: a
// property, an output, a condition, an id. Asking for it while it is being worked out means that it
// depends on itself.
type cell struct {
	state cellState
	value any
	ok    bool
}

type cellState int

const (
	untouched cellState = iota
	underWay
	known
)

// get returns the value, and false if there is none because of a problem, which has been reported
// by then.
func (c *cell) get(at Place, compute func() (any, bool)) (any, bool) {
	if c.state == known {
		return c.value, c.ok
	}
	if c.state == underWay {
		return at.invalid(CloudFormation, "depends on itself, through Ref, Fn::GetAtt, Fn::ImportValue or Condition")
	}
	c.state = underWay
	c.value, c.ok = compute()
	c.state = known
	return c.value, c.ok
}
