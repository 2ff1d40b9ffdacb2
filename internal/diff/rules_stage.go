package diff

import "cognito-m2m/internal/diff/change"

// accessLog compares where a stage records its calls.
func accessLog(before, after *change.Resource) []remark {
	was, is := before.Get("AccessLogSettings", "DestinationArn"), after.Get("AccessLogSettings", "DestinationArn")
	switch {
	case change.Show(was) == change.Show(is):
		return nil
	case is == nil:
		return remarks(Loosens, "the access log is removed: calls are no longer recorded")
	case was == nil:
		return remarks(Tightens, "calls are recorded in an access log")
	default:
		return remarks(Changes, "the access log goes elsewhere: "+change.Show(was)+" -> "+change.Show(is))
	}
}
