package reach

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
)

// ManagementTrail is the name of a trail that logs management events of the deployment's Region, ""
// if none does. Without one EventBridge hears of no call of an API (EventBridge guide, "Events from
// AWS services via CloudTrail").
func (t *Target) ManagementTrail(ctx context.Context) (name string, err error) {
	answer, err := t.trails.DescribeTrails(ctx, &cloudtrail.DescribeTrailsInput{})
	if err != nil {
		return "", t.failure("the trails", err)
	}
	var unknown error // of a trail that could not be looked at
	for _, trail := range answer.TrailList {
		logs, err := t.logsManagement(ctx, trail)
		if err != nil {
			unknown = t.failure("the trail "+aws.ToString(trail.Name), err)
		}
		if logs {
			return aws.ToString(trail.Name), nil
		}
	}
	return "", unknown
}

// logsManagement asks where the trail is at home: only there are its selectors shown.
func (t *Target) logsManagement(ctx context.Context, trail types.Trail) (bool, error) {
	atHome := func(o *cloudtrail.Options) {
		if home := aws.ToString(trail.HomeRegion); home != "" {
			o.Region = home
		}
	}
	status, err := t.trails.GetTrailStatus(ctx, &cloudtrail.GetTrailStatusInput{Name: trail.TrailARN}, atHome)
	if err != nil || !aws.ToBool(status.IsLogging) {
		return false, err
	}
	selected, err := t.trails.GetEventSelectors(ctx, &cloudtrail.GetEventSelectorsInput{TrailName: trail.TrailARN}, atHome)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(selected.EventSelectors, writesManagement) ||
		slices.ContainsFunc(selected.AdvancedEventSelectors, writesManagementAdvanced), nil
}

func writesManagement(s types.EventSelector) bool {
	return aws.ToBool(s.IncludeManagementEvents) && s.ReadWriteType != types.ReadWriteTypeReadOnly
}

// writesManagementAdvanced passes over what a selector leaves out of single services or events.
func writesManagementAdvanced(s types.AdvancedEventSelector) bool {
	management := false
	for _, field := range s.FieldSelectors {
		switch aws.ToString(field.Field) {
		case "eventCategory":
			management = slices.Contains(field.Equals, "Management")
		case "readOnly":
			if slices.Contains(field.Equals, "true") {
				return false
			}
		}
	}
	return management
}
