package architecture

import (
	"regexp"
	"strings"
	"testing"
)

// TestDecisions holds docs/decisions.md to its form: every record once, in an area, under the day
// it was made.
func TestDecisions(t *testing.T) {
	text := pages(t)["docs/decisions.md"]
	for _, fault := range decisionFaults(text) {
		t.Error(fault)
	}
	if strings.Count(text, "\n### ") < 10 {
		t.Error("docs/decisions.md has hardly a record: this test looks at nothing")
	}
}

func TestDecisionsGoRed(t *testing.T) {
	const record = "### Once\n\n*2026-11-22*\n\nText.\n\n"
	for name, text := range map[string]string{
		"a record twice":        "## Area\n\n" + record + record,
		"a record without date": "## Area\n\n### Once\n\nText.\n",
		"a record as an area":   "## Area\n\n" + record + "## Twice\n\nText.\n",
	} {
		if len(decisionFaults(text)) == 0 {
			t.Errorf("%s is accepted", name)
		}
	}
}

func decisionFaults(text string) (faults []string) {
	record := regexp.MustCompile(`^\n\*\d{4}-\d\d-\d\d\*\n\n`)
	seen := map[string]bool{}
	for _, part := range regexp.MustCompile(`(?m)^##`).Split(text, -1)[1:] {
		title, body, _ := strings.Cut(part, "\n")
		switch {
		case seen[title]:
			faults = append(faults, "twice:"+title)
		case strings.HasPrefix(title, "#") && !record.MatchString(body):
			faults = append(faults, "no day below the title:"+title)
		case !strings.HasPrefix(title, "#") && strings.TrimSpace(body) != "":
			faults = append(faults, "not in an area: begin the title with ###:"+title)
		}
		seen[title] = true
	}
	return faults
}
