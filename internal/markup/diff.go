package markup

import (
	"strings"

	"github.com/rivo/uniseg"
	"github.com/sergi/go-diff/diffmatchpatch"
)

// Run is a piece of a comparison: text that stayed, was removed or was added.
type Run struct {
	Op   Op
	Text string
}

// Op says what became of a piece of text.
type Op int

// The fates of a piece of text.
const (
	Kept Op = iota
	Removed
	Added
)

// WordDiff compares two texts by the words of Unicode (UAX 29), so that it also
// works where no spaces stand between them.
func WordDiff(before, after string) []Run {
	d := diffmatchpatch.New() // gives up on fineness after a second
	var alphabet wordAlphabet
	x, y := alphabet.encode(before), alphabet.encode(after)
	diffs := d.DiffCleanupSemantic(d.DiffMainRunes(x, y, false)) // runs of words, not every other word
	runs := make([]Run, 0, len(diffs))
	for _, diff := range diffs {
		runs = append(runs, Run{opOf[diff.Type], alphabet.decode(diff.Text)})
	}
	return runs
}

var opOf = map[diffmatchpatch.Operation]Op{
	diffmatchpatch.DiffEqual:  Kept,
	diffmatchpatch.DiffDelete: Removed,
	diffmatchpatch.DiffInsert: Added,
}

// wordAlphabet writes each distinct word as one rune, clear of the surrogates.
type wordAlphabet struct {
	words []string
	runes map[string]rune
}

func (a *wordAlphabet) encode(text string) []rune {
	if a.runes == nil {
		a.runes = map[string]rune{}
	}
	var encoded []rune
	state := -1
	for text != "" {
		var word string
		word, text, state = uniseg.FirstWordInString(text, state)
		r, known := a.runes[word]
		if !known {
			r = runeAt(len(a.words))
			a.words = append(a.words, word)
			a.runes[word] = r
		}
		encoded = append(encoded, r)
	}
	return encoded
}

func (a *wordAlphabet) decode(encoded string) string {
	var b strings.Builder
	for _, r := range encoded {
		b.WriteString(a.words[indexOf(r)])
	}
	return b.String()
}

const surrogates = 0xD800

func runeAt(i int) rune {
	if i+1 < surrogates {
		return rune(i + 1)
	}
	return rune(i + 1 + 0x800)
}

func indexOf(r rune) int {
	if r < surrogates {
		return int(r) - 1
	}
	return int(r) - 1 - 0x800
}
