package interchange

import (
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/record"
)

// FactChecks is an answer in the shape of the Fact Check Tools API v1alpha1: one
// page of a search. Without claims it is an empty object.
type FactChecks struct {
	Claims    []FactCheck `json:"claims,omitempty"`
	NextToken string      `json:"nextPageToken,omitempty"`
}

// FactCheck is one claim there, with its reviews.
type FactCheck struct {
	Text     string            `json:"text"`
	Claimant string            `json:"claimant,omitempty"`
	Date     string            `json:"claimDate,omitempty"`
	Reviews  []FactCheckReview `json:"claimReview"`
}

// FactCheckReview is one fact-check of a claim.
type FactCheckReview struct {
	Publisher FactCheckPublisher `json:"publisher"`
	URL       string             `json:"url"`
	Title     string             `json:"title,omitempty"`
	Date      string             `json:"reviewDate,omitempty"`
	Rating    string             `json:"textualRating,omitempty"`
	Language  string             `json:"languageCode,omitempty"`
}

// FactCheckPublisher is who made the fact-check.
type FactCheckPublisher struct {
	Name string `json:"name,omitempty"`
	Site string `json:"site,omitempty"`
}

// FactCheckOf gives a published ruling in that shape.
func FactCheckOf(site Site, d record.Digest) FactCheck {
	verdict := VerdictWord(d.Rating, d.Outcome, site.Language())
	f := FactCheck{Text: d.Text, Reviews: []FactCheckReview{{
		Publisher: FactCheckPublisher{site.Name(), site.Host()}, URL: site.ClaimURL(d.Claim), Title: Headline(d.Text, verdict),
		Date: Seconds(d.PublishedAt), Rating: verdict, Language: site.Language(),
	}}}
	var speakers []string
	for _, s := range d.Speakers {
		speakers = append(speakers, s.Name)
	}
	f.Claimant = strings.Join(speakers, ", ")
	if day, err := time.Parse(time.DateOnly, isoDate(d.SaidOn)); err == nil {
		f.Date = day.Format(time.RFC3339)
	} else if moment, err := time.Parse(time.RFC3339, isoDate(d.SaidOn)); err == nil {
		f.Date = moment.UTC().Format(time.RFC3339)
	}
	return f
}

// Headline is the title of a ruling where the claim and the verdict must stand
// in one line.
func Headline(claim, verdict string) string {
	return strings.TrimRight(Clip(inOneLine(claim), 70), ".") + ": " + verdict
}

// Clip shortens a text to n characters at most, and an ellipsis: after a word,
// unless the word is longer than a third of all.
func Clip(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	cut := string(r[:n])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)*2/3 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:–—-") + "…"
}
