package interchange_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

func embedding(claim string) interchange.Embedding {
	return interchange.Embedding{
		Site: interchange.Site{BaseURL: "https://claims.example", Masthead: record.Masthead{Name: `The "Desk" <x>`, Language: "en"}}, Revision: 3,
		Digest: record.Digest{
			Claim: "abcdefgh", Number: 3, Text: claim, Outcome: "rated", PublishedAt: "2026-11-20T09:00:00.000000Z", SaidOn: kb.StatedDate("2024-06-20"),
			Rating:   &record.Rating{Key: "false", Ordinal: 1, Of: 5, Texts: kb.RatingTexts{"en": {Label: "False"}}},
			Speakers: []record.SpeakerRef{{Named: record.Named{ID: "s", Name: "O'Brien & Sons"}}}, Origins: record.Origins{Sources: 2, Low: 1, High: 2},
		},
	}
}

const hostileClaim = "\"><script>alert(1)</script>\n\n<p>two & “three”</p> ]]> *x* [y](z) `w`"

// TestSnippet: the snippet is one line, its quotation comes first and reads well,
// and nothing that a claim says becomes markup.
func TestSnippet(t *testing.T) {
	t.Parallel()
	e := embedding(hostileClaim)
	snippet := e.Snippet(600, 360)
	if strings.ContainsAny(snippet, "\n\r") || !strings.HasPrefix(snippet, "<blockquote") {
		t.Errorf("the snippet is %q", snippet)
	}
	page, err := goquery.NewDocumentFromReader(strings.NewReader(snippet))
	if err != nil {
		t.Fatal(err)
	}
	if n := page.Find("script").Length(); n != 1 {
		t.Errorf("%d scripts", n)
	}
	words := page.Find("blockquote.claimtrail").Text()
	for _, part := range []string{"O'Brien & Sons, 20 June 2024", "Ruling on 20 November 2026: False.", "<script>alert(1)</script>", `The "Desk" <x>`} {
		if !strings.Contains(words, part) {
			t.Errorf("%q does not say %q", words, part)
		}
	}
	frame := page.Find("iframe")
	if frame.AttrOr("src", "") != "https://claims.example/embed/claims/abcdefgh?rev=3" || !strings.Contains(frame.AttrOr("sandbox", ""), "allow-scripts") || frame.AttrOr("title", "") == "" {
		t.Errorf("the frame is %v", frame.Nodes)
	}
	if m := e.Markdown(); strings.Contains(m, "](z)") || strings.Contains(m, "<script>") || strings.Count(m, "\n") != 1 {
		t.Errorf("Markdown: %s", m)
	}
	e.Theme, e.Language, e.Revision = "dark", "fr", 0
	if e.Card() != "https://claims.example/embed/claims/abcdefgh?theme=dark&lang=fr" {
		t.Errorf("the card is at %s", e.Card())
	}
}

// TestOEmbed: limits are obeyed everywhere, and XML says what JSON says.
func TestOEmbed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ maxWidth, maxHeight, width, height int }{{0, 0, 600, 360}, {300, 200, 300, 200}, {5000, 5000, 600, 360}, {1, 1, 1, 1}} {
		o := embedding(hostileClaim).OEmbed(tt.maxWidth, tt.maxHeight)
		if o.Width != tt.width || o.Height != tt.height || o.Version != "1.0" || o.Type != "rich" {
			t.Errorf("within %d x %d: %d x %d", tt.maxWidth, tt.maxHeight, o.Width, o.Height)
		}
		page, err := goquery.NewDocumentFromReader(strings.NewReader(o.HTML))
		if err != nil {
			t.Fatal(err)
		}
		if page.Find("iframe").AttrOr("width", "") != page.Find("iframe[width]").AttrOr("width", "x") || (o.ThumbURL == "") != (o.ThumbWidth == 0) || (tt.maxWidth > 0 && o.ThumbWidth > tt.maxWidth) {
			t.Errorf("within %d: %+v", tt.maxWidth, o)
		}
		b, err := o.XML()
		if err != nil {
			t.Fatal(err)
		}
		var again interchange.OEmbed
		if err := xml.Unmarshal(b, &again); err != nil || again.HTML != o.HTML || again.Title != o.Title || again.Width != o.Width {
			t.Errorf("as XML: %v %+v", err, again)
		}
	}
}
