package quote

import (
	"net/url"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// A selector keeps this much of its surroundings on each side, in code points:
// the least, and the most that is worth keeping to be unique.
const (
	leastContext = 32
	mostContext  = 2000
)

// mostRivals is among how many places with the same words a selector tries to
// be unique.
const mostRivals = 1000

// Selector makes the selector of a span: its exact words, and as much of what
// stands around them as tells it from every other place with these words,
// whatever their typography.
func (t *Text) Selector(start, end int) kb.Segment {
	before, after := t.context(start, end)
	return kb.Segment{
		Exact: t.Slice(start, end), Prefix: t.Slice(start-before, start), Suffix: t.Slice(end, end+after),
		Start: start, End: end,
	}
}

// context gives how many code points before and after a span a selector needs.
func (t *Text) context(start, end int) (before, after int) {
	before, after = min(start, leastContext), min(t.Len()-end, leastContext)
	f := newCursor(t.folded())
	words := strings.TrimSpace(fold(t.Slice(start, end)).text)
	text := []rune(f.text)
	size := runeCount(words)
	here := f.at(start, end)
	rivals := occurrences(f.text, words)
	for _, other := range rivals[:min(len(rivals), mostRivals)] {
		if other.Start == here.Start {
			continue
		}
		left := alike(text, here.Start-1, other.Start-1, -1)
		right := alike(text, here.Start+size, other.Start+size, 1)
		switch {
		case left < 0: // all that stands before is the same
			after = max(after, f.reach(end, here.Start+size+right))
		case right < 0 || left <= right:
			before = max(before, f.back(start, here.Start-1-left))
		default:
			after = max(after, f.reach(end, here.Start+size+right))
		}
	}
	return before, min(after, t.Len()-end)
}

// at gives the folded span of a span of the text as given, blanks at its ends left out.
func (c cursor) at(start, end int) Place {
	i, _ := slices.BinarySearch(c.end, int32(start)+1)
	j, _ := slices.BinarySearch(c.start, int32(end))
	for i < j && c.text[c.offset[i]] == ' ' {
		i++
	}
	return Place{i, j}
}

// back gives how far before start the folded rune i lies, itself included.
func (c cursor) back(start, i int) int {
	if i < 0 {
		return start
	}
	return start - int(c.start[i])
}

// reach gives how far after end the folded rune i lies, itself included.
func (c cursor) reach(end, i int) int {
	if i >= len(c.end) {
		return int(^uint32(0) >> 1)
	}
	return int(c.end[i]) - end
}

// alike counts the runes that are the same going from i and from j in one
// direction. It is -1 when the way from i ends before a difference was met.
func alike(text []rune, i, j, step int) int {
	for n := 0; n < mostContext; n++ {
		if i < 0 || i >= len(text) {
			return -1
		}
		if j < 0 || j >= len(text) || text[i] != text[j] {
			return n
		}
		i, j = i+step, j+step
	}
	return mostContext
}

// longFragment is the length above which a text fragment names only the first
// and the last words of a passage.
const longFragment = 300

// Fragment gives the text fragment that makes a browser scroll to the passage
// on the live page (WICG, Scroll to Text Fragment), without the "#".
func Fragment(s kb.Segment) string {
	words := strings.Fields(s.Exact)
	if len(words) == 0 {
		return ""
	}
	const edge = 4
	directive := fragmentEncode(strings.Join(words, " "))
	if len(words) > 2*edge && (runeCount(s.Exact) > longFragment || strings.Contains(s.Exact, "\n")) {
		directive = fragmentEncode(strings.Join(words[:edge], " ")) + "," + fragmentEncode(strings.Join(words[len(words)-edge:], " "))
	}
	if before := wholeWords(s.Prefix, true); before != "" {
		directive = fragmentEncode(before) + "-," + directive
	}
	if after := wholeWords(s.Suffix, false); after != "" {
		directive += ",-" + fragmentEncode(after)
	}
	return ":~:text=" + directive
}

// wholeWords gives up to three whole words next to a passage, of the same block.
func wholeWords(context string, before bool) string {
	const few = 3
	if before {
		context = context[strings.LastIndexByte(context, '\n')+1:]
		words := strings.Fields(context)
		return strings.Join(words[max(min(1, len(words)), len(words)-few):], " ")
	}
	context, _, _ = strings.Cut(context, "\n")
	words := strings.Fields(context)
	return strings.Join(words[:min(few, max(len(words)-1, 0))], " ")
}

func fragmentEncode(s string) string {
	return strings.NewReplacer("+", "%20", "-", "%2D").Replace(url.QueryEscape(s))
}
