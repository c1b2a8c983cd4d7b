// Package interchange turns what is published into the formats that other
// people's programs read. Its functions are pure: the same documents give the
// same bytes.
package interchange

import (
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gorilla/feeds"

	"github.com/claimtrail/claimtrail/internal/record"
)

// Feed is a list of news, the newest first.
type Feed struct {
	Title, Home, Self, Author, Rights string
	Entries                           []FeedEntry
}

// FeedEntry is one piece of news. Its address is its id, for ever.
type FeedEntry struct {
	URL, Title, Text, Language string
	Updated                    string // as documents write times
}

// Atom gives the feed as an Atom document (RFC 4287).
func (f Feed) Atom() ([]byte, error) {
	atom := feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: f.Title, Id: f.Self, Rights: f.Rights, Updated: "1970-01-01T00:00:00Z",
		Link: &feeds.AtomLink{Href: f.Self, Rel: "self", Type: "application/atom+xml"},
	}
	if f.Author != "" {
		atom.Author = &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: f.Author, Uri: f.Home}}
	}
	for i, e := range f.Entries {
		at, err := record.ParseStamp(e.Updated)
		if err != nil {
			return nil, fmt.Errorf("write feed: %w", err)
		}
		updated := at.Format(time.RFC3339Nano)
		if i == 0 {
			atom.Updated = updated
		}
		atom.Entries = append(atom.Entries, &feeds.AtomEntry{
			Id: e.URL, Title: e.Title, Updated: updated, Published: updated,
			Links:   []feeds.AtomLink{{Href: e.URL, Rel: "alternate", Type: "text/html"}},
			Content: &feeds.AtomContent{Content: e.Text, Type: "text"},
		})
	}
	b, err := xml.MarshalIndent(&atom, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}
