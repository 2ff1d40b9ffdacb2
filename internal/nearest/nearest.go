package nearest

import "strings"

// Word finds the known word with the fewest edits from word, or "" when all are more than a slip or
// two away: a wrong guess is worse than none.
func Word(word string, known []string) string {
	best, fewest := "", min(max(1, len(word)/3), 2)+1
	for _, candidate := range known {
		if d := edits(strings.ToLower(word), strings.ToLower(candidate), fewest); d < fewest {
			best, fewest = candidate, d
		}
	}
	return best
}

// edits counts the insertions, deletions, replacements and swaps of neighbours between two words,
// byte by byte (optimal string alignment). Words whose lengths alone are enough apart are not
// compared.
func edits(a, b string, enough int) int {
	if len(a)-len(b) >= enough || len(b)-len(a) >= enough {
		return enough
	}
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			replaced := d[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			d[i][j] = min(replaced, d[i-1][j]+1, d[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}
