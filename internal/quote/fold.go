package quote

import (
	"sort"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text in the spelling that comparison uses: NFC, one kind of
// quotation mark, one dash, one space for any run of white space, one ellipsis,
// no invisible characters.
type folded struct {
	text string
	size int   // in runes
	runs []run // how its runes map to the text as given
	// marks are the byte offsets of every markEvery-th rune, to find the others.
	marks []int32
}

// run is a stretch of folded runes, each of which stands for one code point but
// the first, which may stand for several: a decomposed accent, three dots, a
// row of spaces. What was dropped lies between two runs.
type run struct {
	at    int // index of its first folded rune
	start int // what that stands for in the text as given
	first int // how many code points
}

const markEvery = 512

// fold folds a text.
func fold(text string) folded {
	f := folder{out: make([]byte, 0, len(text)+utf8.UTFMax)}
	for i := 0; i < len(text); {
		if n := f.ordinary(text[i:]); n > 0 {
			i += n
			continue
		}
		if c := text[i]; c < utf8.RuneSelf && (i+1 == len(text) || text[i+1] < utf8.RuneSelf) {
			f.add(plainASCII[c], 1)
			i++
			continue
		}
		i += f.compose(text[i:])
	}
	f.text = string(f.out)
	return f.folded
}

type folder struct {
	folded

	out  []byte
	seen int // code points read so far
	end  int // where what the last folded rune stands for ends
	dots int // full stops at the end of out, to join three of them
}

// ordinary takes over, at once, what folds to itself: most of most texts. It
// gives the length.
func (f *folder) ordinary(rest string) int {
	n := 0
	last := byte(0)
	if len(f.out) > 0 {
		last = f.out[len(f.out)-1]
	}
	for n+1 < len(rest) && rest[n+1] < utf8.RuneSelf {
		c := rest[n]
		if !asIs[c] || c == last && (c == ' ' || c == '-' || c == '.') {
			break
		}
		last = c
		n++
	}
	if n == 0 {
		return 0
	}
	f.append(rune(rest[0]), f.seen, 1)
	for m := (f.size + markEvery - 1) / markEvery * markEvery; m < f.size+n-1; m += markEvery {
		f.marks = append(f.marks, int32(len(f.out)+m-f.size))
	}
	f.out = append(f.out, rest[1:n]...)
	f.size += n - 1
	f.seen += n
	f.end, f.dots = f.seen, 0
	if last == '.' {
		f.dots = 1
	}
	return n
}

// asIs are the characters that fold to themselves.
var asIs = func() (table [256]bool) {
	for i := range utf8.RuneSelf {
		table[i] = plainASCII[i] == rune(i)
	}
	return table
}()

// compose folds the text up to the next place where composition may begin anew,
// and gives its length in bytes.
func (f *folder) compose(rest string) int {
	if r, w := utf8.DecodeRuneInString(rest); alone(r, rest[w:]) {
		f.add(plain(r), 1)
		return w
	}
	n := max(norm.NFC.NextBoundaryInString(rest, true), 1)
	piece := rest[:n]
	if norm.NFC.IsNormalString(piece) {
		for _, r := range piece {
			f.add(plain(r), 1)
		}
		return n
	}
	width := utf8.RuneCountInString(piece)
	for i, r := range []rune(norm.NFC.String(piece)) {
		if i > 0 { // several for the same code points
			f.seen -= width
		}
		f.add(plain(r), width)
	}
	return n
}

// add appends the folded rune r for the next width code points of the text;
// less than zero stands for none.
func (f *folder) add(r rune, width int) {
	start := f.seen
	f.seen += width
	switch {
	case r < 0:
		return
	case (r == ' ' || r == '-') && len(f.out) > 0 && f.out[len(f.out)-1] == byte(r):
		f.widen(f.seen)
		return
	case r == '.':
		if f.dots++; f.dots == 3 {
			f.joinDots()
			return
		}
	default:
		f.dots = 0
	}
	f.append(r, start, width)
}

// starters says of the runes of most scripts whether they are normal by
// themselves, and whether nothing before them composes with them. To ask the
// tables of norm for each rune takes most of the time.
var starters = sync.OnceValue(func() *[1 << 14]struct{ normal, begins bool } {
	var table [1 << 14]struct{ normal, begins bool }
	for i := range table {
		s := string(rune(i))
		table[i].normal = norm.NFC.QuickSpanString(s) == len(s)
		table[i].begins = norm.NFC.PropertiesString(s).BoundaryBefore()
	}
	return &table
})

// alone reports whether r is normal and composes with nothing that follows. That
// nothing before composes with it is known.
func alone(r rune, rest string) bool {
	if rest == "" {
		return false
	}
	next, _ := utf8.DecodeRuneInString(rest)
	table := starters()
	return int(r) < len(table) && int(next) < len(table) && table[r].normal && table[r].begins && table[next].begins
}

func (f *folder) append(r rune, start, width int) {
	if f.size%markEvery == 0 {
		f.marks = append(f.marks, int32(len(f.out)))
	}
	if width != 1 || start != f.end || f.size == 0 {
		f.runs = append(f.runs, run{f.size, start, width})
	} else if last := f.runs[len(f.runs)-1]; last.at == f.size-1 && last.first != 1 {
		f.runs = append(f.runs, run{f.size, start, 1}) // the one before was wide
	}
	f.out = utf8.AppendRune(f.out, r)
	f.size++
	f.end = start + width
}

// widen lets the last folded rune stand for all up to end.
func (f *folder) widen(end int) {
	last := f.size - 1
	start, _ := f.span(last)
	if f.runs[len(f.runs)-1].at != last {
		f.runs = append(f.runs, run{last, start, 0})
	}
	f.runs[len(f.runs)-1].first = end - start
	f.end = end
}

// joinDots makes one ellipsis of the three full stops just read, of which two
// are out.
func (f *folder) joinDots() {
	start, _ := f.span(f.size - 2)
	for range 2 {
		f.size--
		f.out = f.out[:len(f.out)-1]
		if f.runs[len(f.runs)-1].at == f.size {
			f.runs = f.runs[:len(f.runs)-1]
		}
		if f.size%markEvery == 0 {
			f.marks = f.marks[:len(f.marks)-1]
		}
	}
	f.end = -1 // the ellipsis begins a run
	f.append(ellipsis, start, f.seen-start)
	f.dots = 0
}

// span gives the code points of the text as given that folded rune i stands for.
func (f *folded) span(i int) (start, end int) {
	r := f.runs[sort.Search(len(f.runs), func(k int) bool { return f.runs[k].at > i })-1]
	if i == r.at {
		return r.start, r.start + r.first
	}
	start = r.start + r.first + i - r.at - 1
	return start, start + 1
}

// place gives the span of the text as given that folded runes [i, j) stand for.
func (f *folded) place(i, j int) Place {
	start, _ := f.span(i)
	_, end := f.span(j - 1)
	return Place{start, end}
}

// from gives the first folded rune that stands for something at or after a code
// point, and upTo the first that stands for something that ends after it.
func (f *folded) from(point int) int {
	return sort.Search(f.size, func(i int) bool { start, _ := f.span(i); return start >= point })
}

func (f *folded) upTo(point int) int {
	return sort.Search(f.size, func(i int) bool { _, end := f.span(i); return end > point })
}

// offset gives the byte offset of folded rune i, or the end.
func (f *folded) offset(i int) int {
	if i >= f.size {
		return len(f.text)
	}
	at := int(f.marks[i/markEvery])
	for range i % markEvery {
		_, w := utf8.DecodeRuneInString(f.text[at:])
		at += w
	}
	return at
}

// before gives the folded text before a code point of the text as given.
func (f *folded) before(point int) string { return f.text[:f.offset(f.upTo(point))] }

// after gives the folded text from a code point of the text as given on.
func (f *folded) after(point int) string { return f.text[f.offset(f.from(point)):] }

const (
	ellipsis  = '…'
	invisible = rune(-1)
)

// plain gives the one character that stands for all that look alike.
func plain(r rune) rune {
	if r < utf8.RuneSelf {
		return plainASCII[r]
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

var plainASCII = func() (table [utf8.RuneSelf]rune) {
	for i := range table {
		table[i] = rune(i)
	}
	for _, blank := range "\t\n\v\f\r" {
		table[blank] = ' '
	}
	table['`'] = '\''
	return table
}()
