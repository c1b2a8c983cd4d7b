package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

const tableRows = 50

// table lists things by name, with search by the beginning of a word and
// keyset paging.
func table[T any](s *Server, c *gin.Context, t views.Table, list func(store.NameQuery) ([]T, error), key func(T) (string, kb.ID), row func(T) views.TableRow) error {
	after, err := parseNameCursor(c.Query("after"))
	if err != nil {
		return err
	}
	rows, err := list(store.NameQuery{Text: desk.Fold(c.Query("q")), AfterKey: after[0], AfterID: kb.ID(after[1]), Limit: tableRows + 1})
	if err != nil {
		return err
	}
	if len(rows) > tableRows {
		rows = rows[:tableRows]
		k, id := key(rows[tableRows-1])
		t.Next = t.Action + "?" + with(c.Request.URL.Query(), "after", string(id)+k).Encode()
	}
	t.Page, t.Search, t.Empty = s.deskPage(c, t.Heading), c.Query("q"), "Nothing here yet."
	if t.Search != "" {
		t.Empty = "Nothing begins with “" + t.Search + "”."
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, row(r))
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.TablePage(t))
}

// addLink offers to add something to those who may.
func addLink(c *gin.Context, action desk.Action, words, url string) views.Link {
	if !desk.May(actorOf(c), action) {
		return views.Link{}
	}
	return views.Link{Text: words, URL: url}
}

const idRunes = 8

func parseNameCursor(s string) ([2]string, error) {
	if s == "" {
		return [2]string{}, nil
	}
	if len(s) < idRunes {
		return [2]string{}, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
	}
	return [2]string{s[idRunes:], s[:idRunes]}, nil
}

func (s *Server) sources(c *gin.Context) error {
	t := views.Table{
		Heading: "Sources", Action: "/desk/sources", Add: addLink(c, desk.EditSource, "Add a source", "/desk/sources/new"),
		Head: []string{"Title", "Kind", "Published", "Address"},
	}
	return table(s, c, t, s.read(c).Sources, func(r kb.Source) (string, kb.ID) { return r.TitleKey, r.ID }, func(r kb.Source) views.TableRow {
		return views.TableRow{URL: deskSource(r.ID), Cells: []string{r.Title, kb.Label(kb.SourceKinds, r.Kind), r.PublishedOn.String(), r.URL}}
	})
}

func (s *Server) speakers(c *gin.Context) error {
	t := views.Table{
		Heading: "Speakers", Action: "/desk/speakers", Add: addLink(c, desk.EditSpeaker, "Add a speaker", "/desk/speakers/new"), Head: []string{"Name", "Kind", "Note"},
	}
	return table(s, c, t, s.read(c).Speakers, func(r kb.Speaker) (string, kb.ID) { return r.NameKey, r.ID }, func(r kb.Speaker) views.TableRow {
		return views.TableRow{URL: "/desk/speakers/" + string(r.ID), Cells: []string{r.Name, kb.Label(kb.SpeakerKinds, r.Kind), r.Note}}
	})
}

func (s *Server) publishers(c *gin.Context) error {
	t := views.Table{
		Heading: "Publishers", Action: "/desk/publishers", Add: addLink(c, desk.EditPublisher, "Add a publisher", "/desk/publishers/new"),
		Head: []string{"Name", "Kind", "Country", "Interest"},
	}
	return table(s, c, t, s.read(c).Publishers, func(r kb.Publisher) (string, kb.ID) { return r.NameKey, r.ID }, func(r kb.Publisher) views.TableRow {
		return views.TableRow{URL: address(desk.May(actorOf(c), desk.EditPublisher), "/desk/publishers/"+string(r.ID)), Cells: []string{r.Name, kb.Label(kb.PublisherKinds, r.Kind), r.Country, r.Interest}}
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
	return s.sourceFormOf(c, in, deskSource(id, "edit"), "Edit the source", deskSource(id))
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
			folded("Interest and notes", "",
				hinted(optional(areaField("interest", "Interest", in.Interest, 2)), "Readers see it beside the source."),
				optional(areaField("note", "Note for the desk", in.Note, 2))),
		},
	}, nil
}

func sourceInput(v values) desk.SourceInput {
	return desk.SourceInput{Publisher: v.text("publisher"), PartOf: v.text("part_of"), Source: kb.Source{
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
	sheet.Sections = []views.CaseSection{s.excerptSection(c, f), s.derivationSection(c, f), usedSection(f)}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
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
		{Label: "Interest", Value: source.Interest}, {Label: "Note", Value: source.Note},
	} {
		if x.Value != "" {
			facts = append(facts, x)
		}
	}
	return facts
}

func (s *Server) excerptSection(c *gin.Context, f store.SourceFile) views.CaseSection {
	section := views.CaseSection{ID: "excerpts", Heading: "Quotations", Empty: "No quotation was copied yet."}
	if desk.May(actorOf(c), desk.CopyExcerpt) {
		section.Add = []views.Link{{Text: "Copy a quotation", URL: deskSource(f.Source.ID, "excerpts", "new")}}
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
		if e.AttestedBy != "" {
			item.Chips = []views.Chip{{Text: "Attested by " + f.People[e.AttestedBy].Name, Tone: "good"}}
		} else {
			item.Chips = []views.Chip{{Text: "Attested by nobody yet", Tone: "mixed"}}
			if desk.May(actorOf(c), desk.AttestExcerpt) && snapshot.CapturedBy != actorOf(c).Person {
				item.Action, item.Verb = deskSource(f.Source.ID, "excerpts", string(e.ID), "attest"), "I compared it with the work: attest"
			}
		}
		section.Items = append(section.Items, item)
	}
	return section
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

func (s *Server) derivationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(id)
	if err != nil {
		return views.Form{}, err
	}
	groups, err := s.derivationFields(c)
	return views.Form{
		Page: s.deskPage(c, "Add a derivation"), Heading: "Where does it come from?", Submit: "Save",
		Lead:   "“" + source.Title + "”, the whole of it. What only one quotation has from elsewhere is recorded on the claim.",
		Action: deskSource(id, "derivations", "new"), Cancel: views.Link{Text: "Cancel", URL: deskSource(id)}, Groups: groups,
	}, err
}

func (s *Server) derivationFields(c *gin.Context) ([]views.FieldGroup, error) {
	sources, err := s.sourceChoices(c)
	if err != nil {
		return nil, err
	}
	return []views.FieldGroup{group("",
		selectField("kind", "It", "republishes", kb.DerivationKinds),
		large(pickField("to", "That source", "", sources)),
		large(hinted(areaField("basis", "The words that show it", "", 2), "For example “per Reuters”.")),
		selectField("faithfulness", "Faithfulness", "unknown", kb.Faithfulnesses),
		optional(hinted(areaField("note", "What was left out or misdescribed", "", 2), "Needed when it was cut or misdescribed.")))}, nil
}

func derivationInput(v values) desk.DerivationInput {
	return desk.DerivationInput{To: v.text("to"), Derivation: kb.Derivation{
		Kind: v.text("kind"), Faithfulness: v.text("faithfulness"), Note: v.text("note"), Basis: v.text("basis"),
	}}
}

func (s *Server) addDerivation(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := derivationInput(v)
	in.FromID = id
	_, err = s.desk.Derive(c.Request.Context(), actorOf(c), in)
	return deskSource(id) + "#derivations", err
}

func (s *Server) removeDerivation(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return err
	}
	if err := s.desk.RemoveDerivation(c.Request.Context(), actorOf(c), sub); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(id)+"#derivations")
	return nil
}

// itemOf names the one evidence or attestation that a form is about.
func itemOf(c *gin.Context) string {
	if item := c.Query("item"); item != "" {
		return item
	}
	return c.Request.PostFormValue("item")
}

func (s *Server) itemDerivationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.itemSource(c, id, kb.ID(itemOf(c)))
	if err != nil {
		return views.Form{}, err
	}
	groups, err := s.derivationFields(c)
	return views.Form{
		Page: s.deskPage(c, "Add a derivation"), Heading: "Where does this one have it from?", Submit: "Save",
		Lead:   "What this claim takes from “" + source.Title + "”, nothing else in it.",
		Action: deskClaim(id, "derivations", "new") + "?item=" + url.QueryEscape(itemOf(c)), Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
		Hidden: []views.Hidden{{Name: "item", Value: itemOf(c)}}, Groups: groups,
	}, err
}

func (s *Server) itemSource(c *gin.Context, claim, item kb.ID) (kb.Source, error) {
	if e, err := s.read(c).Evidence(item, claim); err == nil {
		return s.read(c).Source(e.SourceID)
	}
	a, err := s.read(c).Attestation(item, claim)
	if err != nil {
		return kb.Source{}, err
	}
	return s.read(c).Source(a.SourceID)
}

func (s *Server) addItemDerivation(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := derivationInput(v)
	in.Claim = id
	item := kb.ID(itemOf(c))
	if _, err := s.read(c).Evidence(item, id); err == nil {
		in.EvidenceID = item
	} else {
		in.AttestationID = item
	}
	_, err = s.desk.Derive(c.Request.Context(), actorOf(c), in)
	return deskClaim(id), err
}

func (s *Server) newSpeakerForm(c *gin.Context) (views.Form, error) {
	return s.speakerFormOf(c, desk.SpeakerInput{Speaker: kb.Speaker{Kind: "person"}}, "/desk/speakers/new", "Add a speaker", "/desk/speakers")
}

func (s *Server) speakerForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	speaker, err := s.read(c).Speaker(id)
	if err != nil {
		return views.Form{}, err
	}
	in := desk.SpeakerInput{Speaker: speaker}
	if speaker.PublisherID != "" {
		p, err := s.read(c).Publisher(speaker.PublisherID)
		if err != nil {
			return views.Form{}, err
		}
		in.Publisher = choice(p.Name, p.ID)
	}
	at := "/desk/speakers/" + string(id)
	return s.speakerFormOf(c, in, at+"/edit", "Edit the speaker", at)
}

func (s *Server) speakerFormOf(c *gin.Context, in desk.SpeakerInput, action, heading, cancel string) (views.Form, error) {
	publishers, err := s.publisherChoices(c)
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Action: action, Submit: "Save", Cancel: views.Link{Text: "Cancel", URL: cancel},
		Hidden: []views.Hidden{version(in.Version)},
		Groups: []views.FieldGroup{group("",
			textField("name", "Name", in.Name), selectField("kind", "Kind", in.Kind, kb.SpeakerKinds),
			hinted(optional(textField("wikidata_id", "Wikidata", in.WikidataID)), "Such as Q7747."),
			hinted(optional(pickField("publisher", "Publisher that it is, or controls", in.Publisher, publishers)),
				"Works of that publisher are counted as the claimant’s own."),
			optional(areaField("note", "Note", in.Note, 2)))},
	}, err
}

func speakerInput(v values) desk.SpeakerInput {
	return desk.SpeakerInput{Publisher: v.text("publisher"), Speaker: kb.Speaker{
		Name: v.text("name"), Kind: v.text("kind"), WikidataID: v.text("wikidata_id"), Note: v.text("note"), Version: v.version(),
	}}
}

func (s *Server) addSpeaker(c *gin.Context, v values) (string, error) {
	id, err := s.desk.AddSpeaker(c.Request.Context(), actorOf(c), speakerInput(v))
	return "/desk/speakers/" + string(id), err
}

func (s *Server) saveSpeaker(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := speakerInput(v)
	in.ID = id
	return "/desk/speakers/" + string(id), s.desk.UpdateSpeaker(c.Request.Context(), actorOf(c), in)
}

func (s *Server) speakerSheet(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	speaker, err := s.read(c).Speaker(id)
	if err != nil {
		return err
	}
	roles, err := s.read(c).SpeakerRoles(id)
	if err != nil {
		return err
	}
	at := "/desk/speakers/" + string(id)
	sheet := views.Sheet{
		Page: s.deskPage(c, "Speaker"), Heading: speaker.Name,
		Facts: []views.Fact{{Label: "Id", Value: string(id)}, {Label: "Kind", Value: kb.Label(kb.SpeakerKinds, speaker.Kind)}},
	}
	for _, x := range []views.Fact{{Label: "Wikidata", Value: speaker.WikidataID}, {Label: "Note", Value: speaker.Note}} {
		if x.Value != "" {
			sheet.Facts = append(sheet.Facts, x)
		}
	}
	section := views.CaseSection{ID: "roles", Heading: "Offices", Empty: "No office is recorded."}
	may := desk.May(actorOf(c), desk.EditSpeaker)
	if may {
		sheet.Links = []views.Link{{Text: "Edit", URL: at + "/edit"}}
		section.Add = []views.Link{{Text: "Add an office", URL: at + "/roles/new"}}
	}
	for _, r := range roles {
		item := views.CaseItem{Title: views.Link{Text: strings.Trim(r.Title+", "+r.Organisation, ", ")}, Meta: "from " + r.HeldFrom.String() + " to " + r.HeldTo.String()}
		if may {
			item.Remove = at + "/roles/" + string(r.ID) + "/remove"
		}
		section.Items = append(section.Items, item)
	}
	sheet.Sections = []views.CaseSection{section}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

func (s *Server) roleForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	speaker, err := s.read(c).Speaker(id)
	at := "/desk/speakers/" + string(id)
	fields := append([]views.Field{textField("title", "Title", ""), optional(textField("organisation", "Organisation", ""))},
		append(dateFields("held_from", "From", kb.UnknownDate()), dateFields("held_to", "To", kb.UnknownDate())...)...)
	return views.Form{
		Page: s.deskPage(c, "Add an office"), Heading: "Add an office", Lead: speaker.Name, Action: at + "/roles/new", Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: at}, Groups: []views.FieldGroup{group("", fields...)},
	}, err
}

func (s *Server) addRole(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	err = s.desk.AddSpeakerRole(c.Request.Context(), actorOf(c), kb.SpeakerRole{
		SpeakerID: id, Title: v.text("title"), Organisation: v.text("organisation"), HeldFrom: v.date("held_from"), HeldTo: v.date("held_to"),
	})
	return "/desk/speakers/" + string(id), err
}

func (s *Server) removeRole(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return err
	}
	if err := s.desk.RemoveSpeakerRole(c.Request.Context(), actorOf(c), id, sub); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/desk/speakers/"+string(id))
	return nil
}

func (s *Server) newPublisherForm(c *gin.Context) (views.Form, error) {
	return s.publisherFormOf(c, desk.PublisherInput{Publisher: kb.Publisher{Kind: "newspaper"}}, "/desk/publishers/new", "Add a publisher")
}

func (s *Server) publisherForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	p, err := s.read(c).Publisher(id)
	if err != nil {
		return views.Form{}, err
	}
	in := desk.PublisherInput{Publisher: p}
	if p.OwnerID != "" {
		owner, err := s.read(c).Publisher(p.OwnerID)
		if err != nil {
			return views.Form{}, err
		}
		in.Owner = choice(owner.Name, owner.ID)
	}
	return s.publisherFormOf(c, in, "/desk/publishers/"+string(id), "Edit the publisher")
}

func (s *Server) publisherFormOf(c *gin.Context, in desk.PublisherInput, action, heading string) (views.Form, error) {
	publishers, err := s.publisherChoices(c)
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Action: action, Submit: "Save", Cancel: views.Link{Text: "Cancel", URL: "/desk/publishers"},
		Hidden: []views.Hidden{version(in.Version)},
		Groups: []views.FieldGroup{group("",
			textField("name", "Name", in.Name), selectField("kind", "Kind", in.Kind, kb.PublisherKinds),
			hinted(optional(pickField("owner", "Owner", in.Owner, publishers)), "Publishers under one owner count as one origin."),
			optional(textField("country", "Country", in.Country)),
			large(hinted(optional(areaField("interest", "Interest", in.Interest, 2)), "What readers should know: whose it is, what it stands to gain.")),
			checkField("invented", "Invented, for a demonstration", in.Invented))},
	}, err
}

func publisherInput(v values) desk.PublisherInput {
	return desk.PublisherInput{Owner: v.text("owner"), Publisher: kb.Publisher{
		Name: v.text("name"), Kind: v.text("kind"), Country: v.text("country"), Interest: v.text("interest"),
		Invented: v.check("invented"), Version: v.version(),
	}}
}

func (s *Server) addPublisher(c *gin.Context, v values) (string, error) {
	_, err := s.desk.AddPublisher(c.Request.Context(), actorOf(c), publisherInput(v))
	return "/desk/publishers", err
}

func (s *Server) savePublisher(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := publisherInput(v)
	in.ID = id
	return "/desk/publishers", s.desk.UpdatePublisher(c.Request.Context(), actorOf(c), in)
}
