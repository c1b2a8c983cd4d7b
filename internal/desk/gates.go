package desk

import (
	"slices"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Gates judges a content by house policy.
func Gates(c record.Content, revision int, exceptions []kb.GateException) []kb.GateResult {
	reasons := map[string]string{}
	for _, e := range exceptions {
		reasons[e.Gate] = e.Reason
	}
	return kb.EvaluateGates(gateFacts(c, revision), reasons)
}

func gateFacts(c record.Content, revision int) kb.GateFacts {
	side := reliedUpon(c)
	f := kb.GateFacts{
		Rated:             c.Ruling.Outcome == "rated",
		Appearances:       len(c.Appearances),
		EstablishedLow:    establishedOn(c, side),
		UnstatedInterests: unstatedInterests(c),
		PrivateSpeakers:   identifiedStrangers(c),
		UncitedParagraphs: kb.UncitedParagraphs(c.Ruling.Reasoning),
		ReplySettled:      replySettled(c),
		SummaryMissing:    c.Ruling.Summary == "",
		ReasoningMissing:  c.Ruling.Reasoning == "",
		Revision:          revision,
		CauseAndNoteGiven: c.Correction != nil && c.Correction.Cause != "" && c.Correction.Note != "",
	}
	f.RatingMissing = f.Rated && c.Ruling.Rating == nil
	f.BearingEvidence, f.UnheldQuotations, f.UncapturedSources = countEvidence(c)
	f.PrimaryRelied = side == "" || slices.ContainsFunc(c.Evidence, func(e record.Evidence) bool {
		return e.Primary && e.Excerpt != nil && e.Excerpt.Snapshot.Via == "" && (side == "both" || e.Stance == side)
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

func countEvidence(c record.Content) (bearing, unheld, uncaptured int) {
	excerpts := []*record.Excerpt{}
	for _, e := range c.Evidence {
		if e.Stance != "context" {
			bearing++
		}
		source, _ := c.Source(e.Source)
		if e.Excerpt == nil && source.Kind != "search" {
			uncaptured++
		}
		excerpts = append(excerpts, e.Excerpt)
	}
	for _, a := range c.Appearances {
		for _, at := range a.Attestations {
			excerpts = append(excerpts, at.Excerpt)
		}
	}
	for _, e := range excerpts {
		if e != nil && e.State != kb.Exact && e.State != kb.Normalised && e.AttestedBy == nil {
			unheld++
		}
	}
	return bearing, unheld, uncaptured
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

func gateReport(results []kb.GateResult) record.GateReport {
	report := record.GateReport{Policy: kb.PolicyVersion, Results: make([]record.GateResult, len(results))}
	for i, r := range results {
		report.Results[i] = record.GateResult(r)
	}
	return report
}
