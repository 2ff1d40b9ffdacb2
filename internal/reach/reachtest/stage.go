package reachtest

import (
	"encoding/json"
	"net/http"
	"strings"

	"cognito-m2m/internal/httpapi"
)

// APIID is the HTTP API of the environment.
const APIID = "a1b2c3d4e5"

// Stage is what API Gateway tells of the environment's API.
type Stage struct {
	RouteSettings []string // keys of routes with settings of their own
	Routes        []string // keys
}

// SetStage says what API Gateway tells.
func (r *Run) SetStage(stage Stage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage = stage
}

// serveStage answers two operations of API Gateway, routes one a page; the caller has the lock.
func (r *Run) serveStage(w http.ResponseWriter, request *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	rest, _ := strings.CutPrefix(request.URL.Path, "/v2/apis/"+APIID)
	answer := map[string]any{}
	operation := map[string]string{"/stages/$default": "GetStage", "/routes": "GetRoutes"}[rest]
	switch denied := r.denied[operation]; {
	case denied.code != "":
		w.Header().Set("X-Amzn-Errortype", denied.code)
		w.WriteHeader(http.StatusForbidden)
		answer["message"] = denied.message
	case operation == "GetStage":
		settings := map[string]any{}
		for _, key := range r.stage.RouteSettings {
			settings[key] = map[string]any{"throttlingRateLimit": 5}
		}
		answer["stageName"], answer["routeSettings"] = httpapi.DefaultStage, settings
	case operation == "GetRoutes" && len(r.stage.Routes) > 0:
		page := len(request.URL.Query().Get("nextToken"))
		answer["items"] = []map[string]string{{"routeKey": r.stage.Routes[page]}}
		if page+1 < len(r.stage.Routes) {
			answer["nextToken"] = strings.Repeat("n", page+1)
		}
	case operation == "GetRoutes":
		answer["items"] = []any{}
	default:
		w.Header().Set("X-Amzn-Errortype", "NotFoundException")
		w.WriteHeader(http.StatusNotFound)
		answer["message"] = "Invalid API identifier specified"
	}
	_ = json.NewEncoder(w).Encode(answer)
}
