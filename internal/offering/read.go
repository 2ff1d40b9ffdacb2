package offering

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"cognito-m2m/internal/access"
	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/httpapi"
	"cognito-m2m/internal/standing"
	"cognito-m2m/naming"
)

// Known is what is known of a running environment and not in its assembly. All of it may be left
// out.
type Known struct {
	Region        string // for stacks whose template leaves it open
	APIURL        string // with TokenEndpoint; else placeholders stand for both
	TokenEndpoint string
	Local         bool              // the addresses are those of a run on this machine
	ClientIDs     map[string]string // app client ids by the clients' names
}

// Read reads the environment of that name from the cloud assembly in dir. It fails as access.Read
// does.
func Read(dir, name string, known Known) (*Offer, error) {
	granted, err := access.Read(dir, name, access.IDs{Region: known.Region, Clients: known.ClientIDs})
	if err != nil {
		return nil, err
	}
	loaded, err := assembly.Load(dir)
	if err != nil {
		return nil, err
	}
	stage, err := loaded.Stage(name)
	if err != nil {
		return nil, err
	}
	model, _ := stage.Resolve(assembly.Options{Region: known.Region, IDs: placeholders{}}) // access.Read has looked at the problems
	r := reader{model: model, names: model.ClientNames(), api: model.APIs[0]}
	o := &Offer{
		Environment: name, Region: model.Region, CORS: r.api.CORS != nil, Scopes: r.scopes(),
		APIURL: known.APIURL, TokenEndpoint: known.TokenEndpoint, Local: known.Local,
	}
	if known.APIURL == "" {
		o.Placeholders = true
		o.APIURL = strings.TrimSuffix(r.output(naming.APIURLOutput), "/")
		o.TokenEndpoint = r.output(naming.TokenEndpointOutput)
	}
	for _, route := range granted.Routes {
		o.Routes = append(o.Routes, r.route(route))
	}
	for _, client := range granted.Clients {
		o.Clients = append(o.Clients, r.client(name, client))
	}
	return o, nil
}

// placeholders implements assembly.IDs with ids that can be seen to be made up. They stand in
// addresses, and so have the shape that they have on AWS.
type placeholders struct{}

// APIID is what stands for the id of an API.
const APIID = "a1b2c3d4e5"

func (placeholders) ID(key assembly.Key) (string, error) {
	switch key.Type {
	case "AWS::ApiGatewayV2::Api":
		return APIID, nil
	case assembly.StackType: // the GUID of a stack, with which a derived domain begins
		return "00000000-0000-4000-8000-000000000000", nil
	}
	return key.Stack + "." + key.LogicalID, nil
}

type reader struct {
	model *assembly.Model
	names map[string]string // of the clients, by the model's ids
	api   assembly.API
}

// output is the value of an output of any stack, "" if there is none.
func (r reader) output(key string) string {
	for _, output := range r.model.Outputs {
		if output.Key == key {
			return output.Value
		}
	}
	return ""
}

func (r reader) scopes() (scopes []Scope) {
	for _, server := range r.model.ResourceServers {
		for _, s := range server.Scopes {
			scopes = append(scopes, Scope{server.Identifier + "/" + s.Name, s.Description})
		}
	}
	slices.SortFunc(scopes, func(a, b Scope) int { return cmp.Compare(a.Name, b.Name) })
	return scopes
}

func (r reader) route(granted access.Route) Route {
	route := Route{Route: granted}
	for _, declared := range r.api.Routes {
		if declared.Key == granted.Key {
			route.Description = declared.Description
		}
	}
	for _, stage := range r.api.Stages {
		if stage.Name != httpapi.DefaultStage {
			continue
		}
		own := stage.RouteSettings[granted.Key]
		route.Rate = cmp.Or(own.ThrottlingRateLimit, stage.DefaultRouteSettings.ThrottlingRateLimit)
		route.Burst = cmp.Or(own.ThrottlingBurstLimit, stage.DefaultRouteSettings.ThrottlingBurstLimit)
	}
	return route
}

func (r reader) client(environment string, granted access.Client) Client {
	c := Client{Client: granted}
	for _, declared := range r.model.UserPoolClients {
		if r.names[declared.ID] == granted.Name {
			c.TokenValidity = declared.AccessTokenValidity
		}
	}
	for _, secret := range r.model.Secrets {
		if secret.Name == naming.Secret(environment, granted.Name) {
			c.Secret = secret.Name
			c.EveryDays, c.Grace = r.rotation(secret)
		}
	}
	return c
}

// rotation is after how many days a secret is replaced, and for how long the one before is spared.
func (r reader) rotation(of assembly.Secret) (days int, grace time.Duration) {
	for _, schedule := range r.model.RotationSchedules {
		if schedule.SecretARN != of.ARN {
			continue
		}
		days, grace = schedule.AutomaticallyAfterDays, standing.Grace(schedule.AutomaticallyAfterDays)
		for _, f := range r.model.Functions {
			hours, err := strconv.Atoi(f.Environment[naming.GraceHoursVariable])
			if f.ARN == schedule.FunctionARN && err == nil {
				grace = time.Duration(hours) * time.Hour
			}
		}
	}
	return days, grace
}
