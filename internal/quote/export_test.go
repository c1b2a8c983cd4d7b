package quote

import "strings"

// Folded gives the spelling of a text that comparison uses, for the tests, with
// the code points that each of its runes stands for.
func Folded(text string) (spelling string, start, end []int32) {
	f := fold(text)
	for i := range f.size {
		from, to := f.span(i)
		start, end = append(start, int32(from)), append(end, int32(to))
	}
	return f.text, start, end
}

// Words gives the spelling of a quotation that comparison uses, for the tests.
func Words(exact string) string {
	f := fold(exact)
	return strings.TrimSpace(f.text)
}

// Approximate finds a pattern with errors, for the tests. Proposals have no text.
func Approximate(text, pattern []rune, most int) []Proposal {
	var found []Proposal
	f := fold(string(text))
	for _, m := range approximate(&f, pattern, most) {
		found = append(found, Proposal{Start: m.start, End: m.end, Errors: m.errors})
	}
	return found
}
