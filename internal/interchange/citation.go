package interchange

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Citation is what bibliographies say of a work, before any format. Dates of
// which nothing is known stay out of every format.
type Citation struct {
	Key       string // ASCII, unique in its list, the same in every export of a revision
	Kind      string // of kb.SourceKinds; "" is the claim page
	Title     string
	URL       string
	Publisher string
	Container string // what carries the work
	Language  string
	Abstract  string
	Note      string
	Copy      string // address of a copy that readers may see whole
	Keeper    string // who keeps that copy

	Authors     []string // as the work names them; nobody guessed which word is the family name
	PublishedOn kb.Date
	AccessedOn  kb.Date
}

// Page is where a claim page stands.
type Page struct {
	Site string // name of the site
	URL  string // address of exactly this revision
	// CopyURL gives the address of a copy that was released; nil: none is served.
	CopyURL func(source, textHash string) string
}

// CitationsOf cites a published claim page and then every source of it, once.
func CitationsOf(doc record.Document, content record.Content, page Page) []Citation {
	list := []Citation{citePage(doc, content, page)}
	seen := map[string]bool{}
	for _, s := range content.Sources {
		if !seen[s.ID] {
			list = append(list, citeSource(doc.Claim, content, s, page))
		}
		seen[s.ID] = true
	}
	return list
}

func citePage(doc record.Document, content record.Content, page Page) Citation {
	c := Citation{
		Key:   citationKey(doc.Claim, "r"+strconv.Itoa(doc.Number)),
		Title: quoted(content.Claim.Text) + " (" + rulingWord(content.Ruling) + ")", URL: page.URL, Publisher: page.Site,
		Language: "en", Abstract: content.Ruling.Summary, PublishedOn: dayOf(doc.PublishedAt),
	}
	if content.Ruling.Demonstration {
		c.Note = "Demonstration ruling"
	}
	for _, p := range doc.People.Authors {
		c.Authors = append(c.Authors, p.Name)
	}
	return c
}

// quoted puts a text in quotation marks that does not bring its own.
func quoted(s string) string {
	if first, _ := utf8.DecodeRuneInString(s); strings.ContainsRune("\"“„«‘'", first) {
		return s
	}
	return "“" + s + "”"
}

func rulingWord(r record.Ruling) string {
	if r.Rating != nil {
		return r.Rating.Texts.In("en").Label
	}
	return kb.OutcomeLabel(r.Outcome)
}

func citeSource(claim string, content record.Content, s record.Source, page Page) Citation {
	publisher, _ := content.Publisher(s.Publisher)
	c := Citation{
		Key: citationKey(claim, s.ID), Kind: s.Kind, Title: s.Title, URL: s.URL, Publisher: publisher.Name,
		Language: s.Language, Note: sourceNote(s), Authors: s.Authors, PublishedOn: s.PublishedOn,
	}
	if carrier, found := content.Source(s.PartOf); found {
		c.Container = carrier.Title
	} else if formOf(s.Kind).csl == "article-newspaper" {
		c.Container = publisher.Name
	}
	if s.Capture == nil {
		return c
	}
	c.AccessedOn = dayOf(s.Capture.CapturedAt)
	if s.Capture.Rights == "full" && page.CopyURL != nil {
		c.Copy, c.Keeper = page.CopyURL(s.ID, s.Capture.TextHash), page.Site
	}
	return c
}

// sourceNote says what no field of the formats has a place for: where on its page
// a work stands, and what a date leaves open.
func sourceNote(s record.Source) string {
	var notes []string
	if s.Locator != "" {
		notes = append(notes, s.Locator)
	}
	switch d := s.PublishedOn; {
	case d.Unknown():
	case d.Basis == kb.Inferred:
		notes = append(notes, "dated "+d.String()+" (inferred)")
	case strings.HasPrefix(d.String(), "from ") || strings.HasPrefix(d.String(), "until "):
		notes = append(notes, "dated "+d.String())
	}
	return strings.Join(notes, "; ")
}

// dayOf gives the day of a document's time.
func dayOf(stamp string) kb.Date {
	at, err := record.ParseStamp(stamp)
	if err != nil {
		return kb.UnknownDate()
	}
	return kb.StatedDate(at.Format("2006-01-02"))
}

// citationKey joins ids to a key that every reader takes.
func citationKey(ids ...string) string {
	key := strings.Join(append([]string{"claimtrail"}, ids...), "-")
	return strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-') {
			return r
		}
		return '_'
	}, key)
}

// form is the type of a work in each format.
type form struct{ csl, ris, bibtex string }

var forms = map[string]form{
	"":                   {"webpage", "ELEC", "online"},
	"official-document":  {"report", "RPRT", "report"},
	"dataset":            {"dataset", "DATA", "dataset"},
	"official-statistic": {"dataset", "DATA", "dataset"},
	"recording":          {"motion_picture", "VIDEO", "video"},
	"transcript":         {"speech", "GEN", "online"},
	"study":              {"report", "RPRT", "report"},
	"wire":               {"article-newspaper", "NEWS", "online"},
	"news-report":        {"article-newspaper", "NEWS", "online"},
	"digest":             {"article-newspaper", "NEWS", "online"},
	"commentary":         {"article-newspaper", "NEWS", "online"},
	"social-post":        {"post", "ICOMM", "online"},
	"comment":            {"post", "ICOMM", "online"},
	"interview":          {"interview", "GEN", "online"},
	"unnamed":            {"document", "GEN", "online"},
	"search":             {"document", "GEN", "online"},
	"other":              {"document", "GEN", "online"},
}

func formOf(kind string) form {
	if f, ok := forms[kind]; ok {
		return f
	}
	return forms["other"]
}

// datePoint is a year, with the month and the day as far as they are known.
type datePoint []int

// datePoints gives the one date or the two ends that all formats can say. Of an
// interval that is open at one end it is the known end; sourceNote tells so.
func datePoints(d kb.Date) []datePoint {
	valid, err := kb.ParseDate(d.EDTF)
	if err != nil || valid.Unknown() {
		return nil
	}
	var points []datePoint
	for end := range strings.SplitSeq(valid.EDTF, "/") {
		if end != "" && end != ".." {
			points = append(points, pointOf(end))
		}
	}
	return points
}

func pointOf(edtf string) datePoint {
	day, _, _ := strings.Cut(edtf, "T")
	var p datePoint
	for part := range strings.SplitSeq(day, "-") {
		n, _ := strconv.Atoi(part) // ParseDate has seen to it
		p = append(p, n)
	}
	return p
}

// joined writes the point with its parts in full width.
func (p datePoint) joined(separator string) string {
	words := make([]string, len(p))
	for i, n := range p {
		words[i] = fmt.Sprintf("%02d", n)
	}
	words[0] = fmt.Sprintf("%04d", p[0])
	return strings.Join(words, separator)
}

// oneLine gives a text that no format can take for its own syntax of lines:
// control characters and every kind of space become single spaces, since readers
// of the formats treat them differently.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == '\uFEFF'
	}), " ")
}

func oneLines(list []string) []string {
	var lines []string
	for _, s := range list {
		if s = oneLine(s); s != "" {
			lines = append(lines, s)
		}
	}
	return lines
}

// plainURL writes an address as every browser would request it: in ASCII, without
// the characters that BibTeX cannot hold. What is no address of the web is none.
func plainURL(s string) string {
	u, err := url.Parse(kb.SourceURL(s))
	if err != nil || u.Host == "" {
		return ""
	}
	authority := len(u.Scheme) + len("://") + len(u.Host) // the only place for brackets
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; urlByte(c) || c == '%' && escapeAt(s[i:]) || i < authority && (c == '[' || c == ']') {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// urlByte tells what JavaScript's encodeURI leaves alone.
func urlByte(c byte) bool {
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	digit := c >= '0' && c <= '9'
	return letter || digit || strings.IndexByte(";,/?:@&=+$-_.!~*'()#", c) >= 0
}

func escapeAt(s string) bool {
	_, err := strconv.ParseUint(s[1:min(len(s), 3)], 16, 8)
	return err == nil && len(s) >= 3
}
