package socialcard

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"sync"

	"git.sr.ht/~sbinet/gg"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// sheet is the picture while it is drawn: gg draws the figures, x/image sets the
// letters, since gg would blur them.
type sheet struct {
	fonts

	image   *image.RGBA
	context *gg.Context
}

type fonts struct{ regular, bold *sfnt.Font }

// parsedFonts reads the fonts once; after that they may be used from everywhere.
var parsedFonts = sync.OnceValues(func() (fonts, error) {
	regular, err := opentype.Parse(goregular.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("read the regular font: %w", err)
	}
	bold, err := opentype.Parse(gobold.TTF)
	if err != nil {
		return fonts{}, fmt.Errorf("read the bold font: %w", err)
	}
	return fonts{regular, bold}, nil
})

func newSheet(tone color.RGBA) (*sheet, error) {
	f, err := parsedFonts()
	if err != nil {
		return nil, err
	}
	img := image.NewRGBA(image.Rect(0, 0, Width, Height))
	p := &sheet{fonts: f, image: img, context: gg.NewContextForRGBA(img)}
	p.rectangle(0, 0, Width, Height, paper)
	p.rectangle(0, 0, band, Height, tone)
	return p, nil
}

func (p *sheet) rectangle(x, y, w, h float64, c color.Color) {
	p.context.SetColor(c)
	p.context.DrawRectangle(x, y, w, h)
	p.context.Fill()
}

// write sets a line and gives its width.
func (p *sheet) write(l line, c color.Color, x, baseline float64) float64 {
	if l.text == "" {
		return 0
	}
	d := font.Drawer{Dst: p.image, Src: image.NewUniform(c), Face: l.face, Dot: fixed.Point26_6{X: toFixed(x), Y: toFixed(baseline)}}
	d.DrawString(l.text)
	return l.width()
}

// strike sets a line and strikes it through.
func (p *sheet) strike(l line, c color.Color, x, baseline float64) {
	if w := p.write(l, c, x, baseline); w > 0 {
		p.rectangle(x-4, baseline-0.3*l.size()-1.5, w+8, 3, c)
	}
}

// pill sets words on a dark ground that ends at x and gives its width.
func (p *sheet) pill(words string, end, middle, room float64) float64 {
	const padding, height = 22.0, 48.0
	l := fitLine(p.bold, words, 25, 20, room-2*padding)
	w := l.width() + 2*padding
	p.context.SetColor(ink)
	p.context.DrawRoundedRectangle(end-w, middle-height/2, w, height, height/2)
	p.context.Fill()
	p.write(l, paper, end-w+padding, l.middle(middle))
	return w
}

// pen draws the shapes of ratings in the units of the site's own drawings, a
// square of 28.
type pen struct {
	*gg.Context

	x, y, unit float64
}

const (
	centre = 14.0
	ring   = 12.0
	top    = -math.Pi / 2
)

// shape draws the figure that goes with the rating's word; see the template
// `shape` of the views, whose figures these are.
func (p *sheet) shape(name string, x, y, size float64, c color.Color) {
	d := pen{p.context, x, y, size / (2 * centre)}
	d.SetColor(c)
	d.SetLineCapButt()
	switch name {
	case "full":
		d.disc(centre, centre, ring+1)
		return
	case "question":
		d.SetDash(5*d.unit, 3*d.unit)
	}
	d.arc(centre, centre, ring, 0, 2*math.Pi)
	d.stroke(2.5)
	d.SetDash()
	d.inside(name)
}

// inside draws what stands in the ring.
func (d pen) inside(name string) {
	switch name {
	case "three-quarters":
		d.sector(0.75)
	case "half":
		d.sector(0.5)
	case "quarter":
		d.sector(0.25)
	case "cross":
		d.path(3, 9, 9, 19, 19)
		d.path(3, 19, 9, 9, 19)
	case "dash":
		d.path(3, 8, 14, 20, 14)
	case "clock":
		d.path(2.5, 14, 7, 14, 14.5, 19, 17.5)
	case "question":
		d.arc(centre, 11, 3.5, -math.Pi, math.Pi/3)
		d.CubicTo(d.x+14.5*d.unit, d.y+14.7*d.unit, d.x+14*d.unit, d.y+15.3*d.unit, d.x+14*d.unit, d.y+16.6*d.unit)
		d.stroke(2.5)
		d.disc(centre, 20.5, 1.7)
	}
}

func (d pen) arc(x, y, r, from, to float64) {
	d.DrawArc(d.x+x*d.unit, d.y+y*d.unit, r*d.unit, from, to)
}

func (d pen) disc(x, y, r float64) {
	d.arc(x, y, r, 0, 2*math.Pi)
	d.Fill()
}

// sector fills a part of the ring, clockwise from the top.
func (d pen) sector(part float64) {
	d.MoveTo(d.x+centre*d.unit, d.y+centre*d.unit)
	d.arc(centre, centre, ring, top, top+part*2*math.Pi)
	d.ClosePath()
	d.Fill()
}

func (d pen) path(width float64, points ...float64) {
	for i := 0; i < len(points); i += 2 {
		d.LineTo(d.x+points[i]*d.unit, d.y+points[i+1]*d.unit)
	}
	d.stroke(width)
}

func (d pen) stroke(width float64) {
	d.SetLineWidth(width * d.unit)
	d.Stroke()
}

func toFixed(v float64) fixed.Int26_6 { return fixed.Int26_6(math.Round(v * 64)) }
