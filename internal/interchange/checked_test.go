package interchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/interchange"
)

func number(n int) *int { return &n }

// whole is a ClaimReview with everything that we write.
func whole() interchange.ClaimReview {
	author := &interchange.Agent{Type: "Organization", Name: "Checks & Co", URL: "https://checks.example/"}
	post := interchange.Work{Type: "CreativeWork", URL: "https://social.example/p/1", Headline: "A post"}
	return interchange.ClaimReview{
		Type: "ClaimReview", ID: "https://checks.example/c/1#review", URL: "https://checks.example/c/1", ClaimReviewed: "The sea is “made” of <b>milk</b> & honey.",
		DatePublished: "2026-11-20T09:00:00Z", DateModified: "2026-11-21T09:00:00Z", InLanguage: "en", Author: author,
		ItemReviewed: &interchange.ReviewedClaim{
			Type: "Claim", Author: &interchange.Agent{Type: "Person", Name: "J. Doe", JobTitle: "Captain", SameAs: "https://www.wikidata.org/entity/Q1"},
			DatePublished: "2026-11-01", InLanguage: "de", FirstAppearance: &post, Appearance: []interchange.Work{post, {Type: "CreativeWork", URL: "https://social.example/p/2"}},
		},
		ReviewRating: &interchange.ReviewRating{Type: "Rating", Value: number(1), Worst: number(1), Best: number(5), Label: "False", Explanation: "It is water."},
		Correction:   &interchange.Comment{Type: "CorrectionComment", Text: "It said wine.", Date: "2026-11-21T09:00:00Z"},
		License:      "https://creativecommons.org/licenses/by/4.0/",
		MediaReview:  &interchange.MediaReview{Type: "MediaReview", URL: "https://checks.example/c/1", Published: "2026-11-20T09:00:00Z", Author: author, Categories: []string{"StagedContent"}},
	}
}

func readAll(t *testing.T, text string) ([]interchange.Item, error) {
	t.Helper()
	var items []interchange.Item
	err := interchange.ReadClaimReviews(strings.NewReader(text), func(i interchange.Item) error {
		items = append(items, i)
		return nil
	})
	return items, err
}

// TestReadOwn: what we write is read back without loss, alone, in a DataFeed and
// in a page.
func TestReadOwn(t *testing.T) {
	t.Parallel()
	alone, err := whole().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var feed bytes.Buffer
	w := interchange.NewFeedWriter(&feed, "A feed", "", "2026-11-21T09:00:00Z")
	if err := errors.Join(w.Add(whole()), w.Add(whole()), w.Close()); err != nil {
		t.Fatal(err)
	}
	page := `<!doctype html><title>x</title><script>var a = "<p>"</script><script type="application/ld+json; charset=utf-8">` +
		strings.ReplaceAll(string(alone), "<", `\u003c`) + `</script><script type="application/ld+json">{"@type":"Organization"}</script>`
	for name, tt := range map[string]struct {
		text string
		n    int
	}{
		"alone": {string(alone), 1}, "feed": {feed.String(), 2}, "page": {page, 1}, "lines": {string(alone) + string(alone), 2}, "byte order mark": {"\ufeff" + string(alone), 1},
		"list": {"[" + string(alone) + "]", 1}, "graph": {`{"@context":"x","@graph":[` + string(alone) + `,{"@type":"WebPage"}]}`, 2},
	} {
		items, err := readAll(t, tt.text)
		if err != nil || len(items) != tt.n {
			t.Fatalf("%s: %d items, %v", name, len(items), err)
		}
		if diff := cmp.Diff(whole(), items[0].Review); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestReadWild: the shapes in which publishers write the same.
func TestReadWild(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		text string
		want func(interchange.ClaimReview) bool
	}{
		"names for objects": {`{"@type":"ClaimReview","claimReviewed":"C","author":"Checks","itemReviewed":{"@type":"Claim","author":"Doe","appearance":"https://a.example/"}}`,
			func(r interchange.ClaimReview) bool {
				return r.Author.Name == "Checks" && r.ItemReviewed.Author.Name == "Doe" && r.ItemReviewed.Appearance[0].URL == "https://a.example/"
			}},
		"words for numbers": {`{"@type":["ClaimReview"],"claimReviewed":"C","reviewRating":{"ratingValue":"2","bestRating":5.0,"worstRating":"one","alternateName":"No"}}`,
			func(r interchange.ClaimReview) bool {
				return *r.ReviewRating.Value == 2 && *r.ReviewRating.Best == 5 && r.ReviewRating.Worst == nil
			}},
		"lists": {`{"@type":"http://schema.org/ClaimReview","claimReviewed":["C"],"author":[null,{"@type":"NewsMediaOrganization","name":"Checks"}],"reviewRating":[{"name":"Nope"}]}`,
			func(r interchange.ClaimReview) bool {
				return r.ClaimReviewed == "C" && r.Author.Type == "Organization" && r.ReviewRating.Label == "Nope"
			}},
		"the old form": {`{"@type":"ClaimReview","claimReviewed":"C","itemReviewed":{"@type":"CreativeWork","author":{"@type":"Person","name":"Doe"},"sameAs":["https://a.example/","https://b.example/"]}}`,
			func(r interchange.ClaimReview) bool { return len(r.ItemReviewed.Appearance) == 2 }},
		"the claim in its item":     {`{"@type":"ClaimReview","itemReviewed":{"text":"C"}}`, func(r interchange.ClaimReview) bool { return r.ClaimReviewed == "C" }},
		"a review in a page object": {`{"@type":"NewsArticle","review":{"@type":"ClaimReview","claimReviewed":"C"}}`, func(r interchange.ClaimReview) bool { return r.ClaimReviewed == "C" }},
	} {
		items, err := readAll(t, tt.text)
		if err != nil || len(items) != 1 || items[0].Err != nil || !tt.want(items[0].Review) {
			t.Errorf("%s: %v, %+v", name, err, items)
		}
	}
}

// TestReadBroken: an item that is none does not end the reading; a file that
// breaks off does, and says where.
func TestReadBroken(t *testing.T) {
	t.Parallel()
	items, err := readAll(t, `{"dataFeedElement":[null,{"@type":"DataFeedItem","item":[]},{"@type":"DataFeedItem","item":{"@type":"ClaimReview","claimReviewed":"C"}},7]}`)
	if err != nil || len(items) != 4 || items[0].Err == nil || items[1].Err == nil || items[2].Err != nil || items[3].Err == nil || items[2].Number != 3 {
		t.Errorf("%v, %+v", err, items)
	}
	for name, text := range map[string]string{
		"nothing": "", "spaces": "  \n", "cut off": `[{"@type":"ClaimReview"`, "no JSON": `{"a":}`, "a page without any": "<html><body>Hello", "too deep": strings.Repeat(`{"@graph":[`, 40),
		"one item without end": `["` + strings.Repeat("x", 2<<20) + `"]`,
	} {
		if items, err := readAll(t, text); err == nil && (len(items) == 0 || items[0].Err == nil) {
			t.Errorf("%s was read as %+v", name, items)
		}
	}
	stop := errors.New("enough")
	if err := interchange.ReadClaimReviews(strings.NewReader(`[1,2,3]`), func(interchange.Item) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the reader went on: %v", err)
	}
}

// TestChecked: what the desk gets of a file.
func TestChecked(t *testing.T) {
	t.Parallel()
	c := interchange.Checked{Review: whole(), Kind: "event", Topics: []string{"Sea"}, Place: "Kiel"}
	claim := c.Claim()
	if claim.Text != "The sea is “made” of milk & honey." || claim.Language != "de" || claim.Kind != "event" || claim.Validate() != nil {
		t.Errorf("the claim is %+v", claim)
	}
	a, speaker, works, known := c.Appearance()
	if !known || speaker != "J. Doe" || a.SaidOn.EDTF != "2026-11-01" || a.Place != "Kiel" || len(works) != 2 || works[0].Title != "A post" {
		t.Errorf("the appearance is %+v by %s in %+v", a, speaker, works)
	}
	r, err := c.Ruling("csv", "a.csv")
	if err != nil || r.Publisher != "Checks & Co" || r.Rating != "False" || *r.Value != 1 || r.ReviewedOn != "2026-11-21T09:00:00Z" || r.Validate() != nil {
		t.Errorf("the ruling is %+v, %v", r, err)
	}
	if again, err := interchange.ReadChecked(r.Fields); err != nil || cmp.Diff(c, again) != "" {
		t.Errorf("what was kept: %v %s", err, cmp.Diff(c, again))
	}
	other := c
	other.Review.URL = "http://www.checks.example/c/1#x"
	if c.Key() == "" || len(c.Key()) != 49 {
		t.Errorf("the key is %q", c.Key())
	}
	if (interchange.Checked{Review: interchange.ClaimReview{ClaimReviewed: "C"}}).Key() != "" {
		t.Error("a claim alone has the key of a ruling")
	}
}

// TestPlainWords: markup goes, and what only looks like it stays.
func TestPlainWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Inflation was <5% in 2020 and >3% in 2021.": "Inflation was <5% in 2020 and >3% in 2021.",
		"a < b and c > d": "a < b and c > d", "x<y, y>z": "x<y, y>z", "<p>The <b class=\"x\">sea</b>&nbsp;is&#32;milk</p>": "The sea is milk", "R&D &amp; AT&T &copy": "R&D & AT&T &copy", "<b and c>": "<b and c>",
	} {
		if got := (interchange.Checked{Review: interchange.ClaimReview{ClaimReviewed: text}}).Claim().Text; got != want {
			t.Errorf("%q became %q", text, got)
		}
	}
}

func FuzzReadClaimReviews(f *testing.F) {
	own, err := whole().JSON()
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{string(own), `[{"@type":"ClaimReview"}]`, `<script type="application/ld+json">{"@type":"ClaimReview","claimReviewed":"x"}</script>`, `{"dataFeedElement":[{"item":[null]}]}`, `{"@graph":{"@graph":[]}}`, "\xff", `"x"`, `{"a":1}{"b":2}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_ = interchange.ReadClaimReviews(strings.NewReader(text), func(i interchange.Item) error {
			c := interchange.Checked{Review: i.Review}
			_, _, _, _ = c.Appearance()
			in := c.Claim()
			_ = in.Validate()
			if _, err := c.Ruling("claimreview", "x"); err != nil {
				t.Fatal(err)
			}
			_ = interchange.Lint(i.Review, i.Raw, "2026-11-22")
			b, err := i.Review.JSON()
			if err != nil {
				t.Fatal(err)
			}
			if !json.Valid(b) {
				t.Fatalf("written: %s", b)
			}
			return nil
		})
	})
}
