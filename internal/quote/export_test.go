package quote

import "strings"

// Folded gives the spelling of a text that comparison uses, for the tests, with
// the code points that each of its runes stands for.
func Folded(text string) (spelling string, start, end []int32) {
	f := fold(text)
	return f.text, f.start, f.end
}

// Words gives the spelling of a quotation that comparison uses, for the tests.
func Words(exact string) string { return strings.TrimSpace(fold(exact).text) }

// Approximate finds a pattern with errors, for the tests. Proposals have no text.
func Approximate(text, pattern []rune, most int) []Proposal {
	var found []Proposal
	for _, m := range approximate(text, pattern, most) {
		found = append(found, Proposal{Start: m.start, End: m.end, Errors: m.errors})
	}
	return found
}
