package docs

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// figure is a number in a row of arithmetic.
var figure = regexp.MustCompile(`[0-9][0-9,]*(\.[0-9]+)?`)

// TestCostsAddUp multiplies the numbers in each row of the example in docs/costs.md, adds the rows
// up, and counts the metrics of the alarms.
func TestCostsAddUp(t *testing.T) {
	page := m2mtest.Read(t, filepath.Join(root, "docs", "costs.md"))
	_, table, _ := strings.Cut(page, "| what | arithmetic | USD |\n| --- | --- | ---: |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	sum, rows := 0.0, 0
	for row := range strings.Lines(table + "\n") {
		cells := strings.Split(row, "|")
		if len(cells) != 5 {
			t.Fatalf("the row %q has %d cells, want 3", row, len(cells)-2)
		}
		told := product(t, cells[3])
		if strings.Contains(cells[1], "a month") {
			if math.Abs(sum-told) > 0.001 {
				t.Errorf("the rows add up to %.2f, the page says %.2f", sum, told)
			}
			continue
		}
		if got := product(t, cells[2]); math.Abs(got-told) > 0.0051 {
			t.Errorf("%s is %.4f, the page says %.2f", strings.TrimSpace(cells[1]), got, told)
		}
		sum, rows = sum+told, rows+1
	}
	if rows < 10 {
		t.Errorf("%d rows, want all of the example", rows)
	}
	metrics := 0
	for _, alarm := range golden(t, "AWS::CloudWatch::Alarm") {
		metrics += metricsOf(alarm)
	}
	if want := fmt.Sprintf("| %d metrics × $0.10 |", metrics); !strings.Contains(table, want) {
		t.Errorf("the alarms of prod read %d metrics, the page says otherwise", metrics)
	}
}

// metricsOf is how many metrics an alarm reads, by itself or in an expression.
func metricsOf(alarm map[string]any) (count int) {
	queries, inExpression := alarm["Metrics"].([]any)
	if !inExpression {
		return 1
	}
	for _, query := range queries {
		if query.(map[string]any)["MetricStat"] != nil {
			count++
		}
	}
	return count
}

func product(t *testing.T, arithmetic string) float64 {
	t.Helper()
	result := 1.0
	for _, text := range figure.FindAllString(arithmetic, -1) {
		value, err := strconv.ParseFloat(strings.ReplaceAll(text, ",", ""), 64)
		if err != nil {
			t.Fatal(err)
		}
		result *= value
	}
	return result
}
