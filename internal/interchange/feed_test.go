package interchange_test

import (
	"encoding/xml"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/interchange"
)

// atom is what a reader of feeds looks at.
type atom struct {
	XMLName xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Author  string   `xml:"author>name"`
	Links   []link   `xml:"link"`
	Entries []struct {
		ID      string `xml:"id"`
		Title   string `xml:"title"`
		Updated string `xml:"updated"`
		Content string `xml:"content"`
		Links   []link `xml:"link"`
	} `xml:"entry"`
}

type link struct {
	Href string `xml:"href,attr"`
	Rel  string `xml:"rel,attr"`
}

// TestAtom: whatever a claim says, the feed stays XML and says it as text; the
// newest entry dates the feed; ids are the addresses.
func TestAtom(t *testing.T) {
	t.Parallel()
	const hostile = "<script>alert(1)</script> ]]> & “quoted”\x0b\x01 \U0001f600 \u202eright to left"
	feed := interchange.Feed{
		Title: "Corrections: A & B", Home: "https://claims.example/corrections", Self: "https://claims.example/feeds/corrections.atom", Author: "A & B",
		Entries: []interchange.FeedEntry{
			{URL: "https://claims.example/claims/abcdefgh/revisions/2", Title: hostile, Text: hostile, Updated: "2026-11-22T09:00:00.123456Z"},
			{URL: "https://claims.example/claims/abcdefgh/revisions/1", Title: "Older", Text: "", Updated: "2026-11-21T09:00:00.000000Z"},
		},
	}
	b, err := feed.Atom()
	if err != nil {
		t.Fatal(err)
	}
	var got atom
	if err := xml.Unmarshal(b, &got); err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	if got.ID != feed.Self || got.Updated != "2026-11-22T09:00:00.123456Z" || got.Author != "A & B" || got.Links[0].Rel != "self" {
		t.Errorf("the feed says %+v", got)
	}
	if len(got.Entries) != 2 || got.Entries[0].ID != feed.Entries[0].URL || got.Entries[0].Links[0].Href != feed.Entries[0].URL {
		t.Fatalf("entries %+v", got.Entries)
	}
	if e := got.Entries[0]; !strings.HasPrefix(e.Title, "<script>alert(1)</script> ]]> & “quoted”") || e.Content != e.Title {
		t.Errorf("the entry says %q, %q", e.Title, e.Content)
	}
	if strings.Contains(string(b), "<script") {
		t.Error("markup of a claim is markup of the feed")
	}
	if empty, err := (interchange.Feed{Self: "https://claims.example/x"}).Atom(); err != nil || !strings.Contains(string(empty), "1970-01-01T00:00:00Z") {
		t.Errorf("an empty feed: %v %s", err, empty)
	}
	if _, err := (interchange.Feed{Entries: []interchange.FeedEntry{{Updated: "yesterday"}}}).Atom(); err == nil {
		t.Error("a date that is none was taken")
	}
}
