package diff

import (
	"math"
	"reflect"
	"regexp"
	"strconv"

	"cognito-m2m/internal/diff/change"
)

// rate is the form of ScheduleExpression that names an interval.
var rate = regexp.MustCompile(`^rate\((\d+) (day|hour)s?\)$`)

func rotationInterval(before, after *change.Resource) []remark {
	was, shownWas := interval(before)
	is, shownIs := interval(after)
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
func interval(schedule *change.Resource) (days float64, shown string) {
	if after := schedule.Get("RotationRules", "AutomaticallyAfterDays"); after != nil {
		if n, ok := number(after); ok {
			return n, change.Show(after) + " days"
		}
		return math.NaN(), change.Show(after)
	}
	expression := schedule.Get("RotationRules", "ScheduleExpression")
	if expression == nil {
		return math.Inf(1), "never"
	}
	parts := rate.FindStringSubmatch(change.Show(expression))
	if parts == nil {
		return math.NaN(), change.Show(expression)
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // the pattern takes digits alone
	if parts[2] == "hour" {
		n /= 24
	}
	return n, change.Show(expression)
}

// secretValue: what the template gives as value is written over what is there whenever it changes,
// a rotated value too.
func secretValue(before, after *change.Resource) []remark {
	for _, name := range []string{"SecretString", "GenerateSecretString"} {
		if !reflect.DeepEqual(before.Properties[name], after.Properties[name]) {
			return remarks(Replaces, "its value is overwritten ("+name+" changes), whatever a rotation has put there")
		}
	}
	return nil
}
