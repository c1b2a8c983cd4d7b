package interchange

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

const schemaOrg = "https://schema.org"

// ClaimReview is a ruling as schema.org describes it, in the shape that Google's
// documentation of fact checks asks for. One claim is one page is one
// ClaimReview.
type ClaimReview struct {
	Context       string         `json:"@context,omitempty"`
	Type          string         `json:"@type"`
	ID            string         `json:"@id,omitempty"`
	URL           string         `json:"url,omitempty"`
	ClaimReviewed string         `json:"claimReviewed,omitempty"`
	DatePublished string         `json:"datePublished,omitempty"` // of the first ruling
	DateModified  string         `json:"dateModified,omitempty"`  // of the present one, when it is another
	InLanguage    string         `json:"inLanguage,omitempty"`
	Author        *Agent         `json:"author,omitempty"`
	ItemReviewed  *ReviewedClaim `json:"itemReviewed,omitempty"`
	ReviewRating  *ReviewRating  `json:"reviewRating,omitempty"` // absent when the ruling was taken back
	Status        string         `json:"creativeWorkStatus,omitempty"`
	Correction    *Comment       `json:"correction,omitempty"`
	License       string         `json:"sdLicense,omitempty"`
	MediaReview   *MediaReview   `json:"associatedMediaReview,omitempty"`
}

// Agent is a person or an organisation.
type Agent struct {
	Type     string `json:"@type"`
	Name     string `json:"name,omitempty"`
	URL      string `json:"url,omitempty"`
	JobTitle string `json:"jobTitle,omitempty"`
	SameAs   string `json:"sameAs,omitempty"`
}

// ReviewedClaim is the claim as it was made.
type ReviewedClaim struct {
	Type            string `json:"@type"`
	Author          *Agent `json:"author,omitempty"` // the claimant, never the fact-checker
	DatePublished   string `json:"datePublished,omitempty"`
	InLanguage      string `json:"inLanguage,omitempty"`
	FirstAppearance *Work  `json:"firstAppearance,omitempty"`
	Appearance      []Work `json:"appearance,omitempty"`
}

// Work is where the claim can be seen.
type Work struct {
	Type     string `json:"@type"`
	URL      string `json:"url"`
	Headline string `json:"headline,omitempty"`
}

// ReviewRating is the verdict: a word, and on a scale its place, best being
// truest.
type ReviewRating struct {
	Type        string `json:"@type"`
	Value       *int   `json:"ratingValue,omitempty"`
	Best        *int   `json:"bestRating,omitempty"`
	Worst       *int   `json:"worstRating,omitempty"`
	Label       string `json:"alternateName,omitempty"`
	Explanation string `json:"ratingExplanation,omitempty"`
}

// Comment is a correction in words.
type Comment struct {
	Type string `json:"@type"`
	Text string `json:"text"`
	Date string `json:"datePublished,omitempty"`
}

// MediaReview says how an image, a sound or a film stands to what it is said to
// show.
type MediaReview struct {
	Type       string   `json:"@type"`
	URL        string   `json:"url,omitempty"`
	Published  string   `json:"datePublished,omitempty"`
	Author     *Agent   `json:"author,omitempty"`
	Categories []string `json:"mediaAuthenticityCategory"`
}

// ClaimReviewOf gives a published ruling as ClaimReview. First is the moment of
// the claim's first revision, as documents write times.
func ClaimReviewOf(site Site, d record.Document, c record.Content, first string) ClaimReview {
	page := site.ClaimURL(d.Claim)
	r := ClaimReview{
		Type: "ClaimReview", ID: page + "#review", URL: page, ClaimReviewed: c.Claim.Text, DatePublished: Seconds(first), InLanguage: site.Language(),
		Author:       &Agent{Type: "Organization", Name: site.Name(), URL: site.Home()},
		ItemReviewed: reviewedClaim(site, d, c), ReviewRating: ratingOf(site, c.Ruling), License: kb.SourceURL(site.Masthead.LicenceURL),
	}
	if d.PublishedAt != first {
		r.DateModified = Seconds(d.PublishedAt)
	}
	if takenBack(c.Ruling.Outcome) {
		r.Status = "Retracted"
	}
	if x := c.Correction; x != nil && x.Class != "typo" && x.Note != "" {
		r.Correction = &Comment{Type: "CorrectionComment", Text: x.Note, Date: Seconds(d.PublishedAt)}
	}
	if len(c.Ruling.Media) > 0 && !takenBack(c.Ruling.Outcome) {
		r.MediaReview = &MediaReview{Type: "MediaReview", URL: page, Published: r.DatePublished, Author: r.Author, Categories: c.Ruling.Media}
	}
	return r
}

// takenBack reports whether an outcome says that there is no ruling any more.
func takenBack(outcome string) bool { return outcome == kb.Retracted || outcome == kb.MergedAway }

// ratingOf gives the word of the verdict, and numbers only for what is a place on
// a scale: what is off it, or was not rated, has none.
func ratingOf(site Site, r record.Ruling) *ReviewRating {
	if takenBack(r.Outcome) {
		return nil
	}
	rating := &ReviewRating{Type: "Rating", Label: VerdictWord(r.Rating, r.Outcome, site.Language()), Explanation: r.Summary}
	if r.Rating != nil && r.Rating.Ordinal > 0 && r.Rating.Of > 1 {
		value, worst, best := r.Rating.Ordinal, 1, r.Rating.Of
		rating.Value, rating.Worst, rating.Best = &value, &worst, &best
	}
	return rating
}

// VerdictWord gives the rating's word in a language, or why there is no rating.
func VerdictWord(r *record.Rating, outcome, language string) string {
	if r != nil {
		return r.Texts.In(language).Label
	}
	words := kb.OutcomeLabel(outcome)
	if words == "" {
		return words
	}
	return strings.ToUpper(words[:1]) + words[1:]
}

func reviewedClaim(site Site, d record.Document, c record.Content) *ReviewedClaim {
	claim := &ReviewedClaim{Type: "Claim", InLanguage: c.Claim.Language}
	if a, ok := EarliestAppearance(c); ok {
		claim.Author = claimant(a.Speaker)
		if said := isoDate(a.SaidOn); said != "" && said <= d.PublishedAt[:min(len(said), len(d.PublishedAt))] {
			claim.DatePublished = said
		}
		if works := worksOf(site, c, a); len(works) > 0 {
			claim.FirstAppearance = &works[0]
		}
	}
	for _, a := range c.Appearances {
		claim.Appearance = append(claim.Appearance, worksOf(site, c, a)...)
	}
	return claim
}

// EarliestAppearance gives the appearance that is marked as the earliest known,
// or else the first in the list.
func EarliestAppearance(c record.Content) (record.Appearance, bool) {
	for _, a := range c.Appearances {
		if a.Earliest {
			return a, true
		}
	}
	if len(c.Appearances) == 0 {
		return record.Appearance{}, false
	}
	return c.Appearances[0], true
}

// claimant names who said it; nobody when that is unknown.
func claimant(s record.Speaker) *Agent {
	if s.Kind == "unknown" || s.ShownAs == "" {
		return nil
	}
	a := &Agent{Type: "Person", Name: s.ShownAs, JobTitle: s.Role}
	if s.Kind == "organisation" {
		a.Type, a.JobTitle = "Organization", ""
	}
	if s.Wikidata != "" {
		a.SameAs = "https://www.wikidata.org/entity/" + s.Wikidata
	}
	return a
}

// worksOf lists the works elsewhere that record an appearance and have an
// address.
func worksOf(site Site, c record.Content, a record.Appearance) []Work {
	var works []Work
	for _, at := range a.Attestations {
		s, _ := c.Source(at.Source)
		if address := kb.SourceURL(s.URL); address != "" && HostOf(address) != site.Host() {
			works = append(works, Work{Type: "CreativeWork", URL: address, Headline: s.Title})
		}
	}
	return works
}

// isoDate gives a date of the world as ISO 8601 has it, when it is one day or one
// moment; an interval or a month is nothing that a program should take for one.
func isoDate(d kb.Date) string {
	if _, err := time.Parse(time.RFC3339, d.EDTF); err == nil {
		return d.EDTF
	}
	if len(d.EDTF) > len(time.DateOnly) && !strings.Contains(d.EDTF, "/") {
		return d.EDTF[:len(time.DateOnly)] // a time without a zone is no moment
	}
	if _, err := time.Parse(time.DateOnly, d.EDTF); err == nil {
		return d.EDTF
	}
	return ""
}

// Seconds gives a time of a document to the second, as programs elsewhere read
// it.
func Seconds(stamp string) string {
	t, err := record.ParseStamp(stamp)
	if err != nil {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// JSON gives the ClaimReview as a document of its own.
func (r ClaimReview) JSON() ([]byte, error) {
	r.Context = schemaOrg
	b, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("write ClaimReview: %w", err)
	}
	return append(b, '\n'), nil
}

// FeedWriter writes a DataFeed of ClaimReviews as they come, the newest first:
// it holds one of them at a time.
type FeedWriter struct {
	w     io.Writer
	wrote bool
	err   error
}

// NewFeedWriter begins a DataFeed. Modified is when the newest ruling was
// published (RFC 3339).
func NewFeedWriter(w io.Writer, name, license, modified string) *FeedWriter {
	f := &FeedWriter{w: w}
	head, err := json.Marshal(struct {
		Context  string `json:"@context"`
		Type     string `json:"@type"`
		Name     string `json:"name,omitempty"`
		Modified string `json:"dateModified,omitempty"`
		License  string `json:"license,omitempty"`
	}{schemaOrg, "DataFeed", name, modified, kb.SourceURL(license)})
	f.err = err
	f.write(head[:max(0, len(head)-1)], []byte(`,"dataFeedElement":[`))
	return f
}

// Add writes one ruling. Consumers expect a list of reviews in each item.
func (f *FeedWriter) Add(r ClaimReview) error {
	modified := r.DateModified
	if modified == "" {
		modified = r.DatePublished
	}
	item, err := json.Marshal(struct {
		Type     string        `json:"@type"`
		Created  string        `json:"dateCreated,omitempty"`
		Modified string        `json:"dateModified,omitempty"`
		URL      string        `json:"url,omitempty"`
		Item     []ClaimReview `json:"item"`
	}{"DataFeedItem", r.DatePublished, modified, r.URL, []ClaimReview{r}})
	if err != nil {
		return fmt.Errorf("write DataFeed: %w", err)
	}
	if f.wrote {
		f.write([]byte(","))
	}
	f.wrote = true
	f.write([]byte("\n"), item)
	return f.err
}

// Close ends the DataFeed.
func (f *FeedWriter) Close() error {
	f.write([]byte("\n]}\n"))
	return f.err
}

func (f *FeedWriter) write(parts ...[]byte) {
	for _, p := range parts {
		if f.err == nil {
			_, f.err = f.w.Write(p)
		}
	}
}
