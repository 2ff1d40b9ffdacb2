package reach

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"

	"cognito-m2m/internal/httpapi"
	"cognito-m2m/naming"
)

// APIID is the id of the HTTP API of a deployment.
func (t *Target) APIID(ctx context.Context) (string, error) { return t.output(ctx, naming.APIIDOutput) }

// StrayRouteSettings are the keys for which the stage of a deployment has settings although the API
// has no such route, sorted. API Gateway keeps the settings of a route that goes, and refuses the
// next update of a stage that has any ("Unable to find Route by key").
func (t *Target) StrayRouteSettings(ctx context.Context) (stray []string, err error) {
	id, err := t.APIID(ctx)
	if err != nil {
		return nil, err
	}
	stage, err := t.apis.GetStage(ctx, &apigatewayv2.GetStageInput{ApiId: &id, StageName: aws.String(httpapi.DefaultStage)})
	if err != nil {
		return nil, t.failure("the stage "+httpapi.DefaultStage+" of the API "+id, err)
	}
	if len(stage.RouteSettings) == 0 {
		return nil, nil
	}
	var routes []string
	for next := (*string)(nil); ; {
		page, err := t.apis.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &id, NextToken: next})
		if err != nil {
			return nil, t.failure("the routes of the API "+id, err)
		}
		for _, route := range page.Items {
			routes = append(routes, aws.ToString(route.RouteKey))
		}
		if next = page.NextToken; aws.ToString(next) == "" {
			break
		}
	}
	return httpapi.WithoutRoute(stage.RouteSettings, func(key string) bool { return slices.Contains(routes, key) }), nil
}
