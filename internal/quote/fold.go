package quote

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text in the spelling that comparison uses: NFC, one kind of
// quotation mark, one dash, one space for any run of white space, one ellipsis,
// no invisible characters. Rune i of it stands for the code points
// [start[i], end[i]) of the text as given.
type folded struct {
	text       string
	start, end []int32
}

// fold folds a text. Several code points may become one (a decomposed accent,
// three dots, a run of spaces) or none (a soft hyphen); none becomes several.
func fold(text string) folded {
	f := folder{out: make([]byte, 0, len(text)), folded: folded{
		start: make([]int32, 0, len(text)), end: make([]int32, 0, len(text)),
	}}
	for rest := text; rest != ""; {
		rest = rest[f.segment(rest):]
	}
	f.text = string(f.out)
	return f.folded
}

type folder struct {
	folded

	out  []byte
	seen int32 // code points read so far
	dots int   // full stops at the end of out, to join three of them
}

// segment folds the text up to the next place where composition may begin
// anew, and gives its length in bytes.
func (f *folder) segment(rest string) int {
	if c := rest[0]; c < utf8.RuneSelf && (len(rest) == 1 || rest[1] < utf8.RuneSelf) {
		f.seen++
		f.add(rune(c), f.seen-1) // plain text, by far the most
		return 1
	}
	n := max(norm.NFC.NextBoundaryInString(rest, true), 1)
	piece := rest[:n]
	first := f.seen
	f.seen += int32(utf8.RuneCountInString(piece))
	if norm.NFC.IsNormalString(piece) {
		at := first
		for _, r := range piece {
			f.addUpTo(r, at, at+1)
			at++
		}
		return n
	}
	for _, r := range norm.NFC.String(piece) {
		f.addUpTo(r, first, f.seen)
	}
	return n
}

func (f *folder) add(r rune, at int32) { f.addUpTo(r, at, at+1) }

// addUpTo appends the folding of r, which stands at [start, end) of the text.
func (f *folder) addUpTo(r rune, start, end int32) {
	r = plain(r)
	last := len(f.start) - 1
	switch {
	case r < 0: // invisible
		return
	case (r == ' ' || r == '-') && last >= 0 && f.out[len(f.out)-1] == byte(r):
		f.end[last] = end
		return
	case r == '.':
		if f.dots++; f.dots == 3 {
			f.joinDots(end)
			return
		}
	default:
		f.dots = 0
	}
	f.out = utf8.AppendRune(f.out, r)
	f.start, f.end = append(f.start, start), append(f.end, end)
}

// joinDots makes one ellipsis of three full stops, of which two are out.
func (f *folder) joinDots(end int32) {
	n := len(f.start) - 2
	f.out = utf8.AppendRune(f.out[:len(f.out)-2], ellipsis)
	f.start, f.end = f.start[:n+1], append(f.end[:n], end)
	f.dots = 0
}

const (
	ellipsis  = '…'
	invisible = rune(-1)
)

// plain gives the one character that stands for all that look alike.
func plain(r rune) rune {
	if r < utf8.RuneSelf {
		return plainASCII(r)
	}
	switch r {
	case '‘', '’', '‚', '‛', '′', 'ʼ', '´', 'ˈ', '＇', '‹', '›':
		return '\''
	case '“', '”', '„', '‟', '″', '«', '»', '＂', '〝', '〞', '〟':
		return '"'
	case '‐', '‑', '‒', '–', '—', '―', '−', '﹘', '﹣', '－':
		return '-'
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff', '\u200e', '\u200f', '\u061c',
		'\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2066', '\u2067', '\u2068', '\u2069':
		return invisible
	}
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

func plainASCII(r rune) rune {
	switch r {
	case '\t', '\n', '\v', '\f', '\r':
		return ' '
	case '`':
		return '\''
	}
	return r
}
