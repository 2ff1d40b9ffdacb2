package gateway

import "golang.org/x/time/rate"

// The account's limits, which hold where a route setting gives only one of rate and burst.
const (
	accountRateLimit  = 10_000 // requests per second
	accountBurstLimit = 5_000  // requests
)

func (s RouteSettings) isZero() bool {
	return s.ThrottlingRateLimit == nil && s.ThrottlingBurstLimit == nil
}

// or fills what s leaves unset from the stage's defaults.
func (s RouteSettings) or(defaults RouteSettings) RouteSettings {
	if s.ThrottlingRateLimit == nil {
		s.ThrottlingRateLimit = defaults.ThrottlingRateLimit
	}
	if s.ThrottlingBurstLimit == nil {
		s.ThrottlingBurstLimit = defaults.ThrottlingBurstLimit
	}
	return s
}

func (s RouteSettings) limiter() *rate.Limiter {
	limit, burst := rate.Limit(accountRateLimit), accountBurstLimit
	if s.ThrottlingRateLimit != nil {
		limit = rate.Limit(*s.ThrottlingRateLimit)
	}
	if s.ThrottlingBurstLimit != nil {
		burst = *s.ThrottlingBurstLimit
	}
	return rate.NewLimiter(limit, burst)
}

// compileLimiters gives each throttled route of a stage its own bucket.
//
// Parity: Throttling: buckets of the stage default
// Parity: Throttling: account limits
func compileLimiters(s Stage, routes []*route) map[*route]*rate.Limiter {
	limiters := make(map[*route]*rate.Limiter, len(routes))
	for _, r := range routes {
		if settings := s.RouteSettings[r.key].or(s.DefaultRouteSettings); !settings.isZero() {
			limiters[r] = settings.limiter()
		}
	}
	return limiters
}
