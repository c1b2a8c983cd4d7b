package search_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/search"
)

// filled makes an index of claims in English; the numbers are those of the claims.
func filled(claims ...string) *search.Index {
	x := search.New()
	for _, c := range claims {
		x.Add(search.Doc{Claim: c, Language: "en"})
	}
	return x
}

func docs(hits []search.Hit) []uint32 {
	var list []uint32
	for _, h := range hits {
		list = append(list, h.Doc)
	}
	return list
}

func find(x *search.Index, typed string) search.Result {
	return x.Search(search.Query{Wanted: search.Parse(typed), Limit: 100})
}

// TestQueries: what is typed finds what is meant.
func TestQueries(t *testing.T) {
	t.Parallel()
	x := filled(
		"The treaty is almost identical to the expired pact.",
		"Lodz is Poland’s third-largest city, says Łódź’s mayor.",
		"COVID-19 vaccines change human DNA",
		"#DefundTheCBC: the broadcaster is paid by taxes https://example.org/immigration",
		"The WHO declared an emergency",
		"Who declared that immigrants pay no taxes?",
		"条約は失効した協定とほぼ同じである",
		"L'économie française recule",
		"A pact identical to the treaty expired",
		"Caf&eacute; owners &amp; bakers pay more",
		"O’Brien’s dog wasn't there",
		"H1N1 was worse than G20 protests",
	)
	for _, tt := range []struct {
		typed string
		want  []uint32
	}{
		{"treaty", []uint32{0, 8}},
		{"treaties PACTS", []uint32{0, 8}},
		{`"identical to the expired"`, []uint32{0}},
		{`“expired pact”`, []uint32{0}},
		{"treaty -almost", []uint32{8}},
		{`treaty -"expired pact"`, []uint32{8}},
		{"-treaty pact", nil},
		{"łódź", []uint32{1}},
		{"lodz", []uint32{1}},
		{"covid19", []uint32{2}},
		{"covid", []uint32{2}},
		{"Covid 19", []uint32{2}},
		{"defund", []uint32{3}},
		{"#defundthecbc", []uint32{3}},
		{"cbc", []uint32{3}},
		{"WHO", []uint32{4}},
		{"who", []uint32{4}}, // a function word by itself is meant
		{"immigrant tax", []uint32{5}},
		{"immigra*", []uint32{5}},
		{"協定", []uint32{6}},
		{"失効した協定", []uint32{6}},
		{"economie", []uint32{7}},
		{"cafe baker", []uint32{9}},
		{"brien dog", []uint32{10}},
		{"h1n1 g20", []uint32{11}},
		{"", []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{`"`, []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"*", []uint32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
		{"zebra", nil},
	} {
		r := find(x, tt.typed)
		got := docs(r.Hits)
		slices.Sort(got)
		if !slices.Equal(got, tt.want) || r.Total != len(tt.want) || r.Any {
			t.Errorf("%q finds %v of %d (any: %v), want %v", tt.typed, got, r.Total, r.Any, tt.want)
		}
	}
}

// TestSlips: a word that is nowhere is taken for the nearest one, and this is told;
// what no document has whole is answered by those that have some of it.
func TestSlips(t *testing.T) {
	t.Parallel()
	x := filled("Immigration rose", "The president lied about immigration", "A pact expired", "Paces")
	r := find(x, "imigraton presidnet")
	if diff := gocmp.Diff([]search.Corrected{{"imigraton", "immigration"}, {"presidnet", "president"}}, r.Corrected); diff != "" || !slices.Equal(docs(r.Hits), []uint32{1}) {
		t.Errorf("%v %s", r.Hits, diff)
	}
	r = find(x, "pact xylophone immigration")
	if !r.Any || r.Total != 3 || !slices.Equal(r.Missing, []string{"xylophone"}) {
		t.Errorf("%+v", r)
	}
	if r := find(x, "pacd"); len(r.Corrected) != 1 || r.Corrected[0].Taken != "pact" {
		t.Errorf("%+v", r)
	}
}

// TestTyping: a word that is not finished stands for all that begin so.
func TestTyping(t *testing.T) {
	t.Parallel()
	x := filled("Immigrants pay", "Immigration rose", "An imminent war", "Immune people")
	for typed, want := range map[string]int{"imm": 4, "immi": 3, "immigrat": 2, "immigrants": 2, "immx": 0, "pay imm": 1} {
		if r := x.Search(search.Query{Wanted: search.Parse(typed).Typing(), Limit: 10}); r.Total != want {
			t.Errorf("%q finds %d, want %d", typed, r.Total, want)
		}
	}
}

// TestMarks: what was found is marked where it stands.
func TestMarks(t *testing.T) {
	t.Parallel()
	x := filled("The treaties were almost identical, he said.")
	for typed, want := range map[string]string{
		"treaty identical":   "The [treaties] were almost [identical], he said.",
		`"almost identical"`: "The treaties were [almost identical], he said.",
		"iden*":              "The treaties were almost [identical], he said.",
		"-war treatise":      "The [treaties] were almost identical, he said.",
	} {
		text := "The treaties were almost identical, he said."
		marks := find(x, typed).Found.Marks(text, "en")
		for _, m := range slices.Backward(marks) {
			text = text[:m[0]] + "[" + text[m[0]:m[1]] + "]" + text[m[1]:]
		}
		if typed != "-war treatise" && text != want {
			t.Errorf("%q marks %s", typed, text)
		}
	}
}

// world is documents drawn from a small vocabulary in which words are as unequal as in
// a language, so that all kinds of lists and ties come about.
type world struct {
	random *rand.Rand
	texts  []string
	values [][]search.Value
	days   []string
	gone   []bool
}

func newWorld(seed uint64, n int) *world {
	w := &world{random: rand.New(rand.NewPCG(seed, 1))}
	for range n {
		var words []string
		for range 3 + w.random.IntN(12) {
			words = append(words, w.word())
		}
		if w.random.IntN(10) > 0 {
			words = append(words, slices.Repeat([]string{"everywhere"}, 1+w.random.IntN(3))...)
		}
		w.texts = append(w.texts, strings.Join(words, " "))
		w.values = append(w.values, []search.Value{{Field: search.Rating, Key: fmt.Sprint("r", w.random.IntN(4))}, {Field: search.Speaker, Key: fmt.Sprint("s", w.random.IntN(n/3+1))}})
		w.days = append(w.days, fmt.Sprintf("20%02d-0%d-1%d", w.random.IntN(20), 1+w.random.IntN(9), w.random.IntN(10)))
		w.gone = append(w.gone, false)
	}
	return w
}

func (w *world) word() string {
	return fmt.Sprintf("wort%c%c", 'a'+rune(w.random.ExpFloat64()*1.5)%26, 'a'+rune(w.random.ExpFloat64()*1.5)%26)
}

func (w *world) index() *search.Index {
	x := search.New()
	for i := range w.texts {
		x.Add(w.doc(i))
	}
	return x
}

func (w *world) doc(i int) search.Doc {
	return search.Doc{Claim: w.texts[i], Language: "de", Values: w.values[i], Said: w.days[i], Settled: w.days[i]}
}

// having gives the documents that have all words and values, newest first.
func (w *world) having(words []string, values []search.Value, from string) []uint32 {
	var found []uint32
	for i := len(w.texts) - 1; i >= 0; i-- {
		in := strings.Fields(w.texts[i])
		if !w.gone[i] && w.days[i] >= from && all(words, in) && all(values, w.values[i]) {
			found = append(found, uint32(i))
		}
	}
	return found
}

func all[T comparable](wanted, in []T) bool {
	for _, v := range wanted {
		if !slices.Contains(in, v) {
			return false
		}
	}
	return true
}

// TestAgainstPlain: whatever is asked, the index finds what a plain look at every
// document finds, counts it exactly, gives it in the order of scores, and pages
// through it without gap or repetition; by whatever way it ranks.
func TestAgainstPlain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		w := newWorld(seed, 9000)
		x := w.index()
		for range 400 {
			i := w.random.IntN(len(w.texts))
			w.gone[i] = true
			x.Remove(uint32(i))
		}
		for range 120 {
			w.ask(t, x)
		}
	}
}

func (w *world) ask(t *testing.T, x *search.Index) {
	t.Helper()
	var words []string
	for range 1 + w.random.IntN(3) {
		words = append(words, w.word())
	}
	if w.random.IntN(4) == 0 {
		words = words[:len(words)-1]
		words = append(words, "everywhere")
	}
	q := search.Query{Wanted: search.Parse(strings.Join(words, " ")), Limit: 50, Count: true, Newest: w.random.IntN(3) == 0}
	if w.random.IntN(2) == 0 {
		q.Filters = []search.Value{{Field: search.Rating, Key: fmt.Sprint("r", w.random.IntN(4))}}
	}
	if w.random.IntN(4) == 0 {
		q.From = "2010-01-01"
	}
	want := w.having(words, q.Filters, q.From)
	r := x.Search(q)
	if r.Any || len(r.Corrected) > 0 {
		return // no document has all words: another test
	}
	if r.Total != len(want) {
		t.Fatalf("%v %v: %d, want %d", words, q.Filters, r.Total, len(want))
	}
	for _, c := range r.Counts[search.Rating] {
		if got := len(w.having(words, []search.Value{{Field: search.Rating, Key: c.Key}}, q.From)); got != c.N {
			t.Errorf("%v: %d have rating %s, not %d", words, got, c.Key, c.N)
		}
	}
	whole := q
	whole.Limit = len(w.texts)
	in := x.Search(whole).Hits
	if !slices.IsSortedFunc(in, func(a, b search.Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Doc, a.Doc)) }) {
		t.Fatalf("%v is not in order", words)
	}
	var paged []search.Hit
	for q.Limit = 1 + w.random.IntN(max(1, len(want)/3+1)); ; {
		page := x.Search(q)
		paged = append(paged, page.Hits...)
		if !page.More {
			break
		}
		q.After = search.Place{Hit: page.Hits[len(page.Hits)-1], Set: true}
	}
	if !slices.Equal(paged, in) {
		t.Fatalf("%v: pages give %v, whole %v", words, paged, in)
	}
	got := docs(in)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("%v finds other documents", words)
	}
}

// TestRemovedIsGone: after documents went, everything is as if they had never been.
func TestRemovedIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(7, 5000)
	x, y := w.index(), search.New()
	number := map[uint32]uint32{}
	for i := range w.texts {
		if i%3 == 0 {
			x.Remove(uint32(i))
			x.Remove(uint32(i))
		} else {
			number[y.Add(w.doc(i))] = uint32(i)
		}
	}
	for range 100 {
		typed := w.word() + " " + w.word()
		a, b := x.Search(search.Query{Wanted: search.Parse(typed), Limit: 30, Count: true}), y.Search(search.Query{Wanted: search.Parse(typed), Limit: 30, Count: true})
		for i := range b.Hits {
			b.Hits[i].Doc = number[b.Hits[i].Doc]
		}
		if diff := gocmp.Diff(a, b); diff != "" {
			t.Fatalf("%s: %s", typed, diff)
		}
	}
}

// TestCandidates: leaving out the lists of common words loses none of the best.
func TestCandidates(t *testing.T) {
	t.Parallel()
	w := newWorld(11, 6000)
	x := w.index()
	for range 40 {
		var words []string
		for range 2 + w.random.IntN(15) {
			words = append(words, w.word())
		}
		text := strings.Join(words, " ")
		few, every := x.Candidates(text, 20), x.Candidates(text, len(w.texts))
		every = every[:min(20, len(every))]
		for i := range every {
			if few[i].Share != every[i].Share {
				t.Fatalf("%s: number %d has %.4f, want %.4f", text, i, few[i].Share, every[i].Share)
			}
		}
	}
	if c := x.Candidates("", 5); len(c) != 0 {
		t.Errorf("nothing matches %v", c)
	}
}

// TestMatching: the claim that a post repeats comes first, with the words they share,
// also when other words are used.
func TestMatching(t *testing.T) {
	t.Parallel()
	claims := []string{
		"Forged text messages tell young people that they were selected for a military draft",
		"A photograph shows a flooded airport in Houston",
		"The draft of the new budget was leaked by text message",
	}
	x := filled(claims...)
	e, err := encoder.Load()
	if err != nil {
		t.Fatal(err)
	}
	post := "BREAKING: fake SMS messages say you've been drafted into the army!! pic.twitter.com/x — Someone (@some1) January 3, 2020"
	var texts []search.Text
	for _, c := range x.Candidates(post, 10) {
		texts = append(texts, search.Text{Candidate: c, Claim: claims[c.Doc], Meanings: []encoder.Vector{e.Encode(claims[c.Doc])}})
	}
	meaning := e.Encode(search.Gist(post))
	for name, matches := range map[string][]search.Match{"with encoder": search.Rank(post, &meaning, texts), "without": search.Rank(post, nil, texts)} {
		if len(matches) == 0 || matches[0].Doc != 0 || !slices.Contains(matches[0].Words, "messages") {
			t.Errorf("%s: %+v", name, matches)
		}
	}
	if g := search.Gist(post); g != "BREAKING: fake SMS messages say you've been drafted into the army!!" {
		t.Errorf("gist %q", g)
	}
	same := search.Rank(claims[1], nil, []search.Text{{Candidate: x.Candidates(claims[1], 1)[0], Claim: claims[1]}})
	if same[0].Shown(true) != search.Probably {
		t.Errorf("the claim itself has %.2f", same[0].Score)
	}
}

// TestFigures: by hand.
func TestFigures(t *testing.T) {
	t.Parallel()
	var e search.Evaluation
	e.Add([]bool{true, false, true}, 2)      // AP@5 (1 + 2/3)/2
	e.Add([]bool{false, false, true}, 1)     // 1/3
	e.Add(append(make([]bool, 20), true), 1) // beyond 10
	e.Add(nil, 1)                            // no answer
	f := e.Figures()
	want := search.Figures{Queries: 4, MAP1: 1.0 / 4, MAP5: 7.0 / 24, MRR: (1 + 1.0/3 + 1.0/21) / 4, Hit10: 2.0 / 4, Hit50: 3.0 / 4}
	if diff := gocmp.Diff(want, f, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
}

// FuzzSearch: nothing that is typed breaks the index, and what is marked lies within
// the text.
func FuzzSearch(f *testing.F) {
	for _, s := range []string{`"a b" -c d*`, "-\"", "#CamelCase@x", "h http://", "ŁÓDŹ 協定 x’s", "\xff-\"\xfe*"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, typed string) {
		x := filled(text, "another text")
		for _, wanted := range []search.Wanted{search.Parse(typed), search.Parse(typed).Typing()} {
			r := x.Search(search.Query{Wanted: wanted, Limit: 5, Count: true})
			last := 0
			for _, m := range r.Found.Marks(text, "en") {
				if m[0] < last || m[1] <= m[0] || m[1] > len(text) {
					t.Fatalf("mark %v in %q", m, text)
				}
				last = m[1]
			}
			if r.Total > 2 || len(r.Hits) != r.Total {
				t.Fatalf("%d hits of %d", len(r.Hits), r.Total)
			}
		}
		search.Rank(typed, nil, []search.Text{{Claim: text}})
		x.Candidates(typed, 3)
		x.Remove(0)
		if n := x.Len(); n != 1 {
			t.Fatalf("%d documents are left", n)
		}
	})
}

// TestOtherLanguages: function words of English are words in other languages, in
// phrases and where documents of both kinds are matched.
func TestOtherLanguages(t *testing.T) {
	t.Parallel()
	x := filled("The minister lied to Brazil")
	for _, c := range []string{"Der Mann am Meer sah das Schiff", "O ministro do Brasil mentiu"} {
		x.Add(search.Doc{Claim: c, Language: "pt"})
	}
	for typed, want := range map[string]int{`"Mann am Meer"`: 1, `"Mann das Meer"`: 0, `"ministro do Brasil"`: 1, `-"ministro do Brasil" Brasil`: 0, `"lied to Brazil"`: 1} {
		if r := find(x, typed); r.Total != want {
			t.Errorf("%s finds %d, want %d", typed, r.Total, want)
		}
	}
	c := x.Candidates("&amp;&amp; ministro więcej", 3)
	if len(c) != 1 || !slices.Equal(c[0].Words, []string{"ministro"}) {
		t.Errorf("%+v", c)
	}
}

// TestCostly: what would cost most is bounded, and still answered.
func TestCostly(t *testing.T) {
	t.Parallel()
	x := newWorld(3, 3000).index()
	for _, typed := range []string{strings.Repeat("-w* ", 200), strings.Repeat("wo* ", 200), strings.Repeat(`-"wortaa wortab" `, 60), strings.Repeat("a* ", 300)} {
		find(x, typed)
	}
	if r := find(x, "w*"); r.Total != 0 {
		t.Errorf("one letter is a beginning of %d", r.Total)
	}
	if r := find(x, strings.Repeat("wo* ", 4)); len(r.Missing) > 0 {
		t.Errorf("four beginnings: %v is missing", r.Missing)
	}
	if r := find(x, strings.Repeat("wo* ", 5)); !slices.Equal(r.Missing, []string{"wo"}) {
		t.Errorf("the fifth beginning is no plain word: %v is missing", r.Missing)
	}
	if r := find(x, strings.Repeat("-zz ", 24)+"-wortaa"); r.Total != 3000 {
		t.Errorf("the 25th exclusion is heeded: %d are left", r.Total)
	}
}
