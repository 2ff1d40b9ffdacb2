package change

const (
	// shownLength is how many characters of a value are shown.
	shownLength = 76
	// leadLength is how many characters before the first difference of two long values are shown.
	leadLength = 12
)

// Shorten cuts two long values to 76 characters each, in such a way that the first difference stays
// visible. A … stands for what is cut off.
func Shorten(before, after string) (string, string) {
	a, b := []rune(before), []rune(after)
	if len(a) <= shownLength && len(b) <= shownLength {
		return before, after
	}
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	from := max(same-leadLength, 0)
	return window(a, from), window(b, from)
}

func window(text []rune, from int) string {
	var lead, trail string
	if from > 0 {
		lead = "…"
	}
	to := min(from+shownLength, len(text))
	if to < len(text) {
		trail = "…"
	}
	return lead + string(text[min(from, to):to]) + trail
}
