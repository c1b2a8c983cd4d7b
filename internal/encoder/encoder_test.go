package encoder_test

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/claimtrail/claimtrail/internal/encoder"
)

var load = sync.OnceValues(encoder.Load)

func loaded(t testing.TB) *encoder.Encoder {
	t.Helper()
	e, err := load()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestReference: the vectors are those of the model in full precision, as its own
// program computes them (testdata/reference.json), but for the rounding.
func TestReference(t *testing.T) {
	t.Parallel()
	encoded, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	var references []struct {
		Text   string
		IDs    []int
		Vector []float64
	}
	if err := json.Unmarshal(encoded, &references); err != nil || len(references) == 0 {
		t.Fatal(err, len(references))
	}
	for _, r := range references {
		if got := encoder.Split(loaded(t), r.Text); !slices.Equal(got, r.IDs) {
			t.Errorf("%q is split into %v, want %v", r.Text, got, r.IDs)
		}
		v := loaded(t).Encode(r.Text)
		var dot, aa, bb float64
		for i, x := range r.Vector {
			y := float64(v[i])
			dot, aa, bb = dot+x*y, aa+x*x, bb+y*y
		}
		if cosine := dot / math.Sqrt(aa*bb); cosine < .999 {
			t.Errorf("%q: cosine to the reference %.5f", r.Text, cosine)
		}
	}
}

// TestMeaning: what means the same is nearer than what only sounds alike.
func TestMeaning(t *testing.T) {
	t.Parallel()
	e := loaded(t)
	claim := e.Encode("The treaty is almost identical to the expired pact.")
	same := e.Encode("The new agreement is nearly the same as the old one that ran out.")
	other := e.Encode("The identical twins signed a lease on an expired car.")
	if a, b := encoder.Cosine(&claim, &same), encoder.Cosine(&claim, &other); a <= b {
		t.Errorf("the paraphrase has %.3f, the other %.3f", a, b)
	}
}

// TestAnyText: no text breaks the encoder, and the stored form is read back.
func TestAnyText(t *testing.T) {
	t.Parallel()
	e := loaded(t)
	for _, text := range []string{"", " ", "\xff\xfe", "😀😀😀", "条約", strings.Repeat("word ", 5000), strings.Repeat("a", 5000)} {
		v := e.Encode(text)
		if back, ok := encoder.VectorOf(v.Bytes()); !ok || back != v {
			t.Errorf("%.20q is read back as %v, %v", text, back, ok)
		}
		if c := encoder.Cosine(&v, &v); c != 0 && math.Abs(c-1) > 1e-9 {
			t.Errorf("%.20q has %v to itself", text, c)
		}
	}
	if _, ok := encoder.VectorOf([]byte("short")); ok {
		t.Error("five bytes are a vector")
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("A claim about “fish” & chips")
	f.Add("ﬁ½\u0300\xc3")
	e := loaded(f)
	f.Fuzz(func(t *testing.T, text string) {
		v := e.Encode(text[:min(len(text), 2000)])
		if c := encoder.Cosine(&v, &v); c != 0 && math.Abs(c-1) > 1e-9 {
			t.Errorf("%v to itself", c)
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	e := loaded(b)
	for b.Loop() {
		e.Encode("A number of fraudulent text messages informing individuals they were selected for a draft")
	}
}
