// Package socialcard draws the picture that social networks show beside a link
// to a claim page. A card is a pure function of its words: it knows no records,
// no clock and no files.
package socialcard

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// Card is what a picture says. Every field but the claim may be empty.
type Card struct {
	Claim    string
	Verbatim bool   // the claim is a quotation
	Fallback string // stands in the claim's place when the fonts cannot write it
	Said     string // who said it, where and when
	Rating   string // the word
	Tone     string // of kb.Tones
	Shape    string // of kb.Shapes
	Struck   string // the rating that the claim had before
	State    string // "Retracted", "Demonstration ruling"
	Site     string
	Date     string // "Ruling of 20 November 2026"
	// RightToLeft says that the claim's script runs from right to left, which
	// this package cannot set.
	RightToLeft bool
}

// The size that social networks ask for.
const (
	Width  = 1200
	Height = 630
)

// Where things stand, in pixels. Networks crop the edges: nothing but the band
// comes nearer than 40.
const (
	band       = 24
	left       = 88.0
	right      = 1120.0
	ratingMid  = 88.0
	claimTop   = 146.0
	claimEnd   = 518.0
	rule       = 536.0
	footerBase = 580.0
	saidGap    = 66.0 // room for the line below the claim
)

// The light theme of the site.
var (
	paper = color.RGBA{0xfd, 0xfc, 0xf9, 0xff}
	ink   = color.RGBA{0x1b, 0x1a, 0x17, 0xff}
	soft  = color.RGBA{0x5d, 0x58, 0x4f, 0xff}
	faint = color.RGBA{0xdd, 0xd7, 0xca, 0xff}
	tones = map[string]color.RGBA{
		"good":  {0x1c, 0x6b, 0x47, 0xff},
		"mixed": {0x7d, 0x54, 0x00, 0xff},
		"bad":   {0x9c, 0x24, 0x28, 0xff},
		"plain": {0x4d, 0x55, 0x60, 0xff},
	}
)

func (c Card) tone() color.RGBA {
	if t, ok := tones[c.Tone]; ok {
		return t
	}
	return tones["plain"]
}

// PNG draws the card: the same bytes for the same card, from any goroutine.
func PNG(c Card) ([]byte, error) {
	p, err := newSheet(c.tone())
	if err != nil {
		return nil, err
	}
	p.ratingRow(c)
	p.claim(c)
	p.footer(c)
	return encode(p.image, c.tone())
}

// ratingRow says first what is to be remembered: the rating, and what became of it.
func (p *sheet) ratingRow(c Card) {
	const shapeSize, gap = 54.0, 20.0
	end := right
	if state := p.drawable(c.State); state != "" {
		end -= p.pill(state, right, ratingMid, (right-left)*0.4) + gap
	}
	x := left
	p.shape(c.Shape, x, ratingMid-shapeSize/2, shapeSize, c.tone())
	x += shapeSize + gap
	room := end - x
	struck := p.drawable(c.Struck)
	if struck != "" {
		room *= 0.65
	}
	word := fitLine(p.bold, p.drawable(c.Rating), 46, 26, room)
	x += p.write(word, c.tone(), x, word.middle(ratingMid)) + 1.5*gap
	old := fitLine(p.regular, struck, 36, 24, end-x)
	p.strike(old, soft, x, old.middle(ratingMid))
}

// claim sets the claim as large as it fits, with the line of who said it close
// below, in the middle of the room between rating and footer.
func (p *sheet) claim(c Card) {
	said := fitLine(p.regular, p.drawable(c.Said), 29, 24, right-left)
	room := claimEnd - claimTop
	if said.text != "" {
		room -= saidGap
	}
	text, marked := p.drawable(c.Claim), c.Verbatim
	typeface, colour := p.bold, ink
	if text == "" && c.Claim != "" || c.RightToLeft {
		text, marked, typeface, colour = p.drawable(c.Fallback), false, p.regular, soft
	}
	b := fitBlock(typeface, text, marked, right-left, room)
	y := claimTop + (room-b.height())/2
	for i, l := range b.lines {
		base := y + float64(i)*b.leading() + b.ascent()
		p.write(line{b.face, l}, colour, left-b.hang(i), base)
	}
	p.write(said, soft, left, y+b.height()+saidGap-20)
}

// footer says whose ruling it is, and of when.
func (p *sheet) footer(c Card) {
	p.rectangle(left, rule, right-left, 2, faint)
	date := fitLine(p.regular, p.drawable(c.Date), 26, 22, (right-left)*0.55)
	p.write(date, soft, right-date.width(), footerBase)
	site := fitLine(p.bold, p.drawable(c.Site), 28, 22, (right-left)*0.42)
	p.write(site, ink, left, footerBase)
}

// shades is how many steps of each colour to the paper the edges of letters get:
// more cannot be seen, and all together fit a palette.
const shades = 24

// encode writes the picture with a palette: a third of the size in full colour.
func encode(img *image.RGBA, tone color.RGBA) ([]byte, error) {
	reduced := image.NewPaletted(img.Rect, paletteOf(ink, soft, faint, tone))
	known := map[color.RGBA]uint8{}
	for i := range reduced.Pix {
		c := color.RGBA{img.Pix[4*i], img.Pix[4*i+1], img.Pix[4*i+2], 0xff}
		index, ok := known[c]
		if !ok {
			index = uint8(reduced.Palette.Index(c)) //nolint:gosec // a palette has 256 colours at most
			known[c] = index
		}
		reduced.Pix[i] = index
	}
	var b bytes.Buffer
	// The best compression takes four times as long, for a tenth of the bytes.
	if err := png.Encode(&b, reduced); err != nil {
		return nil, fmt.Errorf("draw social card: %w", err)
	}
	return b.Bytes(), nil
}

// paletteOf has the paper and, of each colour, the shades between it and the paper.
func paletteOf(colours ...color.RGBA) color.Palette {
	palette := color.Palette{paper}
	for _, c := range colours {
		for i := 1; i <= shades; i++ {
			mix := func(from, to uint8) uint8 { return uint8((int(from)*(shades-i) + int(to)*i) / shades) } //nolint:gosec // between the two
			palette = append(palette, color.RGBA{mix(paper.R, c.R), mix(paper.G, c.G), mix(paper.B, c.B), 0xff})
		}
	}
	return palette
}
