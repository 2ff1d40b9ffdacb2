package diff_test

// keptCases are changes that leave something out of the template which AWS then keeps.
var keptCases = []ruleCase{
	{
		"a route loses its throttle",
		[]edit{api("Stage.RouteSettings", "")},
		[]string{
			"route-settings-kept changes stage $default: the throttle of GET /test_jwt/read stays unchanged, because leaving it out removes nothing: write throttle: default, or afterwards run " +
				"aws apigatewayv2 delete-route-settings --api-id ID --stage-name '$default' --route-key 'GET /test_jwt/read'",
			"route-throttle changes stage $default: limits of single routes change: {GET /test_jwt/read: {ThrottlingRateLimit: 5}} -> (not set)",
		},
	},
	{
		"a route with a throttle of its own is removed",
		[]edit{api("Stage.RouteSettings", ""), api("ReadRoute", "")},
		[]string{
			"route-settings-kept changes stage $default: the settings of GET /test_jwt/read stay although the route goes, and the next update of the stage fails: afterwards run " +
				"aws apigatewayv2 delete-route-settings --api-id ID --stage-name '$default' --route-key 'GET /test_jwt/read'",
			"route-throttle changes stage $default: limits of single routes…",
			"route-removed tightens route GET /test_jwt/read: removed: its callers get 404, or what a more general route answers",
		},
	},
	{
		"a route with a throttle of its own becomes another one",
		[]edit{api("Stage.RouteSettings", `{"GET /test_jwt/all": {"ThrottlingRateLimit": 5}}`), api("ReadRoute.RouteKey", `"GET /test_jwt/all"`)},
		[]string{
			"route-settings-kept changes stage $default: the settings of GET /test_jwt/read stay although the route goes…",
			"route-key changes route GET /test_jwt/read -> GET /test_jwt/all: is another route…",
			"route-throttle changes stage $default: limits of single routes…",
		},
	},
	{
		"a route's throttle becomes the stage's in writing",
		[]edit{api("Stage.RouteSettings", `{"GET /test_jwt/read": {"ThrottlingRateLimit": 100}}`)},
		[]string{"route-throttle changes stage $default: limits of single routes…"},
	},
	{
		"CORS is left out",
		[]edit{api("HttpApi.CorsConfiguration", "")},
		[]string{
			"cors-kept changes HTTP API m2m-prod-Api: CORS stays unchanged, because leaving it out removes nothing: afterwards run aws apigatewayv2 delete-cors-configuration --api-id ID",
			"cors-origins tightens HTTP API m2m-prod-Api: CORS origins: removed https://app.example",
			"cors-methods tightens HTTP API m2m-prod-Api: CORS methods: removed GET",
			"cors-headers tightens HTTP API m2m-prod-Api: CORS request headers: removed authorization",
		},
	},
	{
		"a custom domain no longer asks for certificates",
		[]edit{api("CallersDomain.MutualTlsAuthentication", "")},
		[]string{
			"client-certificates-kept changes custom domain api.example: may go on asking for certificates, because leaving them out removes nothing: call without one, and if it does run " +
				"aws apigatewayv2 update-domain-name --domain-name NAME --mutual-tls-authentication TruststoreUri=''",
			"mutual-tls changes custom domain api.example: other client certificates…",
		},
	},
	{
		"the feature plan is left out",
		[]edit{identity("UserPool.UserPoolTier", "")},
		[]string{"feature-plan-kept changes user pool Identity/UserPool: the feature plan stays unchanged, because leaving it out removes nothing: write the plan that you need"},
	},
}
