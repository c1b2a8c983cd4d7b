package search

import (
	"strings"
	"unicode/utf8"
)

// Wanted is what a reader typed, taken apart: words of which each must be there,
// phrases in quotes, and -words that must not. A word that ends in * stands for all
// that begin so.
type Wanted struct {
	parts []part
}

type part struct {
	text   string
	not    bool
	phrase bool
	begins bool
}

// What is read of a query: in bytes, in parts, and of the parts that cost most to look
// up. What goes beyond is left out, or taken for plain words.
const (
	mostTyped     = 1000
	mostParts     = 24
	mostPhrases   = 4
	mostBeginning = 4
	leastBegun    = 2 // letters of a beginning
)

// Parse takes a query apart. Any text is one: what makes no sense is taken for words.
func Parse(typed string) Wanted {
	for len(typed) > mostTyped {
		typed = typed[:mostTyped]
		for len(typed) > 0 && !utf8.ValidString(typed[max(0, len(typed)-utf8.UTFMax):]) && typed[len(typed)-1] >= utf8.RuneSelf {
			typed = typed[:len(typed)-1]
		}
	}
	typed = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`).Replace(typed)
	var w Wanted
	phrases, beginnings := 0, 0
	for rest := strings.TrimSpace(typed); rest != "" && len(w.parts) < mostParts; rest = strings.TrimSpace(rest) {
		var p part
		if len(rest) > 1 && rest[0] == '-' && rest[1] != ' ' && rest[1] != '-' {
			p.not, rest = true, rest[1:]
		}
		if rest[0] == '"' {
			p.text, rest, _ = strings.Cut(rest[1:], `"`)
			phrases++
			p.phrase = phrases <= mostPhrases
		} else {
			end := strings.IndexAny(rest, " \t\r\n\"")
			if end < 0 {
				end = len(rest)
			}
			p.text, rest = rest[:end], rest[end:]
			p.text, p.begins = strings.CutSuffix(p.text, "*")
			if p.begins && utf8.RuneCountInString(p.text) >= leastBegun {
				beginnings++
			}
			p.begins = p.begins && utf8.RuneCountInString(p.text) >= leastBegun && beginnings <= mostBeginning
		}
		if strings.TrimSpace(p.text) != "" {
			w.parts = append(w.parts, p)
		}
	}
	return w
}

// Typing tells that the last word may not be finished.
func (w Wanted) Typing() Wanted {
	if n := len(w.parts); n > 0 && !w.parts[n-1].phrase && utf8.RuneCountInString(w.parts[n-1].text) >= leastBegun {
		w.parts[n-1].begins = true
	}
	return w
}

// Empty reports that nothing is asked for.
func (w Wanted) Empty() bool { return len(w.parts) == 0 }
