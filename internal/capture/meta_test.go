package capture_test

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/kb"
)

func linked(json string) string { return `<script type="application/ld+json">` + json + `</script>` }

func TestMetadata(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, page string
		want       kb.PageFacts
	}{
		{"nothing", ``, kb.PageFacts{}},
		{"a title", `<title> one
			two </title>`, kb.PageFacts{Title: "one two"}},
		{"a heading before a title", `<title>two | Site</title><h1>one <b>two</b></h1><h1>three</h1>`, kb.PageFacts{Title: "one two"}},
		{"the title of a network before a heading", `<meta name="twitter:title" content="one"><h1>two</h1>`, kb.PageFacts{Title: "one"}},
		{"JSON-LD before and after the rest", `<meta property=og:title content=two>` + linked(`{"@type":"NewsArticle","headline":"one"}`), kb.PageFacts{Title: "one"}},
		{"an escaped title", linked(`{"@type":"BlogPosting","headline":"one &amp; &#8220;two&#8221;"}`), kb.PageFacts{Title: "one & “two”"}},
		{"JSON-LD of something else", linked(`{"@type":"Recipe","headline":"one"}`) + linked(`{"@type":"BreadcrumbList","name":"two"}`), kb.PageFacts{}},
		{"JSON-LD in a list", linked(`[{"@type":"WebSite","name":"x"},{"@type":"Report","headline":"one"}]`), kb.PageFacts{Title: "one"}},
		{"JSON-LD inside a page", linked(`{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"one"}}`), kb.PageFacts{Title: "one"}},
		{"an author in JSON-LD", linked(`{"@type":"NewsArticle","author":"A"}`) + `<meta name=author content=B>`, kb.PageFacts{Authors: []string{"A"}}},
		{"authors who are named elsewhere", linked(`{"@graph":[{"@type":"NewsArticle","author":[{"@id":"a"},{"@id":"b"}],"publisher":{"@id":"p"}},{"@id":"a","name":"A"},{"@id":"p","name":["P"]}]}`),
			kb.PageFacts{Authors: []string{"A"}, Publisher: "P"}},
		{"authors of the first article", linked(`{"@type":"NewsArticle","author":{"name":"A"}}`) + linked(`{"@type":"NewsArticle","author":{"name":"B"}}`), kb.PageFacts{Authors: []string{"A"}}},
		{"authors in tags", `<meta name=author content=A><meta property=article:author content="https://site.example/b"><meta name=Author content=C><meta name=author content=A>`,
			kb.PageFacts{Authors: []string{"A", "C"}}},
		{"an author in a byline", `<p class=byline>By A. Person</p><p>one`, kb.PageFacts{Authors: []string{"A. Person"}}},
		{"an author in a byline with a date", `<p class=byline>Posted on June 22, 2024 by A. Person</p><p>one`, kb.PageFacts{Authors: []string{"A. Person"}, Published: "2024-06-22"}},
		{"an author before a date", `<p>Posted by A. Person on 22 June 2024</p><p>one`, kb.PageFacts{Authors: []string{"A. Person"}, Published: "2024-06-22"}},
		{"a posted line in pieces", `<p><span>Posted on </span><a>June 22nd, 2024</a> by <b>A. Person</b><br>Posted on June 23, 2024 by B</p>`, kb.PageFacts{Authors: []string{"A. Person"}, Published: "2024-06-22"}},
		{"a story about posts", `<p>Posted letters were found, and it was said on 3 May 2019 that they were forged; the office denied this by a letter of its own, which it gave to a paper, and to another paper, and to all who would have it.</p>`, kb.PageFacts{}},
		{"a publisher", `<meta property=og:site_name content=P><meta name=application-name content=Q>`, kb.PageFacts{Publisher: "P"}},
		{"a language", `<html lang=en_US>`, kb.PageFacts{Language: "en-US"}},
		{"a language of the networks", `<meta property=og:locale content=pt_BR>`, kb.PageFacts{Language: "pt-BR"}},
		{"a language that is none", `<html lang="the Queen's"><meta property=og:locale content=en_GB>`, kb.PageFacts{Language: "en-GB"}},
		{"a canonical address", `<link rel=CANONICAL href="../b?c=d">`, kb.PageFacts{Canonical: "https://site.example/b?c=d"}},
		{"an address of the networks", `<meta property=og:url content="https://other.example/">`, kb.PageFacts{Canonical: "https://other.example/"}},

		{"a day with its zone", linked(`{"@type":"NewsArticle","datePublished":"2024-06-20T23:40:00+07:00"}`), kb.PageFacts{Published: "2024-06-20"}},
		{"JSON-LD before tags", `<meta property=article:published_time content=2024-06-21>` + linked(`{"@type":"NewsArticle","datePublished":"2024-06-20"}`), kb.PageFacts{Published: "2024-06-20"}},
		{"tags before words", `<p class=date>June 1, 2024</p><meta name=date content="20 June 2024">`, kb.PageFacts{Published: "2024-06-20"}},
		{"changed", `<meta property=article:modified_time content=2024-06-21T00:00:00Z>`, kb.PageFacts{Modified: "2024-06-21"}},
		{"a time", `<time datetime=2024-06-20>yesterday</time>`, kb.PageFacts{Published: "2024-06-20"}},
		{"a time in words", `<time>Thursday, 20 June 2024, 6 pm</time>`, kb.PageFacts{Published: "2024-06-20"}},
		{"a class", `<div class="entry-meta posted-on">20. June 2024</div>`, kb.PageFacts{Published: "2024-06-20"}},
		{"an ordinal", `<div class=pubdate>Hanoi, June 1st, 2024</div>`, kb.PageFacts{Published: "2024-06-01"}},
		{"a short month", `<div class=date>Jun. 20, 2024</div>`, kb.PageFacts{Published: "2024-06-20"}},
		{"a longer short month", `<div class=date>Sept. 5, 2024</div>`, kb.PageFacts{Published: "2024-09-05"}},
		{"what looks like a date before one", `<div class=date>Room 12 2024, June 20, 2024</div>`, kb.PageFacts{Published: "2024-06-20"}},
		{"a whole story in a class", `<div class=published><p>On 3 May 2019 the first sluice was opened, to the sound of a brass band that nobody had asked for; the second was to follow within a year, but did not, for reasons that this paper has given at length.</p></div>`, kb.PageFacts{}},
		{"numbers that may be two days", `<meta property=article:published_time content="06/07/2024"><meta name=date content="06.07.2024"><p class=date>6/7/2024</p>`, kb.PageFacts{}},
		{"no day at all", `<meta name=date content="June 31, 2024"><p class=date>2024-02-30</p><time>June 2024</time>`, kb.PageFacts{}},
	}
	address, err := url.Parse("https://site.example/a/page")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, capture.Metadata([]byte(tt.page), address)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
