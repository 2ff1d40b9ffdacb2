package chaos_test

import (
	"strings"
	"testing"

	"cognito-m2m/internal/chaos"
)

func TestNext(t *testing.T) {
	t.Parallel()
	clients := []string{"reader", "writer"}
	for _, c := range []struct{ said, part, want string }{
		{"", "", "rate= kinds= on= route= client= late="},
		{"kinds=cut:rate=5%:", "", "on= route= client= late="},
		{"5%:", "", "kinds= on= route= client= late="},
		{"", "on=", "on=calls on=tokens"},
		{"", "client=r", "client=reader client=writer"}, // the shell takes what fits
		{"", "rate=", "rate=1% rate=5% rate=20%"},
		{"", "kinds=429,late,5", "kinds=429,late,500 kinds=429,late,503 kinds=429,late,cut kinds=429,late,keys kinds=429,late,secret"},
		{"", "route=", ""},
		{"", "nothing=", ""},
	} {
		offers := chaos.Next(c.said, c.part, clients)
		if got := strings.Join(offers, " "); got != c.want {
			t.Errorf("%s%s: got %s, want %s", c.said, c.part, got, c.want)
		}
		for _, offer := range offers {
			if !strings.HasSuffix(offer, "=") {
				if _, err := chaos.ParseRule(offer); err != nil {
					t.Errorf("%s is offered, and refused: %v", offer, err)
				}
			}
		}
	}
}
