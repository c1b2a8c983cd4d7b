package web

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// stanceTones colours a stance; the word says it too.
var stanceTones = map[string]string{"refutes": "bad", "supports": "good", "context": "plain", "inconclusive": "mixed"}

func evidenceGroups(c contentView, n numbering) []views.EvidenceGroup {
	cited := citationPlaces(c)
	var groups []views.EvidenceGroup
	for _, stance := range kb.Stances {
		g := views.EvidenceGroup{Heading: sentenceCase(stance.Label), Tone: stanceTones[stance.Value]}
		for _, e := range c.Evidence {
			if e.Stance == stance.Value {
				g.Items = append(g.Items, evidenceView(c, e, n[e.ID], cited[e.ID]))
			}
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups
}

func evidenceView(c contentView, e record.Evidence, number int, cited []views.Link) views.Evidence {
	source, _ := c.Source(e.Source)
	v := views.Evidence{
		ID: e.ID, Number: number, Source: views.Link{Text: source.Title, URL: c.sourceURL(source.ID)},
		Comment: e.Comment, Meta: sourceMeta(c, source), CitedFrom: cited,
	}
	if e.Excerpt != nil {
		v.Quotation = textPointer(kb.Segments(e.Excerpt.Segments).Text(), source.Language)
		v.Chips = append(v.Chips, excerptChips(c, source, *e.Excerpt)...)
		v.Meta += " · " + capturedWords(e.Excerpt.Snapshot)
		v.InPlace, v.Copy = inPlace(*e.Excerpt), archived(*e.Excerpt, source.ID)
	} else if source.Capture != nil {
		v.Meta += " · " + capturedWords(*source.Capture)
	}
	if e.Primary {
		v.Chips = append(v.Chips, views.Chip{Text: "primary document"})
	}
	v.Chips = append(v.Chips, sourceChips(c, source, e.ID)...)
	v.Live = livePassage(source.URL, e.Excerpt)
	for _, p := range c.Claim.Parts {
		if p.ID == e.Part {
			v.Part = p.Text
		}
	}
	return v
}

func capturedWords(s record.Snapshot) string {
	verb := "copied"
	if s.Origin != nil {
		verb = "captured"
	}
	return verb + " " + stamped(s.CapturedAt).Words
}

// excerptChips says in words how a quotation stands to our copy, and to the live
// page when it was last looked at.
func excerptChips(c contentView, source record.Source, e record.Excerpt) []views.Chip {
	chip := views.Chip{Text: "Copied by hand, attested by nobody yet", Tone: "mixed"}
	switch {
	case e.State == kb.Exact:
		chip = views.Chip{Text: "✓ Matches our copy exactly", Tone: "good"}
	case e.State == kb.Normalised:
		chip = views.Chip{Text: "✓ Matches our copy but for typography", Tone: "good"}
	case e.State == kb.Ambiguous:
		chip = views.Chip{Text: "Stands in more than one place of our copy", Tone: "mixed"}
	case e.State == kb.NotInCopy:
		chip = views.Chip{Text: "Does not stand in our copy", Tone: "bad"}
	case e.AttestedBy != nil:
		chip = views.Chip{Text: "Copied by hand, attested by " + e.AttestedBy.Name}
	}
	list := []views.Chip{chip}
	if carrier, ok := c.Source(source.OnlyThrough(e)); ok {
		list = append(list, views.Chip{Text: "As quoted in “" + clippedTo(carrier.Title, 70) + "”; original not seen", URL: c.sourceURL(carrier.ID)})
	}
	if check, ok := c.checks[e.ID]; ok {
		list = append(list, checkChip(check.outcome, stamped(check.at).Words))
	}
	return list
}

// sourceChips says what a reader should know of a source: whose interest it
// serves, and where it has this from.
func sourceChips(c contentView, s record.Source, item string) []views.Chip {
	var list []views.Chip
	p, _ := c.Publisher(s.Publisher)
	for _, interest := range []string{s.Interest, p.Interest} {
		if interest != "" {
			list = append(list, views.Chip{Text: interest, Tone: "mixed"})
		}
	}
	if p.Invented {
		list = append(list, views.Chip{Text: "invented for this demonstration", Tone: "mixed"})
	}
	for _, d := range c.Derivations {
		if d.From != s.ID || (d.Item != "" && d.Item != item) {
			continue
		}
		origin, _ := c.Source(d.To)
		chip := views.Chip{Text: kb.Label(kb.DerivationKinds, d.Kind) + " “" + origin.Title + "”", URL: "#trail"}
		if d.Faithfulness == "misdescribes" || d.Faithfulness == "cut" {
			chip.Text += ", " + kb.Label(kb.Faithfulnesses, d.Faithfulness) + ": " + d.Note
			chip.Tone = "bad"
		}
		list = append(list, chip)
	}
	for _, a := range c.Assessments {
		if a.Source == s.ID {
			list = append(list, views.Chip{Text: "Independence assessed: " + kb.Label(kb.Findings, a.Finding) + " (" + a.Note + ")"})
		}
	}
	return list
}

func sourceMeta(c contentView, s record.Source) string {
	publisher := "publisher unknown"
	if p, ok := c.Publisher(s.Publisher); ok {
		publisher = p.Name
	}
	parts := []string{publisher}
	if len(s.Authors) > 0 {
		parts = append(parts, strings.Join(s.Authors, ", "))
	}
	parts = append(parts, kb.Label(kb.SourceKinds, s.Kind), s.PublishedOn.String()+dateAside(s.PublishedOn))
	if s.Locator != "" {
		parts = append(parts, s.Locator)
	}
	return strings.Join(parts, " · ")
}

var citationsInOrder = regexp.MustCompile(`\[@e([0-9a-z]{8})\]`)

// citationPlaces gives for each evidence the places in the reasoning that cite
// it, to lead back from the evidence to the words that rest on it.
func citationPlaces(c contentView) map[string][]views.Link {
	known := map[string]bool{}
	for _, e := range c.Evidence {
		known[e.ID] = true
	}
	places := map[string][]views.Link{}
	n := 0
	for _, m := range citationsInOrder.FindAllStringSubmatch(c.Ruling.Reasoning, -1) {
		if known[m[1]] {
			label := "cited in the reasoning"
			if len(places[m[1]]) > 0 {
				label = "and again"
			}
			places[m[1]] = append(places[m[1]], views.Link{Text: label, URL: "#c" + strconv.Itoa(n) + "-" + m[1]})
			n++
		}
	}
	return places
}

// matrixView shows which evidence bears on which part, when there are parts.
func matrixView(c contentView, n numbering) *views.Matrix {
	if len(c.Claim.Parts) < 2 || len(c.Evidence) == 0 {
		return nil
	}
	evidence := slices.SortedFunc(slices.Values(c.Evidence), func(a, b record.Evidence) int { return cmp.Compare(n[a.ID], n[b.ID]) })
	m := &views.Matrix{}
	for _, e := range evidence {
		m.Cols = append(m.Cols, views.Link{Text: strconv.Itoa(n[e.ID]), URL: "#e" + e.ID})
	}
	for _, p := range c.Claim.Parts {
		row := views.MatrixRow{Text: p.Text}
		for _, e := range evidence {
			cell := "–"
			if e.Part == p.ID || e.Part == "" {
				cell = kb.Label(kb.Stances, e.Stance)
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Parts = append(m.Parts, row)
	}
	return m
}

func appearanceView(c contentView, a record.Appearance) views.Appearance {
	v := views.Appearance{
		Speaker: views.Link{Text: a.Speaker.ShownAs, URL: c.speakerURL(a.Speaker.ID)}, Role: a.Speaker.Role,
		Date: worldDate(a.SaidOn), Earliest: a.Earliest,
	}
	if a.SaidOn.Basis == kb.Inferred {
		v.Facts = append(v.Facts, dateBasis(a.SaidOn))
	}
	for _, fact := range []string{a.Place, a.Medium, kb.Label(kb.Directness, a.Directness)} {
		if fact != "" {
			v.Facts = append(v.Facts, fact)
		}
	}
	if a.Translation == "translated" {
		words := "translated"
		if a.TranslatedBy != "" {
			words += " by " + a.TranslatedBy
		}
		v.Facts = append(v.Facts, words)
	}
	if a.Words != "" {
		v.Words = textPointer(a.Words, a.Language)
	}
	for _, at := range a.Attestations {
		source, _ := c.Source(at.Source)
		r := views.Attestation{Source: views.Link{Text: source.Title, URL: c.sourceURL(source.ID)}, Note: at.Note}
		if at.Excerpt != nil {
			r.Quote = textPointer(kb.Segments(at.Excerpt.Segments).Text(), source.Language)
			r.Chips = excerptChips(c, source, *at.Excerpt)
		}
		r.Chips = append(r.Chips, sourceChips(c, source, at.ID)...)
		v.Records = append(v.Records, r)
	}
	return v
}
