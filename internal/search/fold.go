// Package search finds claims by their words: an index in memory that ranks, filters
// and counts, and the matching of posts and claims with each other. It is pure, and
// knows nothing of where the words come from.
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
