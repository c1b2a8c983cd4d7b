package interchange_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/interchange"
)

// defects gives the rules that a ClaimReview breaks, written as JSON after a
// change of its text.
func defects(t *testing.T, from, to string) []string {
	t.Helper()
	b, err := whole().JSON()
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	text = strings.Replace(text, `“made” of \u003cb\u003emilk\u003c/b\u003e \u0026 honey`, "milk", 1)
	if from != "" && !strings.Contains(text, from) {
		t.Fatalf("%s does not stand in %s", from, text)
	}
	text = strings.Replace(text, from, to, 1)
	if !json.Valid([]byte(text)) {
		t.Fatalf("not JSON: %s", text)
	}
	var found []string
	err = interchange.ReadClaimReviews(strings.NewReader(text), func(i interchange.Item) error {
		for _, d := range interchange.Lint(i.Review, i.Raw, "2026-11-22") {
			found = append(found, d.Rule)
		}
		return i.Err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestLint: each defect is named, and a sound ClaimReview has none.
func TestLint(t *testing.T) {
	t.Parallel()
	if found := defects(t, "", ""); len(found) > 0 {
		t.Errorf("a sound one has %v", found)
	}
	for _, tt := range []struct{ rule, from, to string }{
		{"claim-missing", `"claimReviewed":"The sea is milk."`, `"claimReviewed":" "`},
		{"claim-markup", `The sea is milk.`, `The sea is <em>milk</em> &amp; honey.`},
		{"claim-long", `The sea is milk.`, strings.Repeat("The sea is milk. ", 20)},
		{"url-missing", `"url":"https://checks.example/c/1","claimReviewed"`, `"claimReviewed"`},
		{"url-form", `"url":"https://checks.example/c/1","claimReviewed"`, `"url":"/c/1","claimReviewed"`},
		{"url-redirects", `"url":"https://checks.example/c/1","claimReviewed"`, `"url":"https://bit.ly/abc","claimReviewed"`},
		{"url-home", `"url":"https://checks.example/c/1","claimReviewed"`, `"url":"https://checks.example/","claimReviewed"`},
		{"url-elsewhere", `"url":"https://checks.example/c/1","claimReviewed"`, `"url":"https://other.example/c/1","claimReviewed"`},
		{"rating-missing", `"reviewRating":{`, `"nothing":{`},
		{"verdict-missing", `"alternateName":"False"`, `"alternateName":""`},
		{"rating-empty", `"ratingValue":1`, `"ratingValue":""`},
		{"rating-number", `"ratingValue":1`, `"ratingValue":"one"`},
		{"rating-off-scale", `"ratingValue":1`, `"ratingValue":9`},
		{"scale-upside-down", `"bestRating":5,"worstRating":1`, `"bestRating":1,"worstRating":5`},
		{"scale-missing", `"bestRating":5,`, ``},
		{"rating-value-missing", `"ratingValue":1,`, ``},
		{"author-missing", `"author":{"@type":"Organization","name":"Checks \u0026 Co","url":"https://checks.example/"},"itemReviewed"`, `"itemReviewed"`},
		{"author-url-missing", `"url":"https://checks.example/"},"itemReviewed"`, `"url":""},"itemReviewed"`},
		{"review-date-missing", `"datePublished":"2026-11-20T09:00:00Z","dateModified"`, `"dateModified"`},
		{"review-in-future", `"datePublished":"2026-11-20T09:00:00Z","dateModified"`, `"datePublished":"2031-11-20T09:00:00Z","dateModified"`},
		{"date-format", `"datePublished":"2026-11-01"`, `"datePublished":"11/01/26"`},
		{"claim-after-review", `"datePublished":"2026-11-01"`, `"datePublished":"2026-11-21"`},
		{"claimant-missing", `"author":{"@type":"Person","name":"J. Doe"`, `"somebody":{"@type":"Person","name":"J. Doe"`},
		{"claimant-is-checker", `"name":"J. Doe"`, `"name":"checks  & co"`},
		{"claimant-is-checker", `"sameAs":"https://www.wikidata.org/entity/Q1"`, `"sameAs":"https://www.checks.example/about"`},
		{"appearance-missing", `"firstAppearance":{"@type":"CreativeWork","url":"https://social.example/p/1","headline":"A post"},"appearance"`, `"elsewhere"`},
		{"appearance-own", `"url":"https://social.example/p/1"`, `"url":"https://checks.example/c/1"`},
	} {
		if found := defects(t, tt.from, tt.to); !slices.Contains(found, tt.rule) {
			t.Errorf("%s was not found, only %v", tt.rule, found)
		}
	}
}
