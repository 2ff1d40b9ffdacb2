package reachtest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// Trail is a trail of CloudTrail. Selectors are as GetEventSelectors tells them, as JSON.
type Trail struct {
	Name      string
	Logging   bool
	Selectors string
}

// SetTrails says what trails there are.
func (r *Run) SetTrails(trails ...Trail) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trails = trails
}

const trailARN = "arn:aws:cloudtrail:" + Region + ":" + account + ":trail/"

// serveTrails answers three operations of CloudTrail; the caller has the lock.
func (r *Run) serveTrails(w http.ResponseWriter, request *http.Request, operation string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	var asked struct{ Name, TrailName string }
	_ = json.NewDecoder(request.Body).Decode(&asked) // without a name there is no trail
	var found Trail
	list := []map[string]string{}
	for _, trail := range r.trails {
		list = append(list, map[string]string{"Name": trail.Name, "TrailARN": trailARN + trail.Name, "HomeRegion": Region})
		if strings.TrimPrefix(asked.Name+asked.TrailName, trailARN) == trail.Name {
			found = trail
		}
	}
	switch operation {
	case "DescribeTrails":
		_ = json.NewEncoder(w).Encode(map[string]any{"trailList": list})
	case "GetTrailStatus":
		_ = json.NewEncoder(w).Encode(map[string]bool{"IsLogging": found.Logging})
	case "GetEventSelectors":
		_, _ = w.Write([]byte(found.Selectors))
	}
}
