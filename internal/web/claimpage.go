package web

import (
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// contentView is a content with where its links lead: to the public site, or,
// before anything is published, to the desk.
type contentView struct {
	record.Content

	onDesk bool
	checks map[string]liveCheck // by excerpt; nil where nobody asked
}

// liveCheck is what the newest comparison of a quotation with the live page gave.
type liveCheck struct{ outcome, at string }

func (c contentView) sourceURL(id string) string {
	if c.onDesk {
		return deskSource(kb.ID(id))
	}
	return sourceURL(id)
}

func (c contentView) speakerURL(id string) string {
	if c.onDesk {
		return "/desk/speakers/" + id
	}
	return speakerURL(id)
}

func (c contentView) topicURL(slug string) string {
	if c.onDesk {
		return "/desk"
	}
	return topicURL(slug)
}

// claimBase makes the part of a claim page that depends on the content alone,
// so that a preview and a review show exactly what readers will see.
func claimBase(c contentView, gates record.GateReport, reasoning func(contentView, numbering) (markup.HTML, error)) (views.Claim, error) {
	numbers := numberEvidence(c)
	html, err := reasoning(c, numbers)
	if err != nil {
		return views.Claim{}, err
	}
	v := views.Claim{
		Text: text(c.Claim.Text, c.Claim.Language), Verbatim: c.Claim.Verbatim,
		Said: saidView(c), Ruling: rulingView(c.Ruling), Strength: strengthView(c),
		Reasoning: html, Groups: evidenceGroups(c, numbers), Matrix: matrixView(c, numbers), Graph: graphView(c),
		WouldChange: c.Ruling.WouldChange, Replies: replyViews(c.Replies), Gates: gateViews(gates.Results), GatesSummary: gatesSummary(gates),
		Prediction: predictionFacts(c.Claim.Prediction),
	}
	for _, t := range c.Claim.Topics {
		v.Topics = append(v.Topics, views.Link{Text: t.Name, URL: c.topicURL(t.Slug)})
	}
	for _, p := range c.Claim.Parts {
		v.Parts = append(v.Parts, p.Text)
	}
	for _, a := range c.Appearances {
		v.Appearances = append(v.Appearances, appearanceView(c, a))
	}
	if !c.Ruling.RecheckBy.Unknown() {
		v.RecheckBy = "To be looked at again by " + c.Ruling.RecheckBy.String() + "."
	}
	return v, nil
}

// numbering gives evidence its number on the page.
type numbering map[string]int

// numberEvidence counts evidence in the order of the page: by stance, then as
// the editor placed it.
func numberEvidence(c contentView) numbering {
	n := numbering{}
	for _, stance := range kb.Stances {
		for _, e := range c.Evidence {
			if e.Stance == stance.Value {
				n[e.ID] = len(n) + 1
			}
		}
	}
	return n
}

// renderReasoning turns a content's reasoning into HTML with its citations.
func renderReasoning(c contentView, n numbering) (markup.HTML, error) {
	return markup.Reasoning(c.Ruling.Reasoning, func(id string) (int, string, bool) {
		for _, e := range c.Evidence {
			if e.ID != id {
				continue
			}
			source, _ := c.Source(e.Source)
			words := source.Title
			if e.Excerpt != nil {
				words = "“" + kb.Segments(e.Excerpt.Segments).Text() + "” " + source.Title
			}
			return n[id], words, true
		}
		return 0, "", false
	})
}

func saidView(c contentView) views.Said {
	if len(c.Appearances) == 0 {
		return views.Said{}
	}
	a := c.Appearances[0]
	for _, other := range c.Appearances {
		if other.Earliest {
			a = other
		}
	}
	s := views.Said{
		Recorded: true, Role: a.Speaker.Role, Place: a.Place, Date: worldDate(a.SaidOn),
		Speaker: views.Link{Text: a.Speaker.ShownAs, URL: c.speakerURL(a.Speaker.ID)},
	}
	if a.SaidOn.Basis == kb.Inferred && !a.SaidOn.Unknown() {
		s.DateNote = dateBasis(a.SaidOn)
	}
	switch {
	case a.Directness == "indirect" && a.Translation == "translated":
		s.Manner = "in indirect speech, translated"
	case a.Directness == "indirect":
		s.Manner = "in indirect speech"
	case a.Directness == "summary":
		s.Manner = "as summarised"
	case a.Translation == "translated":
		s.Manner = "translated"
	}
	if n := len(c.Appearances); n > 1 {
		s.Others = strconv.Itoa(n) + " appearances"
	}
	return s
}

func rulingView(r record.Ruling) views.Ruling {
	v := views.Ruling{Rating: outcomeView(r.Rating, r.Outcome), Summary: r.Summary, Demonstration: r.Demonstration}
	for _, m := range r.Media {
		v.Media = append(v.Media, kb.Label(kb.MediaCategories, m))
	}
	if !r.AsOf.Unknown() {
		v.AsOf = "rated on what was known on " + r.AsOf.String()
	}
	if r.Outcome != "rated" && r.Outcome != kb.Retracted && r.Outcome != kb.MergedAway {
		v.NoRating = r.OutcomeReason
	}
	if r.Overtaken != nil {
		v.Overtaken = "True when said; overtaken since " + r.Overtaken.Since.String()
		if by, found := strings.CutPrefix(r.Overtaken.Since.String(), "until "); found {
			v.Overtaken = "True when said; overtaken by " + by
		}
	}
	return v
}

// outcomeView shows the rating, or why there is none, as a word and a shape.
func outcomeView(r *record.Rating, outcome string) views.Rating {
	if r != nil {
		return ratingView(*r)
	}
	return views.Rating{Label: sentenceCase(kb.OutcomeLabel(outcome)), Tone: "plain", Shape: "dash"}
}

func ratingView(r record.Rating) views.Rating {
	words := r.Texts.In("en")
	v := views.Rating{Label: words.Label, Definition: words.Definition, Tone: r.Tone, Shape: r.Shape}
	if r.Ordinal > 0 && r.Of > 1 {
		v.Places = make([]bool, r.Of)
		v.Places[r.Ordinal-1] = true
		v.PlaceLabel = "Position " + strconv.Itoa(r.Ordinal) + " of " + strconv.Itoa(r.Of) + " from false to true"
	}
	return v
}

func strengthView(c contentView) views.Strength {
	said, evidence := c.Analysis.Said, c.Analysis.Evidence
	s := views.Strength{
		Said: counted(said.Sources, "record", "records"), SaidOrigin: originWords(said.Low, said.High),
		Evidence: counted(evidence.Sources, "source", "sources") + ", " + counted(evidence.Publishers, "publisher", "publishers"),
		Origins:  originWords(evidence.Low, evidence.High),
	}
	if said.Sources > 0 && said.High <= 1 {
		s.SaidOrigin += ": known from one outlet only"
	}
	if evidence.UnknownPublishers > 0 {
		s.Evidence += " and " + strconv.Itoa(evidence.UnknownPublishers) + " unknown"
	}
	if n := len(evidence.Claimant); n > 0 {
		s.Claimant = strconv.Itoa(n) + " traced to the claimant"
	}
	s.Quotations = quotationWords(c)
	return s
}

func quotationWords(c contentView) string {
	var matching, attested, open int
	seen := map[string]bool{}
	for _, e := range c.Excerpts() {
		switch {
		case seen[e.ID]:
		case e.State == kb.Exact || e.State == kb.Normalised:
			matching++
		case e.State == kb.Unverifiable && e.AttestedBy != nil:
			attested++
		default:
			open++
		}
		seen[e.ID] = true
	}
	var parts []string
	if matching > 0 {
		parts = append(parts, counted(matching, "quotation matches our copy", "quotations match our copy"))
	}
	if attested > 0 {
		parts = append(parts, counted(attested, "quotation copied by hand and attested", "quotations copied by hand and attested"))
	}
	if open > 0 {
		parts = append(parts, strconv.Itoa(open)+" not settled")
	}
	return strings.Join(parts, ", ")
}

func replyViews(replies []record.Reply) []string {
	var list []string
	for _, r := range replies {
		words := r.AskedOf + ": " + kb.Label(kb.ReplyOutcomes, r.Outcome)
		if !r.AskedOn.Unknown() {
			words += ", asked on " + r.AskedOn.String()
		}
		if r.Text != "" {
			words += ". " + r.Text
		}
		list = append(list, words)
	}
	return list
}

func gateViews(results []record.GateResult) []views.Gate {
	list := make([]views.Gate, len(results))
	for i, r := range results {
		list[i] = views.Gate{Key: r.Key, Label: r.Label, Passed: r.Outcome == kb.Passed, Detail: r.Detail, Reason: r.Reason}
		if r.Outcome != kb.Passed {
			list[i].Outcome = "(" + r.Outcome + ")"
		}
	}
	return list
}

func gatesSummary(report record.GateReport) string {
	passed := 0
	for _, r := range report.Results {
		if r.Outcome == kb.Passed {
			passed++
		}
	}
	words := strconv.Itoa(passed) + " of " + strconv.Itoa(len(report.Results)) + " rules of ours met"
	if report.Policy > 0 {
		words += " (house rules, version " + strconv.Itoa(report.Policy) + ")"
	}
	return words
}

func predictionFacts(f *record.Forecast) []views.Fact {
	if f == nil {
		return nil
	}
	var facts []views.Fact
	if f.Condition != "" {
		facts = append(facts, views.Fact{Label: "Condition", Value: f.Condition})
	}
	if !f.Due.Unknown() {
		facts = append(facts, views.Fact{Label: "Due", Value: f.Due.String()})
	}
	if f.Outcome != "" {
		facts = append(facts, views.Fact{Label: "Outcome", Value: f.Outcome})
	}
	return facts
}
