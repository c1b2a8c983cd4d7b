package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

func (s *Server) sources(c *gin.Context) error {
	t := views.Table{
		Heading: "Sources", Action: "/desk/sources", Add: addLink(c, desk.EditSource, "Add a source", "/desk/sources/new"),
		Head: []string{"Title", "Kind", "Published", "Address"},
	}
	return table(s, c, t, s.read(c).Sources, func(r kb.Source) (string, kb.ID) { return r.TitleKey, r.ID }, func(r kb.Source) views.TableRow {
		return views.TableRow{URL: deskSource(r.ID), Cells: []string{r.Title, kb.Label(kb.SourceKinds, r.Kind), r.PublishedOn.String(), r.URL}}
	})
}

func (s *Server) newSourceForm(c *gin.Context) (views.Form, error) {
	in := desk.SourceInput{Source: kb.Source{Language: "en", Kind: "news-report"}}
	f, err := s.sourceFormOf(c, in, "/desk/sources/new", "Add a source", "/desk/sources")
	return f, err
}

func (s *Server) sourceForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(id)
	if err != nil {
		return views.Form{}, err
	}
	in := desk.SourceInput{Source: source}
	if source.PublisherID != "" {
		p, err := s.read(c).Publisher(source.PublisherID)
		if err != nil {
			return views.Form{}, err
		}
		in.Publisher = choice(p.Name, p.ID)
	}
	if source.PartOfID != "" {
		carrier, err := s.read(c).Source(source.PartOfID)
		if err != nil {
			return views.Form{}, err
		}
		in.PartOf = choice(carrier.Title, carrier.ID)
	}
	if source.SpeakerID != "" {
		speaker, err := s.read(c).Speaker(source.SpeakerID)
		if err != nil {
			return views.Form{}, err
		}
		in.Speaker = choice(speaker.Name, speaker.ID)
	}
	if err := s.takeFacts(c, &in); err != nil {
		return views.Form{}, err
	}
	return s.sourceFormOf(c, in, deskSource(id, "edit"), "Edit the source", deskSource(id))
}

// takeFacts fills a form with what the source's page says of itself, for the
// editor to confirm by saving.
func (s *Server) takeFacts(c *gin.Context, in *desk.SourceInput) error {
	if c.Query("from") == "" {
		return nil
	}
	id, err := kb.ParseID(c.Query("from"))
	if err != nil {
		return err
	}
	snapshot, err := s.read(c).Snapshot(id)
	if err != nil || snapshot.SourceID != in.ID {
		return kb.Errorf(kb.NotFound, "This source has no such copy.").Because(err)
	}
	f := snapshot.Facts
	in.Title = cmp.Or(f.Title, in.Title)
	in.Publisher = cmp.Or(in.Publisher, f.Publisher)
	in.Language = cmp.Or(f.Language, in.Language)
	if len(in.Authors) == 0 {
		in.Authors = f.Authors
	}
	if in.PublishedOn.Unknown() && f.Published != "" {
		in.PublishedOn = kb.StatedDate(f.Published)
	}
	return nil
}

func (s *Server) sourceFormOf(c *gin.Context, in desk.SourceInput, action, heading, cancel string) (views.Form, error) {
	publishers, err := s.publisherChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	sources, err := s.sourceChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	speakers, err := s.speakerChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Action: action, Submit: "Save", Cancel: views.Link{Text: "Cancel", URL: cancel},
		Draft: "source-" + string(in.ID), Hidden: []views.Hidden{version(in.Version)},
		Groups: []views.FieldGroup{
			group("",
				large(hinted(textField("title", "Title", in.Title), "Or a description in a few words.")),
				hinted(optional(views.Field{Name: "url", Label: "Address", Kind: "url", Value: in.URL}), "Leave it open for a work that is known only through another one."),
				selectField("kind", "Kind", in.Kind, kb.SourceKinds),
				textField("language", "Language", in.Language),
				hinted(optional(pickField("publisher", "Publisher", in.Publisher, publishers)), "Leave it open when it is unknown. A name that nobody has yet is added."),
				optional(areaField("authors", "Authors, one a line", strings.Join(in.Authors, "\n"), 2))),
			group("When it was published", dateFields("published_on", "Published on", in.PublishedOn)...),
			folded("Part of another page", "For comments and posts that stand on the page of something else.",
				optional(pickField("part_of", "The page that carries it", in.PartOf, sources)),
				hinted(optional(textField("locator", "Where on the page", in.Locator)), "“comment 4”: tells works on one page apart.")),
			folded("Whose own work it is", "A speech, a post, a comment: what a speaker made. For that speaker's claims it is no independent source.",
				hinted(optional(pickField("speaker", "The speaker", in.Speaker, speakers)), "A name that nobody has yet is added.")),
			folded("Looking at the page again", "Each time, every quotation is compared with the live page; what changed becomes a task.",
				selectField("recapture_days", "Capture it again", strconv.Itoa(in.RecaptureDays), kb.RecaptureIntervals)),
			folded("Interest and notes", "",
				hinted(optional(areaField("interest", "Interest", in.Interest, 2)), "Readers see it beside the source."),
				optional(areaField("note", "Note for the desk", in.Note, 2))),
		},
	}, nil
}

func sourceInput(v values) desk.SourceInput {
	days, err := strconv.Atoi(cmp.Or(v.text("recapture_days"), "0"))
	if err != nil {
		days = -1 // no interval: validation names the field
	}
	return desk.SourceInput{Publisher: v.text("publisher"), PartOf: v.text("part_of"), Speaker: v.text("speaker"), Source: kb.Source{
		RecaptureDays: days,

		Title: v.text("title"), URL: v.text("url"), Kind: v.text("kind"), Language: v.text("language"), Authors: v.lines("authors"),
		PublishedOn: v.date("published_on"), Locator: v.text("locator"), Interest: v.text("interest"), Note: v.text("note"), Version: v.version(),
	}}
}

func (s *Server) addSource(c *gin.Context, v values) (string, error) {
	id, err := s.desk.AddSource(c.Request.Context(), actorOf(c), sourceInput(v))
	return deskSource(id), err
}

func (s *Server) saveSource(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := sourceInput(v)
	in.ID = id
	return deskSource(id), s.desk.UpdateSource(c.Request.Context(), actorOf(c), in)
}

// sourceSheet shows a source with its quotations, derivations and uses.
func (s *Server) sourceSheet(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	f, err := s.read(c).SourceFile(id)
	if err != nil {
		return err
	}
	sheet := views.Sheet{Page: s.deskPage(c, "Source"), Heading: f.Source.Title, Facts: deskSourceFacts(f)}
	if desk.May(actorOf(c), desk.EditSource) {
		sheet.Links = []views.Link{{Text: "Edit", URL: deskSource(id, "edit")}}
	}
	may := desk.May(actorOf(c), desk.CaptureSource)
	if may && f.Source.URL != "" && !underWay(f.Jobs) {
		sheet.Steps = []views.StepForm{{Label: "Capture the page now", URL: deskSource(id, "captures"), Primary: len(f.Captures) == 0}}
	}
	sheet.Sections = []views.CaseSection{
		captureSection(may, f), s.excerptSection(c, f), s.derivationSection(c, f), suggestionSection(f), usedSection(f),
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

func underWay(jobs []kb.CaptureJob) bool {
	return slices.ContainsFunc(jobs, kb.CaptureJob.Under)
}

func deskSourceFacts(f store.SourceFile) []views.Fact {
	source := f.Source
	publisher := f.Publisher.Name
	if publisher == "" {
		publisher = "unknown"
	}
	facts := []views.Fact{
		{Label: "Id", Value: string(source.ID)}, {Label: "Kind", Value: kb.Label(kb.SourceKinds, source.Kind)},
		{Label: "Publisher", Value: publisher}, {Label: "Published", Value: source.PublishedOn.String() + dateAside(source.PublishedOn)},
	}
	if len(source.Authors) > 0 {
		facts = append(facts, views.Fact{Label: "Authors", Value: strings.Join(source.Authors, ", ")})
	}
	if f.Carrier.ID != "" {
		facts = append(facts, views.Fact{Label: "Part of", Value: f.Carrier.Title, URL: deskSource(f.Carrier.ID)})
	}
	for _, x := range []views.Fact{
		{Label: "Where", Value: source.Locator}, {Label: "Address", Value: source.URL, URL: kb.SourceURL(source.URL)},
		{Label: "Own work of", Value: f.Speaker.Name, URL: speakerSheetURL(f.Speaker.ID)},
		{Label: "Captured again", Value: recaptureWords(source.RecaptureDays)},
		{Label: "Interest", Value: source.Interest}, {Label: "Note", Value: source.Note},
	} {
		if x.Value != "" {
			facts = append(facts, x)
		}
	}
	return facts
}

func speakerSheetURL(id kb.ID) string {
	if id == "" {
		return ""
	}
	return "/desk/speakers/" + string(id)
}

func recaptureWords(days int) string {
	if days == 0 {
		return ""
	}
	return kb.Label(kb.RecaptureIntervals, strconv.Itoa(days))
}

func (s *Server) excerptSection(c *gin.Context, f store.SourceFile) views.CaseSection {
	section := views.CaseSection{ID: "excerpts", Heading: "Quotations", Empty: "No quotation was copied yet."}
	if desk.May(actorOf(c), desk.CopyExcerpt) {
		section.Add = []views.Link{{Text: "Copy one by hand", URL: deskSource(f.Source.ID, "excerpts", "new")}}
	}
	for _, e := range f.Excerpts {
		snapshot := f.Snapshots[e.SnapshotID]
		item := views.CaseItem{
			Anchor: "x" + string(e.ID), Title: views.Link{Text: "Copied by " + f.People[snapshot.CapturedBy].Name + " on " + moment(e.CheckedAt).Words},
			Quote: textPointer(e.Segments.Text(), f.Source.Language),
		}
		if carrier, ok := f.Snapshots[snapshot.ViaID]; ok {
			item.Meta = "As quoted in “" + f.Titles[carrier.SourceID] + "”; original not seen"
		}
		item.Chips = deskExcerptChips(e, f.People)
		if check, ok := f.Checks[e.ID]; ok {
			item.Chips = append(item.Chips, checkChip(check.Outcome, moment(check.CheckedAt).Words))
		}
		switch {
		case e.ReplacedBy != "":
			item.Chips = append(item.Chips, views.Chip{Text: "replaced"})
		case e.State == kb.Unverifiable && e.AttestedBy == "" && desk.May(actorOf(c), desk.AttestExcerpt) && snapshot.CapturedBy != actorOf(c).Person:
			item.Action, item.Verb = deskSource(f.Source.ID, "excerpts", string(e.ID), "attest"), "I compared it with the work: attest"
		}
		if !e.Holds() && e.ReplacedBy == "" && desk.May(actorOf(c), desk.CopyExcerpt) {
			item.Links = anchorLinks(f, e)
		}
		section.Items = append(section.Items, item)
	}
	return section
}

// anchorLinks lead to the newest copies in which a quotation may be anchored: of
// the work itself, or of one that carries it.
func anchorLinks(f store.SourceFile, e kb.Excerpt) []views.Link {
	query := "?replaces=" + string(e.ID) + "&exact=" + url.QueryEscape(e.Segments.Text())
	if len(f.Captures) > 0 {
		return []views.Link{{Text: "Anchor it in the copy", URL: deskSource(f.Source.ID, "snapshots", string(f.Captures[0].ID)) + query}}
	}
	var links []views.Link
	seen := map[kb.ID]bool{}
	for _, s := range f.Carrying {
		if seen[s.SourceID] {
			continue
		}
		seen[s.SourceID] = true
		links = append(links, views.Link{
			Text: "Anchor it in the copy of “" + clippedTo(f.Titles[s.SourceID], 60) + "”",
			URL:  deskSource(s.SourceID, "snapshots", string(s.ID)) + query + "&work=" + url.QueryEscape(choice(f.Source.Title, f.Source.ID)),
		})
	}
	return links
}

// excerptTones colours a check state; the words say it too.
var excerptTones = map[string]string{kb.Exact: "good", kb.Normalised: "good", kb.Ambiguous: "mixed", kb.NotInCopy: "bad", kb.Unverifiable: "mixed"}

func deskExcerptChips(e kb.Excerpt, people map[kb.ID]kb.Person) []views.Chip {
	if e.State != kb.Unverifiable {
		return []views.Chip{{Text: sentenceCase(excerptWords[e.State]), Tone: excerptTones[e.State]}}
	}
	if e.AttestedBy != "" {
		return []views.Chip{{Text: "Attested by " + people[e.AttestedBy].Name, Tone: "good"}}
	}
	return []views.Chip{{Text: "Attested by nobody yet", Tone: "mixed"}}
}

// checkChip says what the newest comparison with the live page gave.
func checkChip(outcome, on string) views.Chip {
	chip := views.Chip{Text: "Live page on " + on + ": " + kb.Label(kb.CheckOutcomes, outcome)}
	if kb.Drifted(outcome) || outcome == "unreachable" {
		chip.Tone = "mixed"
	}
	return chip
}

func (s *Server) derivationSection(c *gin.Context, f store.SourceFile) views.CaseSection {
	section := views.CaseSection{ID: "derivations", Heading: "Where it comes from", Empty: "Nothing is recorded."}
	may := desk.May(actorOf(c), desk.EditDerivation)
	if may {
		section.Add = []views.Link{{Text: "Add a derivation", URL: deskSource(f.Source.ID, "derivations", "new")}}
	}
	for _, d := range f.Derivations {
		other, words := d.ToID, "This source "+kb.Label(kb.DerivationKinds, d.Kind)
		if d.ToID == f.Source.ID {
			other, words = d.FromID, "The other way round: "+f.Titles[d.FromID]+" "+kb.Label(kb.DerivationKinds, d.Kind)+" this one"
		}
		item := views.CaseItem{
			Title: views.Link{Text: words + ": " + f.Titles[other], URL: deskSource(other)}, Meta: "Shown by: " + d.Basis,
		}
		if d.EvidenceID != "" || d.AttestationID != "" {
			item.Chips = append(item.Chips, views.Chip{Text: "for one item of a claim only"})
		}
		if d.Faithfulness == "misdescribes" || d.Faithfulness == "cut" {
			item.Chips = append(item.Chips, views.Chip{Text: kb.Label(kb.Faithfulnesses, d.Faithfulness) + ": " + d.Note, Tone: "bad"})
		}
		if may {
			item.Remove = deskSource(f.Source.ID, "derivations", string(d.ID), "remove")
		}
		section.Items = append(section.Items, item)
	}
	return section
}

func usedSection(f store.SourceFile) views.CaseSection {
	section := views.CaseSection{ID: "used", Heading: "Used in", Empty: "No claim uses it."}
	for _, claim := range f.UsedIn {
		section.Items = append(section.Items, views.CaseItem{Title: views.Link{Text: claim.Text, URL: deskClaim(claim.ID)}, Meta: claim.State.Label()})
	}
	return section
}

func (s *Server) excerptForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(id)
	if err != nil {
		return views.Form{}, err
	}
	sources, err := s.sourceChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	exact := areaField("exact", "The words", "", 4)
	exact.Lang = source.Language
	return views.Form{
		Page: s.deskPage(c, "Copy a quotation"), Heading: "Copy a quotation", Submit: "Save", Draft: "excerpt-" + string(id),
		Lead:   "From “" + source.Title + "”. Somebody else must attest it before it can be relied upon.",
		Action: deskSource(id, "excerpts", "new"), Cancel: views.Link{Text: "Cancel", URL: deskSource(id)},
		Groups: []views.FieldGroup{group("",
			large(hinted(exact, "Exactly as they stand there, slips and all.")),
			optional(hinted(areaField("prefix", "What stands before", "", 2), "Enough to tell the place from others like it.")),
			optional(areaField("suffix", "What stands after", "", 2)),
			large(optional(hinted(pickField("via", "Seen only through", "", sources), "The work that carries it, when the original was not seen. Readers are told."))))},
	}, nil
}

func (s *Server) copyExcerpt(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	_, err = s.desk.CopyExcerpt(c.Request.Context(), actorOf(c), desk.ExcerptInput{Via: v.text("via"), ExcerptInput: kb.ExcerptInput{
		SourceID: id, Exact: v.text("exact"), Prefix: v.text("prefix"), Suffix: v.text("suffix"),
	}})
	return deskSource(id) + "#excerpts", err
}

func (s *Server) attestExcerpt(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return err
	}
	if e, err := s.read(c).Excerpt(sub); err != nil || e.SourceID != id {
		return kb.Errorf(kb.NotFound, "This source has no such quotation.").Because(err)
	}
	if err := s.desk.AttestExcerpt(c.Request.Context(), actorOf(c), sub); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(id)+"#excerpts")
	return nil
}
