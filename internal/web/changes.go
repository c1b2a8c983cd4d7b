package web

import (
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// changes compares a candidate with the revision in force, text by text.
func (s *Server) changes(c *gin.Context, claim kb.ID, after record.Content) ([]views.Change, error) {
	revisions, err := s.db.Public().Revisions(c.Request.Context(), claim)
	if err != nil {
		return nil, err
	}
	body, err := s.db.Public().Document(c.Request.Context(), revisions[0].Hash)
	if kb.KindOf(err) == kb.Gone {
		words := []markup.Run{{Text: "The revision in force was redacted: nothing is left to compare with. The whole page is below."}}
		return []views.Change{{Label: "Everything", Runs: words}}, nil
	}
	if err != nil {
		return nil, err
	}
	_, before, err := record.ReadPublished(body)
	if err != nil {
		return nil, err
	}
	return changedTexts(before, after), nil
}

// changedTexts shows every text of a content that differs, by words.
func changedTexts(before, after record.Content) []views.Change {
	old, now := readableTexts(contentView{Content: before}), readableTexts(contentView{Content: after})
	var changes []views.Change
	for i := range now {
		if old[i][1] != now[i][1] {
			changes = append(changes, views.Change{Label: now[i][0], Runs: markup.WordDiff(old[i][1], now[i][1])})
		}
	}
	if len(changes) == 0 && record.Changed(before, after) {
		// Ids and the like: nothing that a page says, and said all the same.
		changes = append(changes, views.Change{Label: "In the document only", Runs: markup.WordDiff("", record.Difference(before, after))})
	}
	return changes
}

// readableTexts gives a content as labelled texts, always in the same order.
// It covers what a page says and nearly all of the rest, so that a reviewer
// overlooks no change; changedTexts names what is left.
func readableTexts(c contentView) [][2]string {
	r := c.Ruling
	rating := outcomeView(r.Rating, r.Outcome)
	strength := strengthView(c)
	return [][2]string{
		{"Claim", c.Claim.Text}, {"Parts", joined(c.Claim.Parts, func(p record.Part) string { return p.Text })}, {"About the claim", claimLines(c)},
		{"Rating", rating.Label}, {"What the rating means", rating.Definition}, {"Summary", r.Summary}, {"Reasoning", withTitles(c)}, {"Why there is no rating", r.OutcomeReason},
		{"What would change it", r.WouldChange}, {"About the ruling", rulingLines(c)},
		{"Appearances", joined(c.Appearances, func(a record.Appearance) string { return appearanceLines(c, a) })},
		{"Evidence", joined(c.Evidence, func(e record.Evidence) string { return evidenceLine(c, e) })},
		{"Sources", joined(c.Sources, func(s record.Source) string { return sourceLine(c, s) })},
		{"Publishers", joined(c.Publishers, publisherLine)},
		{"Derivations", joined(c.Derivations, func(d record.Derivation) string { return derivationLine(c, d) })},
		{"Independence", joined(c.Assessments, func(a record.Assessment) string {
			return titleOf(c, a.Source) + ": " + kb.Label(kb.Findings, a.Finding) + " " + a.Note + " (" + a.By.Name + ")"
		})},
		{"Strength", strength.Said + ", " + strength.SaidOrigin + "; " + strength.Evidence + ", " + strength.Origins + " " + strength.Claimant + " " + strength.Quotations},
		{"Related claims", joined(c.Relations, func(r record.Relation) string {
			return kb.RelationWords(r.Type, r.Inverse) + " " + r.Claim + ": " + r.Rationale
		})},
		{"Right of reply", strings.Join(replyViews(c.Replies), "\n")}, {"Merged into", c.MergedInto},
	}
}

// joined gives one line, or more, for each thing of a list.
func joined[T any](list []T, line func(T) string) string {
	lines := make([]string, len(list))
	for i, x := range list {
		lines[i] = strings.Join(strings.Fields(line(x)), " ")
	}
	return strings.Join(lines, "\n")
}

func claimLines(c contentView) string {
	lines := []string{
		kb.Label(kb.ClaimKinds, c.Claim.Kind), kb.Label(kb.Checkabilities, c.Claim.Checkability) + " " + c.Claim.Reason, "language " + c.Claim.Language,
		"valid from " + dated(c.Claim.ValidFrom) + " to " + dated(c.Claim.ValidTo),
		"topics: " + strings.ReplaceAll(joined(c.Claim.Topics, func(t record.TopicRef) string { return t.Name }), "\n", ", "),
	}
	if c.Claim.Verbatim {
		lines = append(lines, "in the speaker's own words")
	}
	if p := c.Claim.Prediction; p != nil {
		lines = append(lines, "condition: "+p.Condition, "due "+dated(p.Due), "outcome: "+p.Outcome)
	}
	return strings.Join(lines, "\n")
}

// dated gives a date with all that is known of it.
func dated(d kb.Date) string {
	return strings.TrimSpace(d.String() + dateAside(d) + " " + d.Zone)
}

func rulingLines(c contentView) string {
	r := c.Ruling
	var lines []string
	if !r.AsOf.Unknown() {
		lines = append(lines, "Rated on what was known on "+dated(r.AsOf)+".")
	}
	if !r.RecheckBy.Unknown() {
		lines = append(lines, "To be looked at again by "+dated(r.RecheckBy)+".")
	}
	if r.Overtaken != nil {
		shownBy := ""
		for _, e := range c.Evidence {
			if e.ID == r.Overtaken.Evidence {
				shownBy = ", as “" + titleOf(c, e.Source) + "” shows"
			}
		}
		lines = append(lines, rulingView(r).Overtaken+shownBy+".")
	}
	if r.Rating != nil {
		lines = append(lines, "On the scale “"+r.Rating.Scale+"”, version "+strconv.Itoa(r.Rating.ScaleNumber)+".")
	}
	for _, m := range r.Media {
		lines = append(lines, "The image, sound or film: "+kb.Label(kb.MediaCategories, m)+".")
	}
	if r.Demonstration {
		lines = append(lines, "A demonstration.")
	}
	return strings.Join(lines, "\n")
}

func appearanceLines(c contentView, a record.Appearance) string {
	line := a.Speaker.ShownAs + " (" + a.Speaker.Name + ", " + a.Speaker.Kind + " " + a.Speaker.Wikidata + "), " + a.Speaker.Role + ", " + a.Place + ", " + a.Medium + ", " +
		dated(a.SaidOn) + ", " + kb.Label(kb.Directness, a.Directness) + ", " + a.Translation + " " + a.TranslatedBy + ", " + a.Language + ": " + a.Words
	if a.Earliest {
		line += " (earliest known)"
	}
	for _, at := range a.Attestations {
		line += "; recorded in " + titleOf(c, at.Source) + " " + quotedLine(at.Excerpt) + " " + at.Note + ownReporting(at.OwnReporting)
	}
	return line
}

func ownReporting(yes bool) string {
	if yes {
		return " (own reporting)"
	}
	return ""
}

func evidenceLine(c contentView, e record.Evidence) string {
	line := e.Stance + ": " + titleOf(c, e.Source) + " " + quotedLine(e.Excerpt) + " " + e.Comment + ownReporting(e.OwnReporting)
	if e.Primary {
		line += " (primary here)"
	}
	for _, p := range c.Claim.Parts {
		if p.ID == e.Part {
			line += " on “" + p.Text + "”"
		}
	}
	return line
}

// quotedLine gives a quotation with how it stands to our copy.
func quotedLine(e *record.Excerpt) string {
	if e == nil {
		return ""
	}
	line := quoted(e) + " [" + e.State + ", " + e.Snapshot.Method + " " + e.Snapshot.CapturedAt + " " + e.Snapshot.Rights + " " + e.Snapshot.RightsNote
	if e.AttestedBy != nil {
		line += ", attested by " + e.AttestedBy.Name
	}
	return line + "]"
}

func sourceLine(c contentView, s record.Source) string {
	line := s.Title + ", " + sourceMeta(c, s) + ", " + strings.Join(s.Authors, ", ") + " " + s.URL + " " + s.Locator + " " + s.Interest + " " + s.Language + " " + dated(s.PublishedOn)
	if s.PartOf != "" {
		line += ", part of " + titleOf(c, s.PartOf)
	}
	if s.Capture != nil {
		line += ", copied " + s.Capture.CapturedAt + " " + s.Capture.Rights
	}
	return line
}

func publisherLine(p record.Publisher) string {
	line := p.Name + ", " + kb.Label(kb.PublisherKinds, p.Kind) + " " + p.Country + " " + p.Interest
	if p.Owner != "" {
		line += ", owned by " + p.Owner
	}
	return line
}

func derivationLine(c contentView, d record.Derivation) string {
	line := titleOf(c, d.From) + " " + kb.Label(kb.DerivationKinds, d.Kind) + " " + titleOf(c, d.To) + ", " + d.Faithfulness + ": " + d.Basis + " " + d.Note
	if d.Item != "" {
		line += " (for this item)"
	}
	return line
}

// withTitles gives the reasoning with the titles of the sources in place of the
// ids of the evidence that it cites.
func withTitles(c contentView) string {
	return kb.ReplaceCitations(c.Ruling.Reasoning, func(id kb.ID) string {
		for _, e := range c.Evidence {
			if e.ID == string(id) {
				return "[" + clippedTo(titleOf(c, e.Source), citedTitle) + "]"
			}
		}
		return "[?]"
	})
}

// citedTitle is how much of a title stands for a citation, in characters.
const citedTitle = 32

func titleOf(c contentView, source string) string {
	s, _ := c.Source(source)
	return s.Title
}

func quoted(e *record.Excerpt) string {
	if e == nil {
		return ""
	}
	return "“" + kb.Segments(e.Segments).Text() + "”"
}
