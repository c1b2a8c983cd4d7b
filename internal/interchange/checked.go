package interchange

import (
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Checked is one claim and what somebody ruled about it, as files carry it from
// one program to another: a ClaimReview, and what a ClaimReview has no words for.
type Checked struct {
	Review ClaimReview `json:"review"`
	Kind   string      `json:"kind,omitempty"` // of kb.ClaimKinds
	Topics []string    `json:"topics,omitempty"`
	Place  string      `json:"place,omitempty"`
}

// CheckedOf gives a published ruling for a file.
func CheckedOf(site Site, d record.Document, c record.Content, first string) Checked {
	x := Checked{Review: ClaimReviewOf(site, d, c, first), Kind: c.Claim.Kind}
	for _, t := range c.Claim.Topics {
		x.Topics = append(x.Topics, t.Name)
	}
	if a, ok := EarliestAppearance(c); ok {
		x.Place = a.Place
	}
	return x
}

// ReadChecked reads what was kept of one that was imported.
func ReadChecked(fields string) (Checked, error) {
	var c Checked
	if err := json.Unmarshal([]byte(fields), &c); err != nil {
		return c, fmt.Errorf("read imported ruling: %w", err)
	}
	return c, nil
}

// Reviewed is when the ruling was made or last changed, as the file has it.
func (c Checked) Reviewed() string { return cmp.Or(c.Review.DateModified, c.Review.DatePublished) }

// Ruled reports whether anybody ruled anything, or it is a claim alone.
func (c Checked) Ruled() bool {
	return c.Review.ReviewRating != nil || c.Review.URL != "" || c.Review.Author != nil || c.Review.Status != ""
}

// Key names the ruling, the same however often and from whatever format it is
// read; nothing for a claim alone.
func (c Checked) Key() string {
	if !c.Ruled() {
		return ""
	}
	r := c.Review
	rating := ""
	if r.ReviewRating != nil {
		rating = r.ReviewRating.Label
	}
	if at := AddressKey(r.URL); at != "" {
		return at + "-" + record.Hash([]byte(r.ClaimReviewed))[:16] // a page may have several
	}
	publisher := ""
	if r.Author != nil {
		publisher = r.Author.Name
	}
	return record.Hash([]byte(strings.Join([]string{"words", publisher, r.ClaimReviewed, rating, r.DatePublished}, "\x00")))
}

// AddressKey is what the key of a ruling at an address begins with; nothing for
// what is no address.
func AddressKey(address string) string {
	key, err := kb.URLKey(address)
	if err != nil {
		return ""
	}
	return record.Hash([]byte(key))[:32]
}

// Claim gives the claim as the desk takes it.
func (c Checked) Claim() kb.ClaimInput {
	in := kb.ClaimInput{Topics: slices.Clone(c.Topics), Claim: kb.Claim{
		Text: plainWords(c.Review.ClaimReviewed), Language: languageOf(c.claimLanguage(), c.Review.InLanguage), Kind: c.Kind, Checkability: "checkable", ValidFrom: kb.UnknownDate(), ValidTo: kb.UnknownDate(), PredictionDue: kb.UnknownDate(),
	}}
	if kb.Label(kb.ClaimKinds, in.Kind) == in.Kind {
		in.Kind = "other"
	}
	return in
}

func (c Checked) claimLanguage() string {
	if c.Review.ItemReviewed == nil {
		return ""
	}
	return c.Review.ItemReviewed.InLanguage
}

// Only what is surely a tag, or an entity, is taken for one: a claim may well say
// that a < b and c > d.
var (
	htmlTag    = regexp.MustCompile(`(?i)</?(?:a|b|blockquote|br|cite|code|div|em|font|h[1-6]|i|li|mark|ol|p|q|small|span|strong|sub|sup|u|ul)(?:\s+[a-z-]+\s*=\s*(?:"[^"]*"|'[^']*'|[^\s<>"']+))*\s*/?>`)
	htmlEntity = regexp.MustCompile(`&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});`)
)

// plainWords makes words of what some programs give as HTML.
func plainWords(s string) string {
	s = htmlTag.ReplaceAllString(s, " ")
	return inOneLine(htmlEntity.ReplaceAllStringFunc(s, html.UnescapeString))
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// languageOf gives the first tag that is one.
func languageOf(tags ...string) string {
	for _, t := range tags {
		primary, rest, _ := strings.Cut(strings.ReplaceAll(strings.TrimSpace(t), "_", "-"), "-")
		tag := strings.ToLower(primary)
		if rest != "" {
			tag += "-" + rest
		}
		if languageTag.MatchString(tag) {
			return tag
		}
	}
	return "und"
}

// Appearance gives who said it and when, and the works that record it; false
// when nothing is known of that.
func (c Checked) Appearance() (a kb.Appearance, speaker string, works []kb.Source, known bool) {
	item := c.Review.ItemReviewed
	a = kb.Appearance{Language: languageOf(c.claimLanguage(), c.Review.InLanguage), Directness: "summary", Translation: "original", SaidOn: kb.UnknownDate(), Place: c.Place}
	a.SpeakerName = unknownSpeaker
	if item == nil {
		return a, unknownSpeaker, nil, c.Place != ""
	}
	if item.Author != nil && item.Author.Name != "" {
		a.SpeakerName, a.SpeakerRole = plainWords(item.Author.Name), plainWords(item.Author.JobTitle)
	}
	speaker = a.SpeakerName
	a.SaidOn = dateOf(item.DatePublished)
	for _, w := range c.works() {
		works = append(works, kb.Source{Title: cmp.Or(plainWords(w.Headline), w.URL), URL: w.URL, Kind: "other", Language: "und", PublishedOn: kb.UnknownDate()})
	}
	return a, speaker, works, speaker != unknownSpeaker || len(works) > 0 || !a.SaidOn.Unknown() || c.Place != ""
}

// unknownSpeaker is the name under which the desk knows that nobody knows.
const unknownSpeaker = "unknown"

// mostWorks is how many works that record an appearance are taken over.
const mostWorks = 10

// works lists where it can be seen, the first appearance first, each once.
func (c Checked) works() []Work {
	item := c.Review.ItemReviewed
	list := slices.Clone(item.Appearance)
	if item.FirstAppearance != nil {
		list = append([]Work{*item.FirstAppearance}, list...)
	}
	seen := map[string]bool{}
	list = slices.DeleteFunc(list, func(w Work) bool {
		key, err := kb.URLKey(w.URL)
		drop := err != nil || seen[key]
		seen[key] = true
		return drop
	})
	return list[:min(len(list), mostWorks)]
}

// dateOf gives a date of a file as a date of the world.
func dateOf(s string) kb.Date {
	s = strings.TrimSpace(s)
	if d, err := kb.ParseDate(s); err == nil {
		return d
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return kb.StatedDate(t.Format(time.DateOnly))
		}
	}
	return kb.UnknownDate()
}

// Ruling gives what somebody else ruled, for the desk to show as theirs.
func (c Checked) Ruling(format, origin string) (kb.ImportedRuling, error) {
	r := c.Review
	fields, err := json.Marshal(c)
	if err != nil {
		return kb.ImportedRuling{}, fmt.Errorf("keep imported ruling: %w", err)
	}
	x := kb.ImportedRuling{
		Key: c.Key(), URL: strings.TrimSpace(r.URL), ReviewedOn: c.Reviewed(), Fields: string(fields), Format: format, Origin: origin, Site: HostOf(r.URL),
	}
	if r.Author != nil {
		x.Publisher = plainWords(r.Author.Name)
	}
	if x.Publisher == "" {
		x.Publisher = x.Site
	}
	if rating := r.ReviewRating; rating != nil {
		x.Rating, x.Summary, x.Value, x.Worst, x.Best = plainWords(rating.Label), plainWords(rating.Explanation), rating.Value, rating.Worst, rating.Best
	}
	if x.Rating == "" {
		x.Rating = strings.ToLower(r.Status)
	}
	return x, nil
}
