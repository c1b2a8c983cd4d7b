package capture

import "github.com/ledongthuc/pdf"

// pdfFont tells what the codes of a font mean, and how wide they are.
type pdfFont struct {
	encoding pdf.TextEncoding
	bytes    int // of a code
	widths   map[int]float64
	missing  float64 // the width of all other codes
	unit     float64 // of widths, in parts of the size
}

// Widths when a file says none: for composite fonts what the standard says, for
// the fonts that every reader has about what their letters have.
const (
	compositeWidth = 1000
	simpleWidth    = 500
)

// newFont reads a font; nil if there is none.
func newFont(v pdf.Value) *pdfFont {
	if v.IsNull() {
		return nil
	}
	f := &pdfFont{encoding: (&pdf.Font{V: v}).Encoder(), widths: map[int]float64{}, unit: 0.001}
	if v.Key("Subtype").Name() == "Type0" {
		f.composite(v.Key("DescendantFonts").Index(0))
	} else {
		f.simple(v)
	}
	return f
}

func (f *pdfFont) simple(v pdf.Value) {
	f.bytes, f.missing = 1, v.Key("FontDescriptor").Key("MissingWidth").Float64()
	if v.Key("Subtype").Name() == "Type3" {
		f.unit = v.Key("FontMatrix").Index(0).Float64()
	}
	widths, first := v.Key("Widths"), int(v.Key("FirstChar").Int64())
	if widths.Len() == 0 {
		f.missing = simpleWidth
	}
	for i := range widths.Len() {
		f.widths[first+i] = widths.Index(i).Float64()
	}
}

// composite reads the widths of a font whose codes have two bytes: either
// "first [width width …]" or "first last width".
func (f *pdfFont) composite(v pdf.Value) {
	const highest = 1<<16 - 1
	f.bytes, f.missing = 2, compositeWidth
	if w := v.Key("DW"); !w.IsNull() {
		f.missing = w.Float64()
	}
	list := v.Key("W")
	for i := 0; i+1 < list.Len(); {
		first, next := int(list.Index(i).Int64()), list.Index(i+1)
		if next.Kind() == pdf.Array {
			for j := range next.Len() {
				f.widths[first+j] = next.Index(j).Float64()
			}
			i += 2
			continue
		}
		for code := max(first, 0); code <= min(int(next.Int64()), highest); code++ {
			f.widths[code] = list.Index(i + 2).Float64()
		}
		i += 3
	}
}

// width gives how far a piece reaches, before it is stretched.
func (f *pdfFont) width(raw string, s pdfState) float64 {
	var sum float64
	for ; len(raw) >= f.bytes; raw = raw[f.bytes:] {
		code := int(raw[0])
		if f.bytes == 2 {
			code = code<<8 | int(raw[1])
		}
		width, ok := f.widths[code]
		if !ok {
			width = f.missing
		}
		sum += width*f.unit*s.size + s.letterSpace
		if f.bytes == 1 && code == ' ' {
			sum += s.wordSpace
		}
	}
	return sum
}
