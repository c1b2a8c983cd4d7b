package web

import (
	"context"
	"strconv"
	"strings"
	"sync"

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
	return p.serveRevision(c, revisions, revisions[len(revisions)-number], suffix)
}

func (p *public) serveRevision(c *gin.Context, revisions []store.Revision, revision store.Revision, suffix string) error {
	body, err := p.record.Document(c.Request.Context(), revision.Hash)
	if err != nil {
		return err
	}
	if suffix == ".json" {
		return p.bytes(c, "application/json", body)
	}
	doc, content, err := record.ReadDocument(body)
	if err != nil {
		return err
	}
	v, err := p.claimPage(c.Request.Context(), doc, content, revisions, revision)
	if err != nil {
		return err
	}
	return p.show(c, views.ClaimPage(v))
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
		v.NoIndex = true
		v.Canonical = p.baseURL + revisionURL(doc.Claim, revision.Number)
		v.Banner = "This is revision " + strconv.Itoa(revision.Number) + ", in force from " + moment(revision.PublishedAt).Words +
			" until " + moment(revisions[len(revisions)-revision.Number-1].PublishedAt).Words + "."
		v.BannerLink = views.Link{Text: "The revision in force", URL: claimURL(doc.Claim, content.Claim.Text)}
	}
	if v.Correction, err = p.correction(ctx, content, revisions, revision); err != nil {
		return v, err
	}
	v.History = revisionViews(revisions, newest.Number)
	v.HistoryURL = "/claims/" + doc.Claim + "/revisions"
	v.Integrity = views.Integrity{
		Number: revision.Number, Hash: revision.Hash, Short: revision.Hash[:4] + "…" + revision.Hash[len(revision.Hash)-4:],
		Index: revision.EventIdx, JSON: revisionURL(doc.Claim, revision.Number) + ".json",
	}
	v.Family, err = p.family(ctx, content.Relations)
	return v, err
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
var prominent = map[string]bool{"update": true, "correction": true, "rating-change": true, "retraction": true}

func (p *public) correction(ctx context.Context, content record.Content, revisions []store.Revision, revision store.Revision) (*views.Correction, error) {
	c := content.Correction
	if c == nil || c.Class == "typo" {
		return nil, nil
	}
	v := &views.Correction{
		Label: kb.Label(kb.Classes, c.Class), Note: c.Note, Date: moment(revision.PublishedAt), Prominent: prominent[c.Class],
	}
	if c.Class != "rating-change" {
		return v, nil
	}
	body, err := p.record.Document(ctx, revisions[len(revisions)-revision.Number+1].Hash)
	if kb.KindOf(err) == kb.Gone {
		return v, nil
	}
	if err != nil {
		return nil, err
	}
	_, before, err := record.ReadDocument(body)
	if err != nil {
		return nil, err
	}
	old := outcomeView(before.Ruling.Rating, before.Ruling.Outcome)
	v.Old = &old
	return v, nil
}

func revisionViews(revisions []store.Revision, newest int) []views.Revision {
	list := make([]views.Revision, len(revisions))
	for i, r := range revisions {
		label := "Published"
		if r.Class != "" {
			label = kb.Label(kb.Classes, r.Class)
		}
		list[i] = views.Revision{
			URL: revisionURL(r.ClaimID, r.Number), Number: r.Number, Label: label, Note: r.Note, Published: moment(r.PublishedAt),
			Hash: r.Hash, Current: r.Number == newest, JSON: revisionURL(r.ClaimID, r.Number) + ".json",
		}
	}
	return list
}

// family shows the related claims with their own ratings of today; one that is
// not published is words only.
func (p *public) family(ctx context.Context, relations []record.Relation) ([]views.Relative, error) {
	ids := make([]string, len(relations))
	for i, r := range relations {
		ids[i] = r.Claim
	}
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
	d := newest[string(a.id)]
	h := views.History{
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
