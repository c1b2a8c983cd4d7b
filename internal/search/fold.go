// Package search makes words comparable: what editors and readers type, and what
// stands in claims. It is pure, and knows nothing of where the words come from.
package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Fold gives the key under which a name is looked up: case folded, accents and
// punctuation dropped, words joined by one space. It works beyond ASCII, which
// the databases' own functions do not.
func Fold(name string) string {
	folded := cases.Fold().String(name)
	stripped, _, err := transform.String(transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), folded)
	if err != nil {
		stripped = folded
	}
	stripped = strings.NewReplacer("ł", "l", "ø", "o", "đ", "d", "ı", "i").Replace(stripped)
	words := strings.FieldsFunc(stripped, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	key := strings.Join(words, " ")
	if key == "" {
		return folded
	}
	return key
}

// Words is a text made ready to be searched.
type Words string

// WordsOf folds texts into one.
func WordsOf(texts ...string) Words {
	return Words(" " + Fold(strings.Join(texts, " ")))
}

// mostTerms bounds what one query can ask for.
const mostTerms = 20

// Terms gives what a query asks for, word by word, each once.
func Terms(query string) []string {
	var terms []string
	for term := range strings.FieldsSeq(Fold(query)) {
		if len(terms) < mostTerms {
			terms = append(terms, term)
		}
	}
	return terms
}

// Have reports whether every term begins a word of the text.
func (w Words) Have(terms []string) bool {
	for _, t := range terms {
		if !strings.Contains(string(w), " "+t) {
			return false
		}
	}
	return true
}
