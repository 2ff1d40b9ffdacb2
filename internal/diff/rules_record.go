package diff

import (
	"math"
	"regexp"
	"strconv"
)

// accessLog compares where a stage records its calls.
func accessLog(c *change) []remark {
	if !c.both() {
		return nil
	}
	was, is := c.before.get("AccessLogSettings", "DestinationArn"), c.after.get("AccessLogSettings", "DestinationArn")
	switch {
	case show(was) == show(is):
		return nil
	case is == nil:
		return remarks(Loosens, "the access log is removed: calls are no longer recorded")
	case was == nil:
		return remarks(Tightens, "calls are recorded in an access log")
	default:
		return remarks(Changes, "the access log goes elsewhere: "+show(was)+" -> "+show(is))
	}
}

// rate is the form of ScheduleExpression that names an interval.
var rate = regexp.MustCompile(`^rate\((\d+) (day|hour)s?\)$`)

func rotationInterval(c *change) []remark {
	if !c.both() {
		return nil
	}
	was, shownWas := interval(c.before)
	is, shownIs := interval(c.after)
	message := "interval: " + shownWas + " -> " + shownIs
	if found := compareNumbers(was, is, Tightens, message); found != nil || shownWas == shownIs {
		return found
	}
	if was == is {
		return nil
	}
	return remarks(Changes, message)
}

// interval is in days: never is infinite, and a cron expression is not a number.
func interval(schedule *resource) (days float64, shown string) {
	if after := schedule.get("RotationRules", "AutomaticallyAfterDays"); after != nil {
		if n, ok := number(after); ok {
			return n, show(after) + " days"
		}
		return math.NaN(), show(after)
	}
	expression := schedule.get("RotationRules", "ScheduleExpression")
	if expression == nil {
		return math.Inf(1), "never"
	}
	parts := rate.FindStringSubmatch(show(expression))
	if parts == nil {
		return math.NaN(), show(expression)
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // the pattern takes digits alone
	if parts[2] == "hour" {
		n /= 24
	}
	return n, show(expression)
}
