// Package interchange turns what is published into the formats that other
// people's programs read, and reads theirs. Its functions are pure: the same
// documents give the same bytes.
package interchange

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gorilla/feeds"

	"github.com/claimtrail/claimtrail/internal/record"
)

// Feed is a list of news, the newest first.
type Feed struct {
	Title, Home, Self, Author, Rights, Language string
	Next                                        string // address of the older entries; "" when there are none
	Entries                                     []FeedEntry
}

// FeedEntry is one piece of news. Times are as documents write them.
type FeedEntry struct {
	ID                 string // for ever the same; the address when it is empty
	URL                string
	Title, Text        string
	HTML               string // instead of the text, where a reader shows it
	Language           string
	Published, Updated string
	Tags               []string
}

func (e FeedEntry) id() string {
	if e.ID == "" {
		return e.URL
	}
	return e.ID
}

func (e FeedEntry) times() (published, updated string, err error) {
	at, err := record.ParseStamp(e.Updated)
	if err != nil {
		return "", "", fmt.Errorf("write feed: %w", err)
	}
	updated = at.Format(time.RFC3339Nano)
	if e.Published == "" {
		return updated, updated, nil
	}
	first, err := record.ParseStamp(e.Published)
	if err != nil {
		return "", "", fmt.Errorf("write feed: %w", err)
	}
	return first.Format(time.RFC3339Nano), updated, nil
}

// atomFeed is an Atom feed that leads on to its older entries (RFC 5005), and
// names its language.
type atomFeed struct {
	XMLName xml.Name `xml:"feed"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	feeds.AtomFeed

	Links   []feeds.AtomLink
	Entries []atomEntry
}

type atomEntry struct {
	XMLName xml.Name `xml:"entry"`
	Lang    string   `xml:"xml:lang,attr,omitempty"`
	feeds.AtomEntry

	Categories []atomCategory
}

type atomCategory struct {
	XMLName xml.Name `xml:"category"`
	Term    string   `xml:"term,attr"`
}

// Atom gives the feed as an Atom document (RFC 4287).
func (f Feed) Atom() ([]byte, error) {
	atom := atomFeed{Lang: f.Language, AtomFeed: feeds.AtomFeed{
		Xmlns: "http://www.w3.org/2005/Atom", Title: f.Title, Id: f.Self, Rights: f.Rights, Updated: "1970-01-01T00:00:00Z",
	}}
	atom.Links = []feeds.AtomLink{{Href: f.Self, Rel: "self", Type: "application/atom+xml"}, {Href: f.Home, Rel: "alternate", Type: "text/html"}}
	if f.Next != "" {
		atom.Links = append(atom.Links, feeds.AtomLink{Href: f.Next, Rel: "next", Type: "application/atom+xml"})
	}
	if f.Author != "" {
		atom.Author = &feeds.AtomAuthor{AtomPerson: feeds.AtomPerson{Name: f.Author, Uri: f.Home}}
	}
	for i, e := range f.Entries {
		published, updated, err := e.times()
		if err != nil {
			return nil, err
		}
		if i == 0 {
			atom.Updated = updated
		}
		atom.Entries = append(atom.Entries, e.atom(published, updated))
	}
	b, err := xml.MarshalIndent(&atom, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}

func (e FeedEntry) atom(published, updated string) atomEntry {
	entry := atomEntry{AtomEntry: feeds.AtomEntry{
		Id: e.id(), Title: e.Title, Updated: updated, Published: published,
		Links:   []feeds.AtomLink{{Href: e.URL, Rel: "alternate", Type: "text/html"}},
		Content: &feeds.AtomContent{Content: e.Text, Type: "text"},
	}, Lang: e.Language}
	if e.HTML != "" {
		entry.Summary = &feeds.AtomSummary{Content: e.Text, Type: "text"}
		entry.Content = &feeds.AtomContent{Content: e.HTML, Type: "html"}
	}
	for _, t := range e.Tags {
		entry.Categories = append(entry.Categories, atomCategory{Term: t})
	}
	return entry
}

// JSON gives the feed as a JSON Feed, version 1.1.
func (f Feed) JSON() ([]byte, error) {
	type author struct {
		Name string `json:"name"`
		URL  string `json:"url,omitempty"`
	}
	type item struct {
		ID        string   `json:"id"`
		URL       string   `json:"url"`
		Title     string   `json:"title"`
		HTML      string   `json:"content_html,omitempty"`
		Text      string   `json:"content_text"`
		Published string   `json:"date_published"`
		Modified  string   `json:"date_modified"`
		Language  string   `json:"language,omitempty"`
		Tags      []string `json:"tags,omitempty"`
	}
	feed := struct {
		Version  string   `json:"version"`
		Title    string   `json:"title"`
		Home     string   `json:"home_page_url"`
		Self     string   `json:"feed_url"`
		Next     string   `json:"next_url,omitempty"`
		Language string   `json:"language,omitempty"`
		Authors  []author `json:"authors,omitempty"`
		Items    []item   `json:"items"`
	}{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, Home: f.Home, Self: f.Self, Next: f.Next, Language: f.Language, Items: []item{}}
	if f.Author != "" {
		feed.Authors = []author{{f.Author, f.Home}}
	}
	for _, e := range f.Entries {
		published, updated, err := e.times()
		if err != nil {
			return nil, err
		}
		feed.Items = append(feed.Items, item{e.id(), e.URL, e.Title, e.HTML, e.Text, published, updated, e.Language, e.Tags})
	}
	b, err := json.Marshal(feed)
	if err != nil {
		return nil, fmt.Errorf("write feed: %w", err)
	}
	return append(b, '\n'), nil
}
