package quote

import (
	"math"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

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
	size := t.Len()
	before, after = min(start, leastContext), min(size-end, leastContext)
	f, selected := t.folded(), fold(t.Slice(start, end))
	words := strings.TrimSpace(selected.text)
	here := f.upTo(start)
	for here < f.size && strings.HasPrefix(f.text[f.offset(here):], " ") {
		here++
	}
	beyond := here + runeCount(words)
	for _, other := range occurrences(f.text, words, mostRivals) {
		if other.Start == here {
			continue
		}
		left := f.alikeBefore(here, other.Start)
		right := f.alikeAfter(beyond, other.End)
		switch {
		case left < 0: // all that stands before is the same
			after = max(after, f.reach(end, beyond+right))
		case right < 0 || left <= right:
			before = max(before, f.back(start, here-1-left))
		default:
			after = max(after, f.reach(end, beyond+right))
		}
	}
	before, after = min(before, start), min(after, size-end)
	// What comparison joins or drops at an edge tells nothing apart.
	for before < start && joined(t.Slice(start-before, start-before+1)) {
		before++
	}
	for end+after < size && joined(t.Slice(end+after-1, end+after)) {
		after++
	}
	return min(before+1, start), min(after+1, size-end)
}

// joined reports whether comparison may join a character with its neighbours,
// or drop it.
func joined(s string) bool {
	for _, r := range s {
		p := plain(r)
		return p < 0 || p == ' ' || p == '-' || p == '.' || unicode.Is(unicode.M, r)
	}
	return false
}

// back gives how far before start the folded rune i lies, itself included.
func (f *folded) back(start, i int) int {
	if i < 0 {
		return start
	}
	from, _ := f.span(i)
	return start - from
}

// reach gives how far after end the folded rune i lies, itself included.
func (f *folded) reach(end, i int) int {
	if i >= f.size {
		return math.MaxInt32
	}
	_, to := f.span(i)
	return to - end
}

// alikeBefore counts the runes that are the same before two folded runes; -1
// when the beginning of the text was met before a difference.
func (f *folded) alikeBefore(i, j int) int {
	a, b := f.text[:f.offset(i)], f.text[:f.offset(j)]
	for n := 0; n < mostContext; n++ {
		if a == "" {
			return -1
		}
		r, w := utf8.DecodeLastRuneInString(a)
		other, v := utf8.DecodeLastRuneInString(b)
		if b == "" || r != other {
			return n
		}
		a, b = a[:len(a)-w], b[:len(b)-v]
	}
	return mostContext
}

// alikeAfter counts the runes that are the same from two folded runes on; -1
// when the end of the text was met before a difference.
func (f *folded) alikeAfter(i, j int) int {
	a, b := f.text[f.offset(i):], f.text[f.offset(j):]
	for n := 0; n < mostContext; n++ {
		if a == "" {
			return -1
		}
		r, w := utf8.DecodeRuneInString(a)
		other, v := utf8.DecodeRuneInString(b)
		if b == "" || r != other {
			return n
		}
		a, b = a[w:], b[v:]
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
	lines := strings.Split(strings.TrimSpace(s.Exact), "\n")
	if len(lines) > 1 || (len(words) > 2*edge && runeCount(s.Exact) > longFragment) { // no browser matches one text across blocks
		begin, end := strings.Fields(lines[0]), strings.Fields(lines[len(lines)-1])
		directive = fragmentEncode(strings.Join(begin[:min(edge, len(begin))], " ")) + "," +
			fragmentEncode(strings.Join(end[max(0, len(end)-edge):], " "))
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
