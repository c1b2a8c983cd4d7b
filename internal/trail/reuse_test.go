package trail_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/trail"
)

// prose makes text of made-up words, so that two texts share nothing by chance.
func prose(r *rand.Rand, n int) []string {
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("w%x", r.Uint32N(200_000))
	}
	return words
}

func TestCutWireCopyIsFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		wire := prose(r, 400)
		cut := r.IntN(300)
		kept := wire[cut : cut+60+r.IntN(40)]
		article := slices.Concat(prose(r, r.IntN(500)), kept, prose(r, r.IntN(500)))
		a, b := strings.Join(wire, " "), "“"+strings.Join(article, ", ")+".”"

		prints := trail.Fingerprints(b)
		if !slices.ContainsFunc(trail.Fingerprints(a), func(h int64) bool { return slices.Contains(prints, h) }) {
			t.Fatal("no common fingerprint")
		}
		o := trail.Shared(a, b)
		if o.Words < len(kept) || o.Words > len(kept)+4 || !o.Suggests() {
			t.Fatalf("%d words shared, want %d: %+v", o.Words, len(kept), o)
		}
		p := o.Passages[0]
		if got := string([]rune(a)[p.AStart:p.AEnd]); !strings.Contains(got, strings.Join(kept, " ")) {
			t.Fatalf("the passage is %q", got)
		}
	}
}

func TestTextsOfTheirOwnAreNotSuggested(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	quotation := strings.Join(prose(r, 30), " ") // both carry one quotation
	for range 200 {
		a := strings.Join(prose(r, 300), " ") + " " + quotation + " " + strings.Join(prose(r, 200), " ")
		b := strings.Join(prose(r, 200), " ") + " " + quotation + " " + strings.Join(prose(r, 300), " ")
		if o := trail.Shared(a, b); o.Suggests() {
			t.Fatalf("suggested for %d words of %d %%", o.Words, o.OfA)
		}
	}
}

func TestSharedWithLittle(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "one", "one two three four five six", strings.Repeat("a ", 12)} {
		if o := trail.Shared(text, ""); o.Words != 0 || o.OfA != 0 || o.OfB != 0 {
			t.Errorf("%q shares %+v with nothing", text, o)
		}
		if o := trail.Shared(text, text); o.OfA > 100 || o.OfB > 100 {
			t.Errorf("%q shares more than all with itself: %+v", text, o)
		}
	}
}

func TestAttributions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ text, name string }{
		{"The two sign a pact, per Reuters, on Wednesday.", "Reuters"},
		{"SEOUL, June 18 (AP) - The army said", "AP"},
		{"HANOI, June 20. /TASS/. The new treaty", "TASS"},
		{"The pact is defunct, reports the New York Times.", "New York Times"},
		{"It is a first, according to the Wall Street Journal.", "Wall Street Journal"},
		{"BBC reported that neither side has released the text", "BBC"},
		{"Yonhap writes that the treaty of 1961", "Yonhap"},
		{"Das Abkommen ist unterzeichnet, laut dpa.", "dpa"},
		{"Das Abkommen ist unterzeichnet (dpa).", "dpa"},
		{"L’accord est signé, selon Le Monde.", "Le Monde"},
		{"El pacto, según El País, es nuevo.", "El País"},
		{"Договор подписан, сообщает ТАСС.", "ТАСС"},
		{"Nobody is named here.", ""},
	} {
		var names []string
		for _, a := range trail.Attributions(tt.text) {
			names = append(names, a.Name)
			if got := string([]rune(tt.text)[a.Start:a.End]); !strings.Contains(got, a.Name) {
				t.Errorf("%q: the span holds %q", tt.text, got)
			}
		}
		if tt.name != "" && !slices.Contains(names, tt.name) {
			t.Errorf("%q: found %q, want %s", tt.text, names, tt.name)
		}
		if tt.name == "" && len(names) > 0 {
			t.Errorf("%q: found %q", tt.text, names)
		}
	}
}
