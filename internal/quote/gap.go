package quote

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// omission is how people mark that they left words out.
var omission = regexp.MustCompile(`\s*(?:\[\s*` + dots + `\s*\]|\(\s*` + dots + `\s*\)|` + dots + `)\s*`)

const dots = `(?:…[…. ]*|\.(?:[ \x{a0}]?\.){2,})`

// Split gives the pieces of a quotation between its ellipses, empty ones left out.
func Split(exact string) []string {
	return slices.DeleteFunc(omission.Split(strings.TrimSpace(exact), -1), func(s string) bool { return s == "" })
}

// negations are the words whose loss turns a sentence around, in the languages
// that the desk meets most. Words with "n't" are found by their ending.
var negations = wordSet(`
	no not never neither nor none nothing nobody nowhere cannot without hardly barely scarcely denied denies refused
	nicht kein keine keinen keinem keiner nie niemals nichts weder ohne
	ne pas jamais aucun aucune rien sans ni
	nunca ningún ninguna ninguno nada tampoco
	non nessun nessuno nessuna niente senza
	não nem nenhum nenhuma sem
	не нет ни никогда нельзя без
	nie nigdy bez niet geen nooit zonder inte aldrig utan ikke aldri uten`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// warnings looks at what the ellipses swallow.
func (t *Text) warnings(segments []Segment) []string {
	found := []string{}
	negated, long := false, false
	for i := 1; i < len(segments); i++ {
		long = long || segments[i].Gap > longGap
		negated = negated || negates(t.wholeWords(segments[i-1].End, segments[i].Start))
	}
	if negated {
		found = append(found, NegationInGap)
	}
	if long {
		found = append(found, LongGap)
	}
	return found
}

// wholeWords gives a gap with the rest of the words that it cuts into: "n […]"
// may swallow a "not".
func (t *Text) wholeWords(start, end int) string {
	const longestWord = 20
	before, after := []rune(t.Slice(start-longestWord, start)), []rune(t.Slice(end, end+longestWord))
	inWord := func(r rune) bool { return unicode.IsLetter(r) || r == '\'' || r == '’' }
	i, j := len(before), 0
	for i > 0 && inWord(before[i-1]) {
		i--
	}
	for j < len(after) && inWord(after[j]) {
		j++
	}
	gap := t.Slice(start, end)
	if first, _ := utf8.DecodeRuneInString(gap); inWord(first) {
		gap = string(before[i:]) + gap
	}
	if last, _ := utf8.DecodeLastRuneInString(gap); inWord(last) {
		gap += string(after[:j])
	}
	return gap
}

func negates(gap string) bool {
	words := strings.FieldsFunc(strings.ToLower(fold(gap).text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\''
	})
	return slices.ContainsFunc(words, func(w string) bool {
		w = strings.Trim(w, "'")
		return negations[w] || strings.HasSuffix(w, "n't")
	})
}
