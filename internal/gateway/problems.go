package gateway

import (
	"errors"
	"fmt"
)

// problems collects everything wrong with a Config, so that one run reports all of it.
type problems []error

func (p *problems) add(format string, args ...any) {
	*p = append(*p, fmt.Errorf(format, args...))
}

func (p *problems) join() error {
	return errors.Join(*p...)
}
