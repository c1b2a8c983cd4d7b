package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// Cards stand in other people's pages. They are made from the record alone, in
// an origin of no privilege: no session, no cookie, no storage.

// cardThemes are the colours that a card can be asked for, the first one unless
// another is.
var cardThemes = []kb.Option{{Value: "auto", Label: "as the reader prefers"}, {Value: "light", Label: "light"}, {Value: "dark", Label: "dark"}}

// cardLangs are the languages of a card's own words.
var cardLangs = []kb.Option{{Value: "en", Label: "English"}, {Value: "de", Label: "Deutsch"}, {Value: "es", Label: "Español"}, {Value: "fr", Label: "Français"}, {Value: "ru", Label: "Русский"}}

// embeddable reports whether an address may stand in a frame of any page.
func embeddable(path string) bool { return strings.HasPrefix(path, "/embed/") }

// siteOf gives the organisation for what other programs read.
func (p *public) site() interchange.Site {
	return interchange.Site{BaseURL: p.home(), Masthead: p.follower.Masthead()}
}

// card serves the card of a claim. It is never blank: a claim that was taken
// back says so, and where there is none a note does.
func (p *public) card(c *gin.Context) error {
	words := wordsIn(c.Query("lang"))
	a, revisions, err := p.revisionsOf(c)
	switch kb.KindOf(err) {
	case kb.NotFound, kb.Malformed:
		return p.cardNote(c, words, http.StatusNotFound, words.nothing)
	}
	if err != nil {
		return err
	}
	d, there, err := p.digestOf(c.Request.Context(), revisions[0].EventIdx)
	if err != nil {
		return err
	}
	if !there {
		return p.cardNote(c, words, http.StatusGone, words.redacted)
	}
	card := p.cardView(d, revisions, seenRevision(c.Query("rev"), revisions), words)
	if b, up := p.follower.Banner(string(a.id)); up && card.Strip == nil {
		card.Strip = &views.Strip{Words: words.onStamp(words.review, b.At), Tone: "mixed"}
	}
	card.Theme = chosen(c.Query("theme"), cardThemes)
	return p.show(c, views.CardPage(card))
}

// digestOf reads the digest of a revision; there is none of one that was redacted.
func (p *public) digestOf(ctx context.Context, event int64) (record.Digest, bool, error) {
	digests, err := p.record.Digests(ctx, []int64{event})
	if err != nil || len(digests) == 0 || digests[0].Redacted {
		return record.Digest{}, false, err
	}
	return digests[0], true, nil
}

// seenRevision gives the revision that an article's author saw; none when that
// is no revision of the claim.
func seenRevision(rev string, revisions []store.Revision) *store.Revision {
	n, err := strconv.Atoi(rev)
	if err != nil || n < 1 || n > len(revisions) {
		return nil
	}
	return &revisions[len(revisions)-n]
}

func chosen(value string, options []kb.Option) string {
	if slices.ContainsFunc(options, func(o kb.Option) bool { return o.Value == value }) {
		return value
	}
	return options[0].Value
}

func (p *public) cardNote(c *gin.Context, words cardWords, status int, note string) error {
	c.Header("Cache-Control", "public, max-age=60")
	return send(c.Request.Context(), c.Writer, status, views.CardNotePage(p.noteView(words, chosen(c.Query("theme"), cardThemes), note)))
}

func (p *public) noteView(words cardWords, theme, note string) views.CardNote {
	return views.CardNote{
		Lang: words.tag.String(), Theme: theme, Stylesheet: p.assets.card, Script: p.assets.cardScript, Words: note,
		Site: views.Link{Text: p.site().Name(), URL: p.baseURL + "/"},
	}
}

// writeCardNote shows an error in a frame as a card: a whole page would be out of
// place in somebody else's article.
func (s *Server) writeCardNote(w http.ResponseWriter, r *http.Request, status int, e *kb.Error) {
	note := s.public.noteView(wordsIn("en"), cardThemes[0].Value, e.Message)
	if err := send(context.WithoutCancel(r.Context()), w, status, views.CardNotePage(note)); err != nil {
		s.log.WarnContext(r.Context(), "an error could not be shown", "request", requestOf(r.Context()), "error", err)
	}
}

// cardView makes the card of a claim as it stands now, and says what became of
// the ruling since a revision was seen.
func (p *public) cardView(d record.Digest, revisions []store.Revision, seen *store.Revision, words cardWords) views.Card {
	rating := outcomeView(d.Rating, d.Outcome)
	card := views.Card{
		Title: interchange.Headline(d.Text, rating.Label), Lang: words.tag.String(), Dir: kb.Direction(words.tag.String()), Stylesheet: p.assets.card, Script: p.assets.cardScript,
		Canonical: p.baseURL + "/claims/" + d.Claim, URL: p.baseURL + claimURL(d.Claim, d.Text), Opens: words.opens,
		Claim: text(d.Text, d.Language), Verbatim: d.Verbatim, Rating: rating, Site: p.site().Name(), Said: words.said(d), Action: words.trail,
	}
	card.Rating.Label, card.RatingLang = words.rating(d.Rating, d.Outcome)
	if d.Summary != "" {
		card.Summary = text(d.Summary, p.site().Language())
	} else if d.Correction != nil {
		card.Summary = text(interchange.Clip(d.Correction.Note, kb.MaxSummary), p.site().Language())
	}
	if d.Outcome != kb.Retracted && d.MergedInto == "" {
		card.Facts = append(card.Facts, words.strength(d.Origins), words.onStamp(words.rulingOf, d.PublishedAt))
	}
	if d.Demonstration {
		card.Facts = append(card.Facts, words.demonstration)
	}
	p.sinceThen(&card, d, revisions, seen, words)
	return card
}

// sinceThen says what became of a ruling: for everybody when it was taken back,
// and otherwise for those whose article quoted it before.
func (p *public) sinceThen(card *views.Card, d record.Digest, revisions []store.Revision, seen *store.Revision, words cardWords) {
	newest := revisions[0]
	switch {
	case d.MergedInto != "":
		card.Strip = &views.Strip{Words: words.on(words.merged, newest.PublishedAt), Tone: "bad"}
	case d.Outcome == kb.Retracted:
		card.Strip = &views.Strip{Words: words.on(words.retracted, newest.PublishedAt), Tone: "bad"}
		if before := lastRuling(revisions[1:]); before != nil {
			card.Struck = new(views.Struck)
			card.Struck.Label, card.Struck.Lang = words.rating(before.Rating, before.Outcome)
		}
	case seen != nil && seen.Number < newest.Number:
		card.Strip = stripSince(d, *seen, revisions, words)
	}
	if card.Strip != nil {
		card.Action = words.whatChanged
	}
}

// lastRuling gives the newest revision that ruled something and can be read.
func lastRuling(revisions []store.Revision) *store.Revision {
	for i, r := range revisions {
		if !r.Redacted && r.Outcome != kb.Retracted && r.MergedInto == "" {
			return &revisions[i]
		}
	}
	return nil
}

// stripSince says how the ruling differs from the revision that was seen: by its
// rating, or by the gravest correction since; by nothing that matters: no strip.
func stripSince(d record.Digest, seen store.Revision, revisions []store.Revision, words cardWords) *views.Strip {
	since := revisions[:len(revisions)-seen.Number]
	if seen.Redacted {
		return &views.Strip{Words: words.on(words.changedSince, since[len(since)-1].PublishedAt), Tone: "bad"}
	}
	if verdictKey(seen.Rating, seen.Outcome) != outcomeKey(d) {
		was, _ := words.rating(seen.Rating, seen.Outcome)
		strip := views.Strip{Words: strings.ReplaceAll(words.on(words.changed, changedAt(d, revisions)), "%w", was), Tone: "bad"}
		if !slices.ContainsFunc(since, func(r store.Revision) bool { return r.Class == "rating-change" }) {
			strip.Tone = "mixed" // new facts: what was quoted was right then
		}
		return &strip
	}
	for _, r := range since {
		switch r.Class {
		case "correction", "rating-change", "retraction":
			return &views.Strip{Words: words.on(words.corrected, r.PublishedAt), Tone: "mixed"}
		case "update":
			return &views.Strip{Words: words.on(words.updated, r.PublishedAt), Tone: "mixed"}
		}
	}
	return nil
}

// changedAt is when the verdict in force was first given.
func changedAt(d record.Digest, revisions []store.Revision) time.Time {
	at := revisions[0].PublishedAt
	for _, r := range revisions {
		if r.Redacted || verdictKey(r.Rating, r.Outcome) != outcomeKey(d) {
			break
		}
		at = r.PublishedAt
	}
	return at
}

// embedScript serves the loader: every article with a card asks for it.
func (p *public) embedScript(c *gin.Context) error {
	h := c.Writer.Header()
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Vary", "Accept-Encoding")
	b := p.assets.loader.plain
	if takes(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		b = p.assets.loader.gzip
	}
	return p.bytesFor(c, p.assets.loader.kind, b, loaderFresh)
}

// loaderFresh lets the loader be kept for an hour: its address never changes.
const loaderFresh = "public, max-age=3600"

// embedPage is where an article's author takes a card from.
func (p *public) embedPage(c *gin.Context) error {
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	d, there, err := p.digestOf(c.Request.Context(), revisions[0].EventIdx)
	if err != nil {
		return err
	}
	if !there {
		return p.redacted(c.Request.Context(), revisions[0])
	}
	e := interchange.Embedding{Site: p.site(), Digest: d, Theme: chosen(c.Query("theme"), cardThemes), Language: chosen(c.Query("lang"), cardLangs)}
	pin := c.Query("latest") == ""
	if pin {
		e.Revision = d.Number
	}
	v := views.Embed{
		Page: p.page("Embed: "+clippedTo(d.Text, 60), "/claims/"+string(a.id)+"/embed"), Claim: text(d.Text, d.Language), ClaimURL: claimURL(d.Claim, d.Text),
		Preview: strings.TrimPrefix(e.Card(), p.baseURL), Height: interchange.CardHeight, Title: "The card as it will look", Action: "/claims/" + string(a.id) + "/embed",
		Themes: viewOptions(cardThemes, e.Theme), Langs: viewOptions(cardLangs, e.Language), Pin: pin, Revision: d.Number, Forms: embedForms(e),
	}
	v.NoIndex, v.Module = true, p.assets.page
	return p.show(c, views.EmbedPage(v))
}

func embedForms(e interchange.Embedding) []views.CopyText {
	return []views.CopyText{
		{Name: "address", Label: "The address alone", Hint: "For WordPress, Ghost and everything else that knows oEmbed: paste it on a line of its own.", Value: e.Page(), Rows: 1},
		{Name: "snippet", Label: "The card", Hint: "A quotation that becomes the card. Where scripts or frames are taken out, the quotation stays.", Value: e.Snippet(interchange.CardWidth, interchange.CardHeight), Rows: 7},
		{Name: "frame", Label: "A bare frame", Hint: "For editors that take only frames. Its height is fixed.", Value: e.Frame(), Rows: 4},
		{Name: "html", Label: "A quotation in HTML", Hint: "For mail and newsletters: words only, with the date of the ruling.", Value: e.Quotation(), Rows: 4},
		{Name: "markdown", Label: "A quotation in Markdown", Hint: "For forums, repositories and notes.", Value: e.Markdown(), Rows: 3},
	}
}

func viewOptions(options []kb.Option, selected string) []views.Option {
	list := make([]views.Option, len(options))
	for i, o := range options {
		list[i] = views.Option{Value: o.Value, Label: o.Label, Selected: o.Value == selected}
	}
	return list
}
