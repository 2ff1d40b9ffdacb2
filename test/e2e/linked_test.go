package e2e

import (
	"maps"
	"os/exec"
	"regexp"
	"testing"
)

// TestLinkedOperations keeps out of m2m what makes the linker keep all exported methods, for
// example all operations of AWS's SDK: calls of methods by names that are known only at run time.
func TestLinkedOperations(t *testing.T) {
	t.Parallel()
	binary, err := m2m()
	if err != nil {
		t.Fatal(err)
	}
	symbols, err := exec.CommandContext(t.Context(), "go", "tool", "nm", binary).Output()
	if err != nil {
		t.Fatal(err)
	}
	const most = 10 // that m2m calls of one service
	operations := map[string]int{}
	for _, match := range regexp.MustCompile(`(?m)/service/(\w+)\.\(\*Client\)\.[A-Z]\w*\r?$`).FindAllSubmatch(symbols, -1) {
		operations[string(match[1])]++
	}
	if len(operations) == 0 {
		t.Error("m2m has no operation of AWS's SDK: this test looks at nothing")
	}
	maps.DeleteFunc(operations, func(_ string, count int) bool { return count <= most })
	if len(operations) > 0 {
		t.Errorf("m2m has more operations than it calls, %v: something in it calls methods by name, as text/template and html/template do, "+
			"so the linker keeps them all. This says what:\n\tgo build -o /dev/null -ldflags=-dumpdep ./cmd/m2m 2>&1 | grep ReflectMethod", operations)
	}
}
