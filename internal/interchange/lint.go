package interchange

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Severities of defects.
const (
	Fault  = "error"   // consumers drop it, or read it wrong
	Remark = "warning" // consumers read it, and lose something
)

// Defect is one thing that is wrong with a ClaimReview: where, and what to do.
type Defect struct {
	Rule, Severity, Field, Words string
}

// rule finds one kind of defect seen in the wild.
type rule func(ClaimReview, map[string]any) []Defect

// rules are the linter's, in the order of its report.
var rules = []rule{
	requiredFields, wordsOfClaim, claimantDefects, ratingDefects, dateDefects, addressDefects, appearanceDefects,
}

// Lint names the defects of a ClaimReview. Raw is the object as it was written,
// today the day on which it is looked at (YYYY-MM-DD).
func Lint(r ClaimReview, raw map[string]any, today string) []Defect {
	var found []Defect
	for _, find := range rules {
		found = append(found, find(r, raw)...)
	}
	if day := dateOf(r.DatePublished).Earliest(); day > today {
		found = append(found, Defect{"review-in-future", Remark, "datePublished", "The check is dated in the future."})
	}
	return found
}

func requiredFields(r ClaimReview, _ map[string]any) []Defect {
	var found []Defect
	if r.ClaimReviewed == "" {
		found = append(found, Defect{"claim-missing", Fault, "claimReviewed", "The claim is missing."})
	}
	if r.URL == "" {
		found = append(found, Defect{"url-missing", Fault, "url", "The address of the fact-check is missing."})
	}
	if r.ReviewRating == nil && r.Status == "" {
		found = append(found, Defect{"rating-missing", Fault, "reviewRating", "There is no rating."})
	}
	if r.Author == nil || r.Author.Name == "" {
		found = append(found, Defect{"author-missing", Remark, "author", "Who checked it is missing: an Organization with name and url."})
	} else if r.Author.URL == "" {
		found = append(found, Defect{"author-url-missing", Remark, "author.url", "The fact-checker has no url; by it consumers tell publishers apart."})
	}
	if r.DatePublished == "" {
		found = append(found, Defect{"review-date-missing", Remark, "datePublished", "When the check was published is missing."})
	}
	return found
}

// longClaim is how long a claim may be to be shown whole, in characters.
const longClaim = 250

func wordsOfClaim(r ClaimReview, _ map[string]any) []Defect {
	var found []Defect
	if plain := plainWords(r.ClaimReviewed); plain != inOneLine(r.ClaimReviewed) {
		found = append(found, Defect{"claim-markup", Remark, "claimReviewed", "The claim holds HTML; it is plain text: “" + Clip(plain, 80) + "”."})
	}
	if n := utf8.RuneCountInString(r.ClaimReviewed); n > longClaim {
		found = append(found, Defect{"claim-long", Remark, "claimReviewed", fmt.Sprintf("The claim has %d characters; consumers cut it. Aim at fewer than 75.", n)})
	}
	return found
}

func claimantDefects(r ClaimReview, _ map[string]any) []Defect {
	item := r.ItemReviewed
	if item == nil || item.Author == nil || item.Author.Name == "" {
		return []Defect{{"claimant-missing", Remark, "itemReviewed.author", "Who made the claim is missing."}}
	}
	if r.Author == nil {
		return nil
	}
	sameName := r.Author.Name != "" && strings.EqualFold(inOneLine(item.Author.Name), inOneLine(r.Author.Name))
	home := HostOf(r.Author.URL)
	sameSite := home != "" && (HostOf(item.Author.URL) == home || HostOf(item.Author.SameAs) == home)
	if sameName || sameSite {
		return []Defect{{"claimant-is-checker", Fault, "itemReviewed.author", "The claimant is the fact-checker itself: name who made the claim."}}
	}
	return nil
}

func ratingDefects(r ClaimReview, raw map[string]any) []Defect {
	rating := r.ReviewRating
	if rating == nil {
		return nil
	}
	var found []Defect
	if rating.Label == "" {
		found = append(found, Defect{"verdict-missing", Fault, "reviewRating.alternateName", "The verdict has no word."})
	}
	written, _ := firstOf(raw["reviewRating"]).(map[string]any)
	for _, field := range []struct {
		name  string
		value *int
	}{{"ratingValue", rating.Value}, {"bestRating", rating.Best}, {"worstRating", rating.Worst}} {
		v, there := written[field.name]
		switch {
		case there && textOf(v) == "":
			found = append(found, Defect{"rating-empty", Fault, "reviewRating." + field.name, "It is empty: leave it out, or give a whole number."})
		case there && field.value == nil:
			found = append(found, Defect{"rating-number", Fault, "reviewRating." + field.name, fmt.Sprintf("“%s” is no whole number.", Clip(textOf(v), 40))})
		}
	}
	return append(found, scaleDefects(rating)...)
}

func scaleDefects(rating *ReviewRating) []Defect {
	value, worst, best := rating.Value, rating.Worst, rating.Best
	var found []Defect
	if worst != nil && best != nil && *best <= *worst {
		found = append(found, Defect{"scale-upside-down", Fault, "reviewRating.bestRating", fmt.Sprintf("The best (%d) is not above the worst (%d): the best is the truest.", *best, *worst)})
	} else if value != nil && worst != nil && best != nil && (*value < *worst || *value > *best) {
		found = append(found, Defect{"rating-off-scale", Fault, "reviewRating.ratingValue", fmt.Sprintf("%d is not between %d and %d. A verdict off the scale has no numbers.", *value, *worst, *best)})
	}
	if value != nil && (worst == nil || best == nil) {
		found = append(found, Defect{"scale-missing", Remark, "reviewRating", "A number without the best and the worst says nothing."})
	}
	if value == nil && (worst != nil || best != nil) {
		found = append(found, Defect{"rating-value-missing", Remark, "reviewRating.ratingValue", "There is a scale, and no place on it."})
	}
	return found
}

func dateDefects(r ClaimReview, _ map[string]any) []Defect {
	var found []Defect
	said := ""
	if r.ItemReviewed != nil {
		said = r.ItemReviewed.DatePublished
	}
	for _, d := range []struct{ field, value string }{{"datePublished", r.DatePublished}, {"dateModified", r.DateModified}, {"itemReviewed.datePublished", said}} {
		if d.value != "" && dateOf(d.value).Unknown() {
			found = append(found, Defect{"date-format", Fault, d.field, fmt.Sprintf("“%s” is no ISO 8601 date, such as 2024-06-20.", Clip(d.value, 40))})
		}
	}
	claimDay, reviewDay := dateOf(said).Earliest(), dateOf(cmp.Or(r.DatePublished, r.DateModified)).Latest()
	if claimDay != "" && reviewDay != "" && claimDay > reviewDay {
		found = append(found, Defect{"claim-after-review", Fault, "itemReviewed.datePublished", fmt.Sprintf("The claim (%s) was made after its check was published (%s).", said, r.DatePublished)})
	}
	return found
}

// shorteners are hosts that only redirect.
var shorteners = map[string]bool{"bit.ly": true, "t.co": true, "tinyurl.com": true, "ow.ly": true, "goo.gl": true, "buff.ly": true, "is.gd": true, "dlvr.it": true}

func addressDefects(r ClaimReview, _ map[string]any) []Defect {
	if r.URL == "" {
		return nil
	}
	u, err := url.Parse(r.URL)
	if err != nil || kb.SourceURL(r.URL) == "" {
		return []Defect{{"url-form", Fault, "url", "This is not the full address of a web page."}}
	}
	var found []Defect
	if shorteners[HostOf(r.URL)] {
		found = append(found, Defect{"url-redirects", Fault, "url", "A short link redirects: give the page's own address."})
	}
	if u.Path == "" || u.Path == "/" {
		found = append(found, Defect{"url-home", Remark, "url", "This is a front page, not the page of the check."})
	}
	if r.Author != nil && r.Author.URL != "" && !sameHouse(HostOf(r.URL), HostOf(r.Author.URL)) {
		found = append(found, Defect{"url-elsewhere", Remark, "url", "The check is on another site than its fact-checker: " + HostOf(r.URL) + ", " + HostOf(r.Author.URL) + "."})
	}
	return found
}

func sameHouse(a, b string) bool {
	return a == b || b == "" || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

func appearanceDefects(r ClaimReview, _ map[string]any) []Defect {
	item := r.ItemReviewed
	if item == nil || (item.FirstAppearance == nil && len(item.Appearance) == 0) {
		return []Defect{{"appearance-missing", Remark, "itemReviewed.appearance", "Where the claim can be seen is missing."}}
	}
	for _, w := range (Checked{Review: r}).works() {
		if HostOf(w.URL) == HostOf(r.URL) && HostOf(r.URL) != "" {
			return []Defect{{"appearance-own", Remark, "itemReviewed.appearance", "The claim's appearance is on the fact-checker's own site: " + w.URL + "."}}
		}
	}
	return nil
}

// Redirected is the defect that only asking shows: the address of the check leads
// to another.
func Redirected(from, to string) Defect {
	return Defect{"url-redirects", Fault, "url", "The address " + from + " redirects to " + to + ": give that one."}
}
