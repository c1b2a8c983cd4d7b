package socialcard_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/socialcard"
)

// usual is a card as most are.
func usual(edit func(*socialcard.Card)) socialcard.Card {
	c := socialcard.Card{
		Claim: "The treaty is almost identical to the pact that previously expired.", Verbatim: true, Said: "Ana Example, Hanoi, 20 June 2024",
		Rating: "Half true", Tone: "mixed", Shape: "half", Site: "Claimtrail", Date: "Ruling of 20 November 2026", Fallback: "A claim in another script.",
	}
	if edit != nil {
		edit(&c)
	}
	return c
}

func draw(t *testing.T, c socialcard.Card) ([]byte, image.Image) {
	t.Helper()
	b, err := socialcard.PNG(c)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return b, img
}

var wordy = strings.Repeat("The ministry said that the programme had cost four billion more, ", 160)

// TestCards: whatever a card says, it has the size that networks want, is small,
// and leaves the margins that they crop free.
func TestCards(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		edit func(*socialcard.Card)
	}{
		{"usual", nil},
		{"empty", func(c *socialcard.Card) { *c = socialcard.Card{} }},
		{"280 characters", func(c *socialcard.Card) { c.Claim = wordy[:280] }},
		{"10,000 characters", func(c *socialcard.Card) { c.Claim = wordy[:10_000] }},
		{"one long word", func(c *socialcard.Card) { c.Claim = strings.Repeat("W", 1000) }},
		{"the narrowest letters", func(c *socialcard.Card) { c.Claim = strings.Repeat("i", 10_000) }},
		{"Cyrillic", func(c *socialcard.Card) { c.Claim = "Договор почти повторяет прежний." }},
		{"Greek", func(c *socialcard.Card) { c.Claim = "Η συνθήκη είναι σχεδόν ίδια." }},
		{"retracted", func(c *socialcard.Card) {
			c.Rating, c.Tone, c.Shape, c.Struck, c.State = "Retracted", "plain", "dash", "Mostly false", "Retracted"
		}},
		{"everything too long", func(c *socialcard.Card) {
			*c = socialcard.Card{Claim: wordy, Said: wordy, Rating: wordy, Struck: wordy, State: wordy, Site: wordy, Date: wordy, Verbatim: true}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b, img := draw(t, usual(test.edit))
			if size := img.Bounds().Size(); size != image.Pt(1200, 630) {
				t.Errorf("the card is %v", size)
			}
			if len(b) > 60<<10 {
				t.Errorf("the card has %d bytes", len(b))
			}
			if at, clean := marginsAreClean(img); !clean {
				t.Errorf("something stands in the margin, at %v", at)
			}
		})
	}
}

// marginsAreClean looks for anything but paper and band in the outer 40 pixels.
func marginsAreClean(img image.Image) (image.Point, bool) {
	const margin, band = 40, 24
	paper, tone := img.At(1199, 0), img.At(0, 0)
	inner := img.Bounds().Inset(margin)
	for y := range 630 {
		for x := range 1200 {
			want := paper
			if x < band {
				want = tone
			}
			if at := image.Pt(x, y); !at.In(inner) && img.At(x, y) != want {
				return at, false
			}
		}
	}
	return image.Point{}, true
}

// TestSameCardSameBytes: also when many are drawn at once.
func TestSameCardSameBytes(t *testing.T) {
	t.Parallel()
	want, _ := draw(t, usual(nil))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if got, err := socialcard.PNG(usual(nil)); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the same card differs (%v)", err)
			}
		})
	}
	group.Wait()
}

// TestTones: the band has the colour of the rating; an unknown tone is plain.
func TestTones(t *testing.T) {
	t.Parallel()
	for tone, want := range map[string]color.RGBA{
		"good": {0x1c, 0x6b, 0x47, 0xff}, "mixed": {0x7d, 0x54, 0x00, 0xff}, "bad": {0x9c, 0x24, 0x28, 0xff},
		"plain": {0x4d, 0x55, 0x60, 0xff}, "purple": {0x4d, 0x55, 0x60, 0xff},
	} {
		_, img := draw(t, usual(func(c *socialcard.Card) { c.Tone = tone }))
		if got := color.RGBAModel.Convert(img.At(10, 300)); got != want {
			t.Errorf("%s is %v", tone, got)
		}
		if got, paper := color.RGBAModel.Convert(img.At(1190, 10)), (color.RGBA{0xfd, 0xfc, 0xf9, 0xff}); got != paper {
			t.Errorf("the paper is %v", got)
		}
	}
}

// TestDifferentWordsDifferentCards: each field shows, each shape differs, and
// what cannot be written changes the card in the way that is said.
func TestDifferentWordsDifferentCards(t *testing.T) {
	t.Parallel()
	edits := map[string]func(*socialcard.Card){
		"usual": nil, "not verbatim": func(c *socialcard.Card) { c.Verbatim = false }, "said": func(c *socialcard.Card) { c.Said = "" },
		"struck": func(c *socialcard.Card) { c.Struck = "False" }, "state": func(c *socialcard.Card) { c.State = "Retracted" },
		"rating": func(c *socialcard.Card) { c.Rating = "Half-true" }, "site": func(c *socialcard.Card) { c.Site = "Other" }, "date": func(c *socialcard.Card) { c.Date = "" },
		"clipped": func(c *socialcard.Card) { c.Claim = wordy }, "full": func(c *socialcard.Card) { c.Claim = wordy[:380] },
	}
	for _, shape := range kb.Shapes {
		if shape != usual(nil).Shape {
			edits["shape "+shape] = func(c *socialcard.Card) { c.Shape = shape }
		}
	}
	seen := map[string]string{}
	for name, edit := range edits {
		b, _ := draw(t, usual(edit))
		if other, found := seen[string(b)]; found {
			t.Errorf("the cards %q and %q look the same", name, other)
		}
		seen[string(b)] = name
	}
}

// TestFallback: a claim that the fonts cannot write is replaced whole; one that
// they can write is not, whatever spaces and invisible signs it has.
func TestFallback(t *testing.T) {
	t.Parallel()
	instead, _ := draw(t, usual(func(c *socialcard.Card) { c.Claim, c.Verbatim, c.RightToLeft = "x", false, true }))
	written, _ := draw(t, usual(nil))
	for _, test := range []struct {
		claim string
		rtl   bool
		want  []byte
	}{
		{"北朝鮮", false, instead},
		{"Mostly Latin, but مرحبا", false, instead},
		{"A flame \U0001f525 is no letter, but part of the words", false, instead},
		{"שלום", true, instead},
		{usual(nil).Claim, false, written},
		{"The\u00a0treaty is al\u00admost identical\n to the \u2066pact\u2069 that  previously expired. ", false, written},
	} {
		b, _ := draw(t, usual(func(c *socialcard.Card) { c.Claim, c.RightToLeft = test.claim, test.rtl }))
		if !bytes.Equal(b, test.want) {
			t.Errorf("%q is not drawn as it should be", test.claim)
		}
	}
}

// TestOwnQuotationMarks: a claim that brings its marks gets no second pair.
func TestOwnQuotationMarks(t *testing.T) {
	t.Parallel()
	quoted := func(verbatim bool) []byte {
		b, _ := draw(t, usual(func(c *socialcard.Card) { c.Claim, c.Verbatim = "„Es regnet“, sagte er.", verbatim }))
		return b
	}
	if !bytes.Equal(quoted(true), quoted(false)) {
		t.Error("a claim in quotation marks is quoted again")
	}
}

// FuzzPNG: no text breaks a card, leaves its margins or takes long.
func FuzzPNG(f *testing.F) {
	for _, s := range []string{"plain", "", "  ", "“", "北", "\xff\x00", "a\u0301", wordy, strings.Repeat("W", 1000), strings.Repeat("i ", 2000), "-- … —"} {
		f.Add(s, s, "half", true)
	}
	f.Fuzz(func(t *testing.T, claim, words, shape string, verbatim bool) {
		start := time.Now()
		_, img := draw(t, socialcard.Card{
			Claim: claim, Verbatim: verbatim, Fallback: words, Said: words, Rating: words, Tone: words, Shape: shape,
			Struck: words, State: words, Site: words, Date: words,
		})
		if at, clean := marginsAreClean(img); !clean {
			t.Errorf("something stands in the margin, at %v", at)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("drawn in %v", took) // a few hundred milliseconds on an idle machine
		}
	})
}

func BenchmarkPNG(b *testing.B) {
	for _, bench := range []struct{ name, claim string }{{"usual", usual(nil).Claim}, {"long", wordy[:1000]}, {"huge", wordy[:10_000]}, {"word", strings.Repeat("W", 1000)}} {
		b.Run(bench.name, func(b *testing.B) {
			card := usual(func(c *socialcard.Card) { c.Claim = bench.claim })
			var size int
			for b.Loop() {
				drawn, err := socialcard.PNG(card)
				if err != nil {
					b.Fatal(err)
				}
				size = len(drawn)
			}
			b.ReportMetric(float64(size), "bytes/card")
		})
	}
}
