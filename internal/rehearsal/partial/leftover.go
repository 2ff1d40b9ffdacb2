package partial

import (
	"fmt"
	"maps"
	"slices"

	"cognito-m2m/internal/assembly"
)

// Leftovers are what services have of resources beside what the template says.
//
// API Gateway keeps what the template no longer has: a property that an update leaves out is not
// sent, and settings of routes are added to those that are there. A function keeps code that it was
// given by UpdateFunctionCode until CloudFormation updates it.
//
// Parity: Runtime: what an update leaves as it was
//
// Source: cdkd #1160, #1163 and anomalyco/sst #6748 for CORS; cdkd #1577,
// hashicorp/terraform-provider-aws #16094 and #16133 for RouteSettings.
type Leftovers struct {
	CORS          map[string]*assembly.CORS                    `json:"cors,omitempty"`           // by API id
	RouteSettings map[string]map[string]assembly.RouteSettings `json:"route_settings,omitempty"` // by API id and stage
	Code          map[string]Code                              `json:"code,omitempty"`           // by the function's ARN
}

// Code is where a function's code was uploaded to.
type Code struct {
	Bucket string `json:"bucket"`
	Key    string `json:"key"`
}

// Clone returns a copy that can be changed.
func (l Leftovers) Clone() Leftovers {
	return Leftovers{CORS: maps.Clone(l.CORS), RouteSettings: maps.Clone(l.RouteSettings), Code: maps.Clone(l.Code)}
}

func stageKey(apiID, stage string) string { return apiID + "/" + stage }

// Update notes that an API, a stage of one or a function was made or updated to what the model of
// its template has. routes are the keys of the routes that the API has. It fails as API Gateway
// does if settings are left of a route that is gone.
func (l *Leftovers) Update(model *assembly.Model, at assembly.Resource, routes func(apiID string) []string) error {
	for _, f := range model.Functions {
		if same(f.Resource, at) {
			delete(l.Code, f.ARN)
		}
	}
	for _, api := range model.APIs {
		if same(api.Resource, at) && api.CORS != nil {
			if l.CORS == nil {
				l.CORS = map[string]*assembly.CORS{}
			}
			l.CORS[api.ID] = api.CORS
		}
		for _, stage := range api.Stages {
			if same(stage.Resource, at) {
				return l.updateStage(api.ID, stage, routes(api.ID))
			}
		}
	}
	return nil
}

func (l *Leftovers) updateStage(apiID string, stage assembly.APIStage, routes []string) error {
	settings := maps.Clone(l.RouteSettings[stageKey(apiID, stage.Name)])
	if settings == nil {
		settings = map[string]assembly.RouteSettings{}
	}
	maps.Copy(settings, stage.RouteSettings)
	for _, key := range slices.Sorted(maps.Keys(settings)) {
		if !slices.Contains(routes, key) {
			return fmt.Errorf("Unable to find Route by key %s within the provided RouteSettings", key) //nolint:staticcheck // AWS's words
		}
	}
	if len(settings) == 0 {
		return nil
	}
	if l.RouteSettings == nil {
		l.RouteSettings = map[string]map[string]assembly.RouteSettings{}
	}
	l.RouteSettings[stageKey(apiID, stage.Name)] = settings
	return nil
}

// AddTo puts what is left into the model of what is there, and forgets what has gone with its API
// or stage.
func (l *Leftovers) AddTo(model *assembly.Model) {
	var apis, stages []string
	for i := range model.APIs {
		api := &model.APIs[i]
		apis = append(apis, api.ID)
		if api.CORS == nil {
			api.CORS = l.CORS[api.ID]
		}
		for j := range api.Stages {
			key := stageKey(api.ID, api.Stages[j].Name)
			stages = append(stages, key)
			if settings := l.RouteSettings[key]; settings != nil {
				api.Stages[j].RouteSettings = settings
			}
		}
	}
	maps.DeleteFunc(l.CORS, func(id string, _ *assembly.CORS) bool { return !slices.Contains(apis, id) })
	maps.DeleteFunc(l.RouteSettings, func(key string, _ map[string]assembly.RouteSettings) bool { return !slices.Contains(stages, key) })
}

func same(a, b assembly.Resource) bool { return a.Stack == b.Stack && a.LogicalID == b.LogicalID }
