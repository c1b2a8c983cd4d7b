package interchange

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/record"
)

// The card's size in pixels when nobody says another, tall enough for nearly all
// of them where no script can fit the frame.
const (
	CardWidth  = 600
	CardHeight = 360
)

// OEmbed is a card as oEmbed (oembed.com) hands it to a page that embeds it.
type OEmbed struct {
	XMLName      xml.Name `json:"-" xml:"oembed"`
	Version      string   `json:"version" xml:"version"`
	Type         string   `json:"type" xml:"type"`
	Title        string   `json:"title" xml:"title"`
	AuthorName   string   `json:"author_name,omitempty" xml:"author_name,omitempty"`
	AuthorURL    string   `json:"author_url,omitempty" xml:"author_url,omitempty"`
	ProviderName string   `json:"provider_name" xml:"provider_name"`
	ProviderURL  string   `json:"provider_url" xml:"provider_url"`
	CacheAge     int      `json:"cache_age" xml:"cache_age"` // seconds
	HTML         string   `json:"html" xml:"html"`
	Width        int      `json:"width" xml:"width"`
	Height       int      `json:"height" xml:"height"`
	ThumbURL     string   `json:"thumbnail_url,omitempty" xml:"thumbnail_url,omitempty"`
	ThumbWidth   int      `json:"thumbnail_width,omitempty" xml:"thumbnail_width,omitempty"`
	ThumbHeight  int      `json:"thumbnail_height,omitempty" xml:"thumbnail_height,omitempty"`
}

// Embedding is one claim to be embedded: its newest digest, and the revision
// that the article's author saw, 0 for none.
type Embedding struct {
	Site     Site
	Digest   record.Digest
	Revision int
	Theme    string // auto, light, dark; "" is auto
	Language string // of the card's own words; "" is English
}

// Picture sizes of the social card.
const (
	PictureWidth  = 1200
	PictureHeight = 630
)

// cacheAge is how long an answer may be kept, in seconds: a ruling can change.
const cacheAge = 3600

// OEmbed gives the answer of the provider. A limit of 0 is none.
func (e Embedding) OEmbed(maxWidth, maxHeight int) OEmbed {
	o := OEmbed{
		Version: "1.0", Type: "rich", Title: e.title(), AuthorName: e.Site.Name(), AuthorURL: e.Site.Home(), ProviderName: e.Site.Name(), ProviderURL: e.Site.Home(),
		CacheAge: cacheAge, Width: within(CardWidth, maxWidth), Height: within(CardHeight, maxHeight),
	}
	o.HTML = e.Snippet(o.Width, o.Height)
	if within(PictureWidth, maxWidth) == PictureWidth && within(PictureHeight, maxHeight) == PictureHeight {
		o.ThumbURL, o.ThumbWidth, o.ThumbHeight = e.Site.PictureURL(e.Digest.Claim, e.Digest.Number), PictureWidth, PictureHeight
	}
	return o
}

func within(size, limit int) int {
	if limit > 0 {
		return min(size, limit)
	}
	return size
}

// PictureURL is the address of a revision's social card.
func (s Site) PictureURL(id string, number int) string {
	return s.RevisionURL(id, number) + "/card.png"
}

func (e Embedding) title() string { return Headline(e.Digest.Text, e.verdict()) }

func (e Embedding) verdict() string {
	return VerdictWord(e.Digest.Rating, e.Digest.Outcome, e.Site.Language())
}

// Page is the address that the card leads to, with what it remembers.
func (e Embedding) Page() string { return e.Site.ClaimURL(e.Digest.Claim) + pinned(e.Revision) }

// Card is the address of the frame.
func (e Embedding) Card() string { return e.chosen(e.Site.CardURL(e.Digest.Claim, e.Revision)) }

// chosen adds to an address how the card shall look.
func (e Embedding) chosen(address string) string {
	for _, choice := range [][2]string{{"theme", e.Theme}, {"lang", e.Language}} {
		if choice[1] == "" || choice[1] == "auto" || choice[1] == "en" {
			continue
		}
		sign := "?"
		if strings.Contains(address, "?") {
			sign = "&"
		}
		address += sign + choice[0] + "=" + choice[1]
	}
	return address
}

// sandbox is what the frame may do: run its own small script, open the claim's
// page when it is followed. Nothing else.
const sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"

// hidden keeps the frame out of sight until its script says how tall it is; it
// is the style that WordPress gives such frames.
const hidden = "position:absolute;clip:rect(1px,1px,1px,1px)"

// Snippet is what an article's author pastes: a quotation that reads well where
// no frame and no script survives, the frame, and the loader. It is one line,
// and the quotation comes first: editors such as WordPress depend on both.
func (e Embedding) Snippet(width, height int) string {
	return e.Quotation() +
		`<iframe src="` + html.EscapeString(e.Card()) + `" width="` + strconv.Itoa(width) + `" height="` + strconv.Itoa(height) + `" title="` + e.frameTitle() + `" style="` + hidden + `" sandbox="` + sandbox + `"></iframe>` +
		`<script async src="` + html.EscapeString(e.Site.BaseURL+"/embed.js") + `"></script>`
}

func (e Embedding) frameTitle() string {
	return html.EscapeString(inOneLine("Fact check: " + e.title()))
}

// Frame is the bare frame, for editors that take nothing else.
func (e Embedding) Frame() string {
	return `<iframe src="` + html.EscapeString(e.Card()) + `" width="` + strconv.Itoa(CardWidth) + `" height="` + strconv.Itoa(CardHeight) + `" title="` + e.frameTitle() + `" style="border:0;max-width:100%" sandbox="` + sandbox + `"></iframe>`
}

// Quotation is the ruling as a quotation in HTML: for mail, feeds and wherever
// the rest is stripped. It says when the ruling was made, since it cannot change.
func (e Embedding) Quotation() string {
	d := e.Digest
	return `<blockquote class="claimtrail" cite="` + html.EscapeString(e.chosen(e.Page())) + `">` + html.EscapeString(inOneLine(e.words())) +
		` <a href="` + html.EscapeString(e.Page()) + `">` + html.EscapeString(linkWords(d)) + `</a> (` + html.EscapeString(inOneLine(e.Site.Name())) + `)</blockquote>`
}

// Markdown is the same for editors that write Markdown.
func (e Embedding) Markdown() string {
	return "> " + markdownText(e.words()) + " [" + markdownText(linkWords(e.Digest)) + "](" + e.Page() + ") (" + markdownText(e.Site.Name()) + ")\n"
}

// words says claim, claimant, verdict and its date in one line.
func (e Embedding) words() string {
	d := e.Digest
	s := "“" + strings.Trim(d.Text, "“”\"") + "”"
	if who := saidBy(d); who != "" {
		s += " — " + who
	}
	return s + ". Ruling on " + day(d.PublishedAt) + ": " + e.verdict() + "."
}

// linkWords say what the link leads to.
func linkWords(d record.Digest) string {
	if d.Origins.Sources == 0 {
		return "The fact-check"
	}
	return "The fact-check and its " + counted(d.Origins.Sources, "source", "sources")
}

func saidBy(d record.Digest) string {
	if len(d.Speakers) == 0 {
		return ""
	}
	who := d.Speakers[0].Name
	if len(d.Speakers) > 1 {
		who += " and others"
	}
	if !d.SaidOn.Unknown() {
		who += ", " + d.SaidOn.String()
	}
	return who
}

// day gives a time of a document as people in articles write a day.
func day(stamp string) string {
	t, err := record.ParseStamp(stamp)
	if err != nil {
		return stamp
	}
	return t.UTC().Format("2 January 2006")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// inOneLine joins words, without the signs that turn the direction of what comes
// after them around: they would reach into somebody else's page.
func inOneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if (r >= '\u202a' && r <= '\u202e') || (r >= '\u2066' && r <= '\u2069') {
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// markdownText escapes what Markdown would read as marks.
func markdownText(s string) string {
	var b strings.Builder
	for _, r := range inOneLine(s) {
		if strings.ContainsRune("\\`*_{}[]()#+!|<>~&", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// JSON gives the answer as JSON.
func (o OEmbed) JSON() ([]byte, error) {
	b, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write oEmbed: %w", err)
	}
	return append(b, '\n'), nil
}

// XML gives the answer as XML.
func (o OEmbed) XML() ([]byte, error) {
	b, err := xml.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("write oEmbed: %w", err)
	}
	return append([]byte(xml.Header), append(b, '\n')...), nil
}
