package chaos

import (
	"slices"
	"strings"
)

// Next are the ways in which the part of a rule that is being written can go on. said is the rule
// before it; clients are the names that client can have.
func Next(said, part string, clients []string) (offers []string) {
	key, value, pair := strings.Cut(part, "=")
	if !pair {
		if first, _, more := strings.Cut(said, ":"); more && !strings.Contains(first, "=") {
			said = "rate=" + said
		}
		for _, key := range ruleKeys {
			if !strings.Contains(":"+said, ":"+key+"=") {
				offers = append(offers, key+"=")
			}
		}
		return offers
	}
	switch key {
	case "rate":
		return []string{"rate=1%", "rate=5%", "rate=20%"}
	case "kinds":
		return nextKinds(value)
	case "on":
		return []string{"on=" + string(Calls), "on=" + string(Tokens)}
	case "client":
		for _, name := range clients {
			offers = append(offers, "client="+name)
		}
	}
	return offers
}

func nextKinds(value string) (offers []string) {
	begun := value[:strings.LastIndex(value, ",")+1]
	for _, kind := range Kinds() {
		if !slices.Contains(strings.Split(begun, ","), string(kind)) {
			offers = append(offers, "kinds="+begun+string(kind))
		}
	}
	return offers
}
