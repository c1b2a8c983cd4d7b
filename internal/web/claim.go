package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// reasonings keeps the HTML of reasonings by document hash: a document never
// changes, and sanitising costs more than all the rest of a page.
type reasonings struct {
	mu   sync.Mutex
	html map[string]markup.HTML
}

const keptReasonings = 2000

func newReasonings() *reasonings { return &reasonings{html: map[string]markup.HTML{}} }

func (r *reasonings) of(hash string) func(contentView, numbering) (markup.HTML, error) {
	return func(c contentView, n numbering) (markup.HTML, error) {
		r.mu.Lock()
		html, ok := r.html[hash]
		r.mu.Unlock()
		if ok {
			return html, nil
		}
		html, err := renderReasoning(c, n)
		if err != nil {
			return "", err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if len(r.html) >= keptReasonings {
			clear(r.html)
		}
		r.html[hash] = html
		return html, nil
	}
}

// revisionsOf reads the claim that an address names, with its revisions, the
// newest first.
func (p *public) revisionsOf(c *gin.Context) (claimAddress, []store.Revision, error) {
	a, err := parseClaim(c.Param("claim"))
	if err != nil {
		return a, nil, err
	}
	revisions, err := p.record.Revisions(c.Request.Context(), a.id)
	return a, revisions, err
}

// claim serves the newest revision, as a page or as the bytes that were hashed.
func (p *public) claim(c *gin.Context) error {
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	if answered, err := p.timegate(c, a.id, a.suffix, revisions); answered || err != nil {
		return err
	}
	if into := revisions[0].MergedInto; into != "" && a.suffix == "" {
		c.Header("Cache-Control", fresh)
		c.Redirect(http.StatusMovedPermanently, "/claims/"+into)
		return nil
	}
	for _, link := range p.oembedLinks(a.id) {
		c.Writer.Header().Add("Link", link)
	}
	return p.serveRevision(c, revisions, revisions[0], a.suffix)
}

// revision serves one revision for ever.
func (p *public) revision(c *gin.Context) error {
	number, suffix, err := parseNumber(c.Param("n"))
	if err != nil {
		return err
	}
	_, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	if number > len(revisions) {
		return kb.Errorf(kb.NotFound, "There is no such revision; the newest is %d.", len(revisions))
	}
	r := revisions[len(revisions)-number]
	switch suffix {
	case ".tlog-proof":
		return p.proof(c, kb.ID(r.ClaimID), number, r.EventIdx)
	case ".entry.json":
		return p.entry(c, r.EventIdx)
	}
	p.asMemento(c, r)
	return p.serveRevision(c, revisions, r, suffix)
}

func (p *public) serveRevision(c *gin.Context, revisions []store.Revision, revision store.Revision, suffix string) error {
	body, err := p.record.Document(c.Request.Context(), revision.Hash)
	if kb.KindOf(err) == kb.Gone {
		return p.redacted(c.Request.Context(), revision)
	}
	if err != nil {
		return err
	}
	if suffix == ".json" {
		return p.bytes(c, "application/json", body)
	}
	doc, content, err := record.ReadPublished(body)
	if err != nil {
		return err
	}
	v, err := p.claimPage(c.Request.Context(), doc, content, revisions, revision)
	if err != nil {
		return err
	}
	return p.show(c, views.ClaimPage(v))
}

// redacted says why a revision cannot be read any more, as the record has it.
func (p *public) redacted(ctx context.Context, revision store.Revision) error {
	bodies, err := p.record.EventsAbout(ctx, kb.ID(revision.ClaimID), record.KindRedaction)
	if err != nil {
		return err
	}
	for _, body := range bodies {
		r, err := record.ReadEvent[record.Redaction](body)
		if err != nil {
			return err
		}
		if slices.Contains(r.Hashes, revision.Hash) {
			return kb.Errorf(kb.Gone, "Revision %d was redacted on %s by two persons. Ground: %s. Reason: %s Its entry, number %d, stays in the log; so do its hash and its place in the list of revisions.",
				revision.Number, stamped(r.At).Words, kb.Label(kb.LegalBases, r.Basis), r.Reason, revision.EventIdx)
		}
	}
	return kb.Errorf(kb.Gone, "This document was redacted.")
}

// claimPage makes the page of a revision: what the document says, and around it
// what the record says since.
func (p *public) claimPage(ctx context.Context, doc record.Document, content record.Content, revisions []store.Revision, revision store.Revision) (views.Claim, error) {
	checks, err := p.liveChecks(ctx, kb.ID(doc.Claim))
	if err != nil {
		return views.Claim{}, err
	}
	v, err := claimBase(contentView{Content: content, checks: checks}, doc.Gates, p.rendered.of(revision.Hash))
	if err != nil {
		return v, err
	}
	newest, first := revisions[0], revisions[len(revisions)-1]
	v.Page = p.page(content.Claim.Text, "/claims/"+doc.Claim)
	v.Title = clippedTo(content.Claim.Text, 70) + ": " + v.Ruling.Rating.Label + " · " + v.Site
	v.Description = content.Ruling.Summary
	v.Ruling.By = peopleLine(doc)
	v.Ruling.Published, v.Ruling.Changed, v.Ruling.First = moment(first.PublishedAt), moment(revision.PublishedAt), revision.Number == 1
	if revision.Number != newest.Number {
		p.asPast(&v, doc, content, revisions, revision)
	} else if b, up := p.follower.Banner(doc.Claim); up {
		v.Review = underReview(b)
	}
	if doc.Unreviewed != nil {
		v.Alone = &views.Notice{Heading: "Published without a second person", Words: sentenceCase(kb.EmergencyLabel(doc.Unreviewed.Kind)) + ": " + doc.Unreviewed.Reason}
	}
	showChange(&v, content, revisions, revision)
	v.History = revisionViews(revisions, newest.Number)
	v.Events = p.eventLines(doc.Claim)
	v.HistoryURL = "/claims/" + doc.Claim + "/revisions"
	v.Past = pastOf(doc.Claim, revisions)
	v.Module = p.assets.page
	if revision.Number == newest.Number {
		if err := p.forOthers(&v, doc, content, first); err != nil {
			return v, err
		}
	}
	v.Tools = []views.Link{
		{Text: "Embed this ruling", URL: "/claims/" + doc.Claim + "/embed", Dialog: true},
		{Text: "Cite this page", URL: citeURL(doc.Claim, ""), Dialog: true},
		{Text: "Report a problem with this ruling", URL: "/disputes/new?claim=" + doc.Claim},
		{Text: "Link to exactly this revision", URL: revisionURL(doc.Claim, revision.Number)},
		{Text: "Quotations as annotations", URL: "/claims/" + doc.Claim + "/annotations.json"},
		{Text: "The trail as a picture", URL: "/claims/" + doc.Claim + "/trail.svg"},
	}
	v.Integrity = p.integrity(revision)
	v.Family, err = p.family(ctx, content.Relations)
	return v, err
}

// eventLines tells what else happened to a claim in public, the newest first:
// when it was under review, and how disputes ended.
func (p *public) eventLines(claim string) []views.Event {
	var list []views.Event
	for _, b := range p.follower.Banners(claim) {
		label := "Under review"
		if !b.Up {
			label = "Review ended"
		}
		list = append(list, views.Event{Label: label, At: stamped(b.At), Words: b.Reason})
	}
	for _, d := range p.follower.Disputes() {
		if d.Claim == claim {
			list = append(list, views.Event{Label: "Dispute " + kb.Label(kb.DisputeStates, d.Outcome), URL: "/disputes/" + d.Dispute, At: stamped(d.At)})
		}
	}
	slices.SortStableFunc(list, func(a, b views.Event) int { return strings.Compare(b.At.Machine, a.At.Machine) })
	return list
}

// asPast marks the page of a revision that is not in force any more.
func (p *public) asPast(v *views.Claim, doc record.Document, content record.Content, revisions []store.Revision, revision store.Revision) {
	v.NoIndex = true
	v.Canonical = p.baseURL + revisionURL(doc.Claim, revision.Number)
	from, until := moment(revision.PublishedAt), moment(revisions[len(revisions)-revision.Number-1].PublishedAt)
	if from.Words == until.Words {
		from.Words, until.Words = from.Exact, until.Exact
	}
	v.Banner = "This is revision " + strconv.Itoa(revision.Number) + ", in force from " + from.Words + " until " + until.Words + "."
	v.BannerLink = views.Link{Text: "The revision in force", URL: claimURL(doc.Claim, content.Claim.Text)}
}

func pastOf(claim string, revisions []store.Revision) *views.Past {
	return &views.Past{
		Action: "/claims/" + claim + "/at", Min: revisions[len(revisions)-1].PublishedAt.Format(time.DateOnly), Max: revisions[0].PublishedAt.Format(time.DateOnly),
	}
}

func (p *public) integrity(r store.Revision) views.Integrity {
	at := revisionURL(r.ClaimID, r.Number)
	return views.Integrity{
		Number: r.Number, Hash: r.Hash, Short: r.Hash[:4] + "…" + r.Hash[len(r.Hash)-4:], Index: r.EventIdx, JSON: at + ".json", Proof: at + ".tlog-proof",
		Entry: at + ".entry.json", Bundle: "/claims/" + r.ClaimID + "/bundle.zip", Live: true,
		Check: "claimtrail verify --url " + p.baseURL + " --vkey FILE --remember FILE",
	}
}

// liveChecks gives what the newest comparisons of a claim's quotations with the
// live pages gave, by excerpt.
func (p *public) liveChecks(ctx context.Context, claim kb.ID) (map[string]liveCheck, error) {
	checks, err := p.record.QuotationChecks(ctx, claim)
	if err != nil {
		return nil, err
	}
	newest := map[string]liveCheck{}
	for _, c := range checks {
		for _, r := range c.Results {
			newest[r.Excerpt] = liveCheck{r.Outcome, c.At}
		}
	}
	return newest, nil
}

// prominent are the classes that stand in a box above the ruling.
var prominent = map[string]bool{"update": true, "correction": true, "rating-change": true}

// showChange says what a revision changed about what was published: in a box,
// in a note at the foot, or, when the ruling was taken back, in its place.
func showChange(v *views.Claim, content record.Content, revisions []store.Revision, revision store.Revision) {
	c := content.Correction
	if c == nil || c.Class == "typo" {
		return
	}
	old := oldRating(content, revisions, revision)
	compare := compareURL(revision.ClaimID, revision.Number-1, revision.Number)
	if c.Class == "retraction" {
		v.Withdrawn = &views.Notice{Heading: "Retracted", Words: c.Note, At: moment(revision.PublishedAt), Link: views.Link{Text: "What the ruling was", URL: revisionURL(revision.ClaimID, revision.Number-1)}}
		if old != nil {
			v.Withdrawn.Struck = old.Label
		}
		if content.MergedInto != "" {
			v.Withdrawn.Heading, v.Withdrawn.Link = "Merged", views.Link{Text: "The claim that stands for this one", URL: "/claims/" + content.MergedInto}
		}
		return
	}
	v.Correction = &views.Correction{
		Label: kb.Label(kb.Classes, c.Class), Note: c.Note, Date: moment(revision.PublishedAt), Prominent: prominent[c.Class], Old: old,
		Overtaken: c.Class == "update", Changes: compare,
	}
}

// oldRating gives the rating of the revision before, when it differs and is not
// redacted.
func oldRating(now record.Content, revisions []store.Revision, revision store.Revision) *views.Rating {
	if revision.Number == 1 {
		return nil
	}
	before := revisions[len(revisions)-revision.Number+1]
	if before.Redacted || verdictKey(before.Rating, before.Outcome) == now.Ruling.RatingKey() {
		return nil
	}
	old := outcomeView(before.Rating, before.Outcome)
	return &old
}

func revisionViews(revisions []store.Revision, newest int) []views.Revision {
	list := make([]views.Revision, len(revisions))
	for i, r := range revisions {
		list[i] = revisionView(r, newest)
	}
	return list
}

func revisionView(r store.Revision, newest int) views.Revision {
	v := views.Revision{
		URL: revisionURL(r.ClaimID, r.Number), Number: r.Number, Label: "Published", Note: r.Note, Published: moment(r.PublishedAt), Index: r.EventIdx,
		Hash: r.Hash, Current: r.Number == newest, JSON: revisionURL(r.ClaimID, r.Number) + ".json", Redacted: r.Redacted,
	}
	if r.Class != "" {
		v.Label, v.Changes = changeLabel(r.Class, r.MergedInto), compareURL(r.ClaimID, r.Number-1, r.Number)
	}
	return v
}

// family shows the related claims with their own ratings of today; one that is
// not published is words only.
func (p *public) family(ctx context.Context, relations []record.Relation) ([]views.Relative, error) {
	ids := make([]string, len(relations))
	for i, r := range relations {
		ids[i] = r.Claim
	}
	madeFrom(ctx, ids)
	newest, err := p.follower.Newest(ctx, ids)
	if err != nil {
		return nil, err
	}
	var list []views.Relative
	for _, r := range relations {
		d, published := newest[r.Claim]
		if !published {
			continue
		}
		rating := outcomeView(d.Rating, d.Outcome)
		list = append(list, views.Relative{
			Claim: views.Link{Text: d.Text, URL: claimURL(d.Claim, d.Text)}, Relation: "this " + kb.RelationWords(r.Type, r.Inverse),
			Rating: rating.Label, Tone: rating.Tone, Rationale: r.Rationale,
		})
	}
	return list, nil
}

func (p *public) history(c *gin.Context) error {
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	newest, err := p.follower.Newest(c.Request.Context(), []string{string(a.id)})
	if err != nil {
		return err
	}
	d, listed := newest[string(a.id)]
	if !listed { // it is redacted, or merged into another
		d.Text, d.Language = "Claim "+string(a.id), "en"
	}
	h := views.History{
		Past: *pastOf(string(a.id), revisions), Timemap: "/claims/" + string(a.id) + "/timemap",
		Page: p.page("Revisions: "+clippedTo(d.Text, 60), "/claims/"+string(a.id)+"/revisions"), Claim: text(d.Text, d.Language),
		ClaimURL: claimURL(string(a.id), d.Text), Revisions: revisionViews(revisions, revisions[0].Number),
	}
	return p.show(c, views.HistoryPage(h))
}

func names(people []record.Person) string {
	list := make([]string, len(people))
	for i, p := range people {
		list[i] = p.Name
	}
	return strings.Join(list, ", ")
}

func clippedTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n])) + "…"
	}
	return s
}

// peopleLine names who answers for a revision.
func peopleLine(doc record.Document) string {
	line := "By " + names(doc.People.Authors)
	if doc.People.Reviewer != nil {
		return line + ", reviewed by " + doc.People.Reviewer.Name
	}
	return line + ", published by " + doc.People.Publisher.Name + " without a second person"
}
