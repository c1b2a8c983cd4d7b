package desk

import (
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

// Gates judges the content composed of a dossier by house policy, before anybody
// has reviewed it.
func Gates(d store.Dossier, c record.Content, revision int) []kb.GateResult {
	return gatesAt(d, c, revision, kb.NotYet, "")
}

// gatesAt judges a content. Alone is the reason for which it is published
// without a second person, if it is.
func gatesAt(d store.Dossier, c record.Content, revision int, review kb.Review, alone string) []kb.GateResult {
	reasons := map[string]string{kb.GateSecondPerson: alone}
	for _, e := range d.Exceptions {
		reasons[e.Gate] = e.Reason
	}
	facts := gateFacts(c, revision)
	facts.OriginsNeeded = originsNeeded(d.Policy, c, reliedUpon(c))
	facts.Inconsistencies = inconsistencies(d, c)
	facts.Review = review
	for _, s := range d.Suggestions {
		if _, ours := d.Sources[s.SourceID]; ours { // where others have it from us is their affair
			facts.OpenSuggestions++
		}
	}
	return kb.EvaluateGates(d.Policy, facts, reasons)
}

func gateFacts(c record.Content, revision int) kb.GateFacts {
	side := reliedUpon(c)
	f := kb.GateFacts{
		Rated:             c.Ruling.Outcome == "rated",
		Appearances:       len(c.Appearances),
		EstablishedLow:    establishedOn(c, side),
		CirclesRelied:     circlesRelied(c, side),
		OwnRulings:        titles(c, c.Analysis.OwnRulings),
		UnstatedInterests: unstatedInterests(c),
		PrivateSpeakers:   identifiedStrangers(c),
		UncitedParagraphs: kb.UncitedParagraphs(c.Ruling.Reasoning),
		ReplySettled:      replySettled(c),
		SummaryMissing:    c.Ruling.Summary == "",
		ReasoningMissing:  c.Ruling.Reasoning == "",
		Revision:          revision,
		Withdrawal:        withdrawn(c),
		CauseAndNoteGiven: c.Correction != nil && c.Correction.Cause != "" && c.Correction.Note != "",
	}
	f.RatingMissing = f.Rated && c.Ruling.Rating == nil
	f.BearingEvidence, f.UncapturedSources = countEvidence(c)
	f.UnheldQuotations, f.WithheldQuotations = countQuotations(c)
	f.PrimaryRelied = side == "" || slices.ContainsFunc(c.Evidence, func(e record.Evidence) bool {
		source, _ := c.Source(e.Source)
		seen := source.Capture != nil || (e.Excerpt != nil && source.OnlyThrough(*e.Excerpt) == "")
		return e.Primary && seen && (side == "both" || e.Stance == side)
	})
	return f
}

// reliedUpon gives the stance that a rating leans on: "" for one off the scale,
// which says that nothing can be relied upon, "both" for one in between.
func reliedUpon(c record.Content) string {
	r := c.Ruling.Rating
	switch {
	case r == nil || r.Ordinal == 0:
		return ""
	case r.Tone == "good":
		return "supports"
	case r.Tone == "bad":
		return "refutes"
	}
	return "both"
}

func establishedOn(c record.Content, side string) int {
	if side == "both" || side == "" {
		return c.Analysis.Evidence.Low
	}
	return c.Analysis.Evidence.ByStance[side].Low
}

// originsNeeded is how many established origins a rating takes: one for an
// attribution of which there is a recording or the document itself.
func originsNeeded(p kb.Policy, c record.Content, side string) int {
	needed := p.OriginsNeeded(c.Claim.Kind)
	if c.Claim.Kind == "attribution" && slices.ContainsFunc(c.Evidence, func(e record.Evidence) bool {
		s, _ := c.Source(e.Source)
		direct := s.Kind == "recording" || s.Kind == "transcript" || s.Kind == "official-document"
		return direct && (side == "both" || e.Stance == side)
	}) {
		return min(1, needed)
	}
	return needed
}

// circlesRelied lists the sources on the side relied upon that lie on a circle
// which nobody has assessed: they repeat one another, and nothing stands behind.
func circlesRelied(c record.Content, side string) []string {
	circular, assessed := map[string]bool{}, map[string]bool{}
	for _, circle := range c.Analysis.Evidence.Circles {
		for _, id := range circle {
			circular[id] = true
		}
	}
	for _, a := range c.Assessments {
		assessed[a.Source] = true
	}
	copies := map[string][]string{}
	for _, d := range c.Derivations {
		copies[d.From] = append(copies[d.From], d.To)
	}
	var found []string
	seen := map[string]bool{}
	var follow func(id string)
	follow = func(id string) {
		if seen[id] {
			return
		}
		seen[id] = true
		if circular[id] && !assessed[id] {
			found = append(found, id)
		}
		for _, to := range copies[id] {
			follow(to)
		}
	}
	for _, e := range c.Evidence {
		if side == "both" || side == e.Stance {
			follow(e.Source)
		}
	}
	slices.Sort(found)
	return titles(c, found)
}

func titles(c record.Content, ids []string) []string {
	var list []string
	for _, id := range ids {
		s, _ := c.Source(id)
		list = append(list, "“"+s.Title+"”")
	}
	return list
}

func countEvidence(c record.Content) (bearing, uncaptured int) {
	for _, e := range c.Evidence {
		if e.Stance != "context" {
			bearing++
		}
		source, _ := c.Source(e.Source)
		if e.Excerpt == nil && source.Capture == nil && source.Kind != "search" {
			uncaptured++
		}
	}
	return bearing, uncaptured
}

// countQuotations counts those that nobody can rely upon, and those that stand
// in a copy of which readers may see nothing.
func countQuotations(c record.Content) (unheld, withheld int) {
	for _, e := range c.Excerpts() {
		carrier := e.Snapshot.Carrier
		if e.Snapshot.Rights == "none" || (carrier != nil && carrier.Rights == "none") {
			withheld++
		}
		if e.State != kb.Exact && e.State != kb.Normalised && (e.State != kb.Unverifiable || e.AttestedBy == nil) {
			unheld++
		}
	}
	return unheld, withheld
}

func unstatedInterests(c record.Content) []string {
	var names []string
	for _, e := range c.Evidence {
		source, _ := c.Source(e.Source)
		p, known := c.Publisher(source.Publisher)
		if known && slices.Contains(kb.InterestedKinds, p.Kind) && p.Interest == "" && source.Interest == "" && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// identifiedStrangers finds speakers who are said to be unnamed and yet carry
// an identity.
func identifiedStrangers(c record.Content) []string {
	var names []string
	for _, a := range c.Appearances {
		if (a.Speaker.Kind == "unnamed" || a.Speaker.Kind == "unknown") && a.Speaker.Wikidata != "" {
			names = append(names, a.Speaker.ShownAs)
		}
	}
	return names
}

func replySettled(c record.Content) bool {
	return slices.ContainsFunc(c.Replies, func(r record.Reply) bool { return r.Outcome != "awaited" })
}

func gateReport(policy int, results []kb.GateResult) record.GateReport {
	report := record.GateReport{Policy: policy, Results: make([]record.GateResult, len(results))}
	for i, r := range results {
		report.Results[i] = record.GateResult(r)
	}
	return report
}
