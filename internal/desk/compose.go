package desk

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/trail"
)

// Compose makes the content of a revision from a claim's dossier: a pure
// function, so that composing again at publication shows whether anything
// shared has changed since the approval. Home is the origin of our own pages.
func Compose(d store.Dossier, home, salt string) record.Content {
	c := record.Content{
		Salt:        salt,
		Claim:       composeClaim(d),
		Appearances: composeAppearances(d),
		Evidence:    composeEvidence(d),
		Sources:     composeSources(d),
		Publishers:  composePublishers(d),
		Derivations: composeDerivations(d),
		Assessments: composeAssessments(d),
		Relations:   composeRelations(d),
		Replies:     composeReplies(d),
		Ruling:      composeRuling(d),
	}
	c.Analysis = analyse(d, c, home)
	return c
}

func composeClaim(d store.Dossier) record.Claim {
	c := d.Claim
	claim := record.Claim{
		ID: string(c.ID), Text: c.Text, Language: c.Language, Verbatim: c.Verbatim, Kind: c.Kind,
		Checkability: c.Checkability, Reason: c.CheckabilityReason, ValidFrom: c.ValidFrom, ValidTo: c.ValidTo,
		Parts: []record.Part{}, Topics: []record.TopicRef{},
	}
	if c.PredictionCondition != "" || c.PredictionOutcome != "" || !c.PredictionDue.Unknown() {
		claim.Prediction = &record.Forecast{Condition: c.PredictionCondition, Due: c.PredictionDue, Outcome: c.PredictionOutcome}
	}
	for _, p := range d.Parts {
		claim.Parts = append(claim.Parts, record.Part{ID: string(p.ID), Text: p.Text})
	}
	for _, t := range d.Topics {
		claim.Topics = append(claim.Topics, record.TopicRef{Slug: t.Slug, Name: t.Name})
	}
	slices.SortFunc(claim.Topics, func(a, b record.TopicRef) int { return cmp.Compare(a.Slug, b.Slug) })
	return claim
}

func composeAppearances(d store.Dossier) []record.Appearance {
	appearances := []record.Appearance{}
	for _, a := range d.Appearances {
		s := d.Speakers[a.SpeakerID]
		appearance := record.Appearance{
			ID: string(a.ID), Words: a.Words, Language: a.Language, Directness: a.Directness,
			Translation: a.Translation, TranslatedBy: a.TranslatedBy, SaidOn: a.SaidOn, Place: a.Place,
			Medium: a.Medium, Earliest: a.Earliest, Attestations: []record.Attestation{},
			Speaker: record.Speaker{
				ID: string(s.ID), Kind: s.Kind, Name: s.Name, ShownAs: a.SpeakerName, Role: a.SpeakerRole, Wikidata: s.WikidataID,
			},
		}
		for _, at := range d.Attestations {
			if at.AppearanceID == a.ID {
				appearance.Attestations = append(appearance.Attestations, record.Attestation{
					ID: string(at.ID), Source: string(at.SourceID), Excerpt: composeExcerpt(d, at.ExcerptID),
					OwnReporting: at.OwnReporting, Note: at.Note,
				})
			}
		}
		appearances = append(appearances, appearance)
	}
	return appearances
}

func composeEvidence(d store.Dossier) []record.Evidence {
	evidence := []record.Evidence{}
	for _, e := range d.Evidence {
		evidence = append(evidence, record.Evidence{
			ID: string(e.ID), Part: string(e.PartID), Source: string(e.SourceID), Excerpt: composeExcerpt(d, e.ExcerptID),
			Stance: e.Stance, Primary: e.PrimaryHere, OwnReporting: e.OwnReporting, Comment: e.Comment,
		})
	}
	return evidence
}

func composeExcerpt(d store.Dossier, id kb.ID) *record.Excerpt {
	e, ok := d.Excerpts[id]
	if !ok {
		return nil
	}
	s := d.Snapshots[e.SnapshotID]
	excerpt := record.Excerpt{
		ID: string(e.ID), Segments: e.Segments, State: e.State, CheckedAt: record.Stamp(e.CheckedAt),
		CopiedBy: composePerson(d, s.CapturedBy), AttestedBy: composePerson(d, e.AttestedBy),
		Snapshot: composeSnapshot(s),
	}
	if carrier, ok := d.Snapshots[s.ViaID]; ok {
		excerpt.Snapshot.Via = string(carrier.SourceID)
		if carrier.Whole() {
			excerpt.Snapshot.Carrier = &record.Carrier{
				ID: string(carrier.ID), TextHash: carrier.TextHash, CapturedAt: record.Stamp(carrier.CapturedAt), Start: s.ViaStart, End: s.ViaEnd, Rights: carrier.Rights,
			}
		}
	}
	return &excerpt
}

func composeSnapshot(s kb.Snapshot) record.Snapshot {
	snapshot := record.Snapshot{
		ID: string(s.ID), Method: s.Method, CapturedAt: record.Stamp(s.CapturedAt), TextHash: s.TextHash,
		Complete: s.Complete, Rights: s.Rights, RightsNote: s.RightsNote,
	}
	if s.BodyHash != "" {
		snapshot.Origin = &record.Fetched{
			URL: s.FinalURL, Status: s.Status, MediaType: s.MediaType, BodyHash: s.BodyHash, Extractor: s.Extractor + " " + s.ExtractorVersion,
		}
	}
	return snapshot
}

func composePerson(d store.Dossier, id kb.ID) *record.Person {
	if id == "" {
		return nil
	}
	p := d.People[id]
	return &record.Person{ID: string(p.ID), Name: p.Name}
}

func composeSources(d store.Dossier) []record.Source {
	sources := []record.Source{}
	for _, id := range slices.Sorted(maps.Keys(d.Sources)) {
		s := d.Sources[id]
		source := record.Source{
			ID: string(s.ID), Title: s.Title, URL: s.URL, Locator: s.Locator, PartOf: string(s.PartOfID),
			Publisher: string(s.PublisherID), Authors: append([]string{}, s.Authors...), PublishedOn: s.PublishedOn,
			Kind: s.Kind, Interest: s.Interest, Language: s.Language, Speaker: string(s.SpeakerID),
		}
		if capture, ok := d.Captures[id]; ok {
			snapshot := composeSnapshot(capture)
			source.Capture = &snapshot
		}
		sources = append(sources, source)
	}
	return sources
}

func composePublishers(d store.Dossier) []record.Publisher {
	publishers := []record.Publisher{}
	for _, id := range slices.Sorted(maps.Keys(d.Publishers)) {
		p := d.Publishers[id]
		publishers = append(publishers, record.Publisher{
			ID: string(p.ID), Name: p.Name, Kind: p.Kind, Owner: string(p.OwnerID),
			Country: p.Country, Interest: p.Interest, Invented: p.Invented,
		})
	}
	return publishers
}

func composeDerivations(d store.Dossier) []record.Derivation {
	derivations := []record.Derivation{}
	for _, x := range d.Derivations {
		if x.State == "confirmed" {
			derivations = append(derivations, record.Derivation{
				From: string(x.FromID), To: string(x.ToID), Kind: x.Kind, Item: string(x.EvidenceID + x.AttestationID),
				Faithfulness: x.Faithfulness, Note: x.Note, Basis: x.Basis,
			})
		}
	}
	slices.SortFunc(derivations, func(a, b record.Derivation) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Item, b.Item))
	})
	return derivations
}

func composeAssessments(d store.Dossier) []record.Assessment {
	assessments := []record.Assessment{}
	for _, a := range d.Assessments {
		assessments = append(assessments, record.Assessment{
			Source: string(a.SourceID), Finding: a.Finding, Note: a.Note, By: *composePerson(d, a.PersonID),
		})
	}
	slices.SortFunc(assessments, func(a, b record.Assessment) int { return cmp.Compare(a.Source, b.Source) })
	return assessments
}

func composeRelations(d store.Dossier) []record.Relation {
	relations := []record.Relation{}
	for _, r := range d.Relations {
		other := r.ToID
		inverse := other == d.Claim.ID
		if inverse {
			other = r.FromID
		}
		if !d.Published[other] {
			continue // readers learn of a claim when it is published, not before
		}
		relations = append(relations, record.Relation{Claim: string(other), Type: r.Type, Inverse: inverse, Rationale: r.Rationale})
	}
	return relations
}

func composeReplies(d store.Dossier) []record.Reply {
	replies := []record.Reply{}
	for _, r := range d.Replies {
		replies = append(replies, record.Reply{
			AskedOf: r.AskedOf, Channel: r.Channel, AskedOn: r.AskedOn, Deadline: r.Deadline, Outcome: r.Outcome, Text: r.Text,
		})
	}
	return replies
}

func composeRuling(d store.Dossier) record.Ruling {
	if d.Draft == nil {
		return record.Ruling{Outcome: "rated", Renderer: markup.Renderer, AsOf: kb.UnknownDate(), RecheckBy: kb.UnknownDate()}
	}
	draft := *d.Draft
	ruling := record.Ruling{
		Outcome: draft.Outcome, OutcomeReason: draft.OutcomeReason, Summary: draft.Summary, Reasoning: draft.Reasoning,
		Renderer: markup.Renderer, AsOf: draft.AsOf, RecheckBy: draft.RecheckBy, WouldChange: draft.WouldChange,
		Demonstration: draft.Demonstration,
	}
	if d.Claim.Kind == kb.MediaClaim {
		ruling.Media = draft.Media
	}
	if !draft.OvertakenSince.Unknown() {
		ruling.Overtaken = &record.Overtaken{Since: draft.OvertakenSince, Evidence: string(draft.OvertakenEvidenceID)}
	}
	for _, r := range d.Ratings {
		if r.Key == draft.RatingKey && draft.Outcome == "rated" {
			rating := composeRating(d.Scale, d.Ratings, r)
			ruling.Rating = &rating
		}
	}
	return ruling
}

func composeRating(scale kb.RatingScale, all []kb.Rating, r kb.Rating) record.Rating {
	top := 0
	for _, other := range all {
		top = max(top, other.Ordinal)
	}
	return record.Rating{
		Scale: scale.Key, ScaleNumber: scale.Number, Key: r.Key, Ordinal: r.Ordinal, Of: top,
		Tone: r.Tone, Shape: r.Shape, Texts: r.Texts,
	}
}

// analyse asks the two questions of the provenance graph, apart: whether it was
// said, over the attestations; whether it is true, over the evidence, with the
// claimant's own works counted apart.
func analyse(d store.Dossier, c record.Content, home string) record.Analysis {
	g := trail.Graph{}
	seen := seenThemselves(c)
	findings := map[string]string{}
	for _, a := range c.Assessments {
		findings[a.Source] = a.Finding
	}
	for _, s := range c.Sources {
		g.Sources = append(g.Sources, trail.Source{
			ID: s.ID, Publisher: s.Publisher, Control: control(c, s.Publisher), Kind: trailKind(s.Kind),
			Captured: seen[s.ID], Access: findings[s.ID], Published: s.PublishedOn.Earliest(),
		})
	}
	for _, x := range c.Derivations {
		g.Derivations = append(g.Derivations, trail.Derivation{From: x.From, To: x.To, Kind: x.Kind, Item: x.Item, State: "confirmed"})
	}
	said, evidence := g, g
	for _, a := range c.Appearances {
		for _, at := range a.Attestations {
			said.Items = append(said.Items, trail.Item{ID: at.ID, Source: at.Source, Own: at.OwnReporting})
		}
	}
	for _, e := range c.Evidence {
		evidence.Items = append(evidence.Items, trail.Item{ID: e.ID, Source: e.Source, Stance: e.Stance, Primary: e.Primary, Own: e.OwnReporting})
	}
	evidence.Claimant = claimant(d, c)
	return record.Analysis{Said: trail.Analyse(said), Evidence: trail.Analyse(evidence), OwnRulings: ownRulings(c, home)}
}

// ownRulings lists the sources that are rulings of this very desk: whatever rests
// on them rests on itself.
func ownRulings(c record.Content, home string) []string {
	var own []string
	for _, s := range c.Sources {
		if home != "" && strings.HasPrefix(s.URL, home+"/claims/") {
			own = append(own, s.ID)
		}
	}
	return own
}

// seenThemselves gives the works that somebody captured, not through another.
func seenThemselves(c record.Content) map[string]bool {
	seen := map[string]bool{}
	for _, s := range c.Sources {
		seen[s.ID] = s.Capture != nil
	}
	note := func(source string, e *record.Excerpt) {
		if s, _ := c.Source(source); e != nil && s.OnlyThrough(*e) == "" {
			seen[source] = true
		}
	}
	for _, e := range c.Evidence {
		note(e.Source, e.Excerpt)
	}
	for _, a := range c.Appearances {
		for _, at := range a.Attestations {
			note(at.Source, at.Excerpt)
		}
	}
	return seen
}

// control gives the top of a publisher's owner chain. The chain ends, since
// cycles are refused.
func control(c record.Content, publisher string) string {
	for range len(c.Publishers) {
		p, ok := c.Publisher(publisher)
		if !ok || p.Owner == "" {
			break
		}
		publisher = p.Owner
	}
	return publisher
}

func trailKind(kind string) string {
	if kind == "search" || kind == "unnamed" {
		return kind
	}
	return "work"
}

// claimant names what is the own work of those who made the claim, or under
// their control.
func claimant(d store.Dossier, c record.Content) *trail.Claimant {
	controls := map[string]bool{}
	for _, s := range d.Speakers {
		if s.PublisherID != "" {
			controls[control(c, string(s.PublisherID))] = true
		}
	}
	own := []string{}
	for _, s := range c.Sources {
		if _, speaks := d.Speakers[kb.ID(s.Speaker)]; speaks && s.Speaker != "" {
			own = append(own, s.ID)
		}
	}
	if len(controls) == 0 && len(own) == 0 {
		return nil
	}
	return &trail.Claimant{Sources: own, Controls: slices.Sorted(maps.Keys(controls))}
}
