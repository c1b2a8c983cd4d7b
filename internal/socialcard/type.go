package socialcard

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The claim's sizes, and how many characters are looked at: more than the
// smallest size has room for, of the narrowest letters.
const (
	largest    = 64
	smallest   = 34
	sizeStep   = 2
	lineHeight = 1.28
	longest    = 2000
)

// sized is a font in one size.
type sized struct {
	font.Face

	size float64
}

func inSize(f *sfnt.Font, size float64) sized {
	// The error is for options of other libraries: NewFace never gives one.
	face, _ := opentype.NewFace(f, &opentype.FaceOptions{Size: size, DPI: 72})
	return sized{face, size}
}

func (f sized) measure(s string) float64 { return float64(font.MeasureString(f.Face, s)) / 64 }

// line is one line of text in its size.
type line struct {
	face sized
	text string
}

func (l line) size() float64 { return l.face.size }

func (l line) width() float64 {
	if l.text == "" {
		return 0
	}
	return l.face.measure(l.text)
}

// middle gives the baseline that centres capitals on y.
func (l line) middle(y float64) float64 { return y + 0.36*l.size() }

// fitLine makes text one line: smaller if need be, then shorter.
func fitLine(f *sfnt.Font, text string, size, least, width float64) line {
	face := inSize(f, size)
	if w := face.measure(text); w > width {
		face = inSize(f, max(least, size*width/w))
	}
	return line{face, clip(face, text, "…", width)}
}

// block is a text in lines.
type block struct {
	face   sized
	lines  []string
	marked bool
}

func (b block) leading() float64 { return lineHeight * b.face.size }
func (b block) height() float64  { return float64(len(b.lines)) * b.leading() }
func (b block) ascent() float64  { return 0.98 * b.face.size }

// hang moves the opening mark out of the column, so that the letters align.
func (b block) hang(i int) float64 {
	if i > 0 || !b.marked {
		return 0
	}
	return b.face.measure("“")
}

// fitBlock sets text in the largest size that has room for it; in the smallest,
// it ends with an ellipsis.
func fitBlock(f *sfnt.Font, text string, marked bool, width, height float64) block {
	closing := ""
	marked = marked && text != "" && !startsMarked(text)
	if marked {
		text, closing = "“"+text, "”"
	}
	words := strings.Fields(text)
	for size := largest; ; size -= sizeStep {
		b := block{face: inSize(f, float64(size)), marked: marked}
		room := int(height / b.leading())
		whole := withClosing(words, closing)
		b.lines = breakLines(b.face, whole, width, room+1)
		if len(b.lines) <= room {
			b.lines = balance(b.face, whole, width, b.lines)
			return b
		}
		if size <= smallest {
			b.lines = b.lines[:room]
			b.lines[room-1] = shorten(b.face, b.lines[room-1], "…"+closing, width)
			return b
		}
	}
}

func startsMarked(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return strings.ContainsRune("\"“„«‘'", first)
}

func withClosing(words []string, closing string) []string {
	if closing == "" || len(words) == 0 {
		return words
	}
	whole := slices.Clone(words)
	whole[len(whole)-1] += closing
	return whole
}

// breakLines fills lines with words, and stops after limit lines. A word that is
// longer than a line is broken where the line ends.
func breakLines(face sized, words []string, width float64, limit int) []string {
	var lines []string
	current := ""
	for _, word := range words {
		if longer := strings.TrimSpace(current + " " + word); fits(face, longer, width) {
			current = longer
			continue
		}
		if current != "" {
			lines = append(lines, current)
		}
		for current = word; !fits(face, current, width) && len(lines) < limit; {
			n := fitting(face, current, width)
			lines = append(lines, current[:n])
			current = current[n:]
		}
		if len(lines) >= limit {
			return lines[:limit]
		}
	}
	if current != "" {
		lines = append(lines, current)
	}
	return lines
}

// balance makes the lines about equally long where that costs no further line.
func balance(face sized, words []string, width float64, lines []string) []string {
	low, high := width/2, width
	for _, w := range words {
		low = max(low, min(face.measure(w), width))
	}
	for range 6 {
		middle := (low + high) / 2
		if narrower := breakLines(face, words, middle, len(lines)+1); len(narrower) <= len(lines) {
			lines, high = narrower, middle
		} else {
			low = middle
		}
	}
	return lines
}

// clip gives text, or as many of its words as fit with the ending.
func clip(face sized, text, ending string, width float64) string {
	if fits(face, text, width) {
		return text
	}
	return shorten(face, text, ending, width)
}

// shorten ends text with the ending, at a word where there is one.
func shorten(face sized, text, ending string, width float64) string {
	room := width - face.measure(ending)
	n := fitting(face, text, room)
	if i := strings.LastIndexByte(text[:n], ' '); i > 0 && n < len(text) && text[n] != ' ' {
		n = i
	}
	return strings.TrimRight(text[:n], " ,;:–—-") + ending
}

// fitting gives how many bytes of text fit. It looks no further than that.
func fitting(face sized, text string, width float64) int {
	var x fixed.Int26_6
	before := rune(-1)
	for i, r := range text {
		if before >= 0 {
			x += face.Kern(before, r)
		}
		advance, _ := face.GlyphAdvance(r)
		if x += advance; x > toFixed(width) {
			return i
		}
		before = r
	}
	return len(text)
}

func fits(face sized, text string, width float64) bool {
	return fitting(face, text, width) == len(text)
}

// head bounds the work that any text can make.
func head(s string) string {
	n := 0
	for i := range s {
		if n == longest {
			return s[:i]
		}
		n++
	}
	return s
}

// drawable gives the text with plain spaces and without what has no shape, or
// nothing when the fonts lack a letter of it: half a claim would be another claim.
func (p fonts) drawable(s string) string {
	text := head(strings.Join(strings.Fields(strings.Map(plain, s)), " "))
	var buffer sfnt.Buffer
	for _, r := range text {
		for _, f := range []*sfnt.Font{p.regular, p.bold} {
			if n, err := f.GlyphIndex(&buffer, r); err != nil || n == 0 {
				return ""
			}
		}
	}
	return text
}

// plain maps spaces to the space, drops what only steers text, and takes the
// hyphen that forbids a break for a hyphen.
func plain(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf):
		return -1
	case r == '\u2011':
		return '-'
	}
	return r
}
