package diff

import "cognito-m2m/internal/diff/change"

// reservedConcurrency compares how many invocations of a function run at the same time at most. So
// many are also taken from what all functions of the account share.
func reservedConcurrency(before, after *change.Resource) []remark {
	const property = "ReservedConcurrentExecutions"
	was, is := before.Get(property), after.Get(property)
	switch {
	case change.Show(was) == change.Show(is):
		return nil
	case is == nil:
		return remarks(Changes, "its reserved concurrency of "+change.Show(was)+" is left out, and Lambda may keep it: afterwards run aws lambda delete-function-concurrency --function-name NAME")
	case was == nil:
		return remarks(Changes, "at most "+change.Show(is)+" of it run at the same time, and so many are kept from all other functions")
	default:
		return remarks(Changes, "so many of it run at the same time at most: "+change.Show(was)+" -> "+change.Show(is))
	}
}
