package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// caseFile is the desk's page of a claim: everything about it as sections, and
// beside them how it stands to the house rules.
func (s *Server) caseFile(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return err
	}
	content := desk.Compose(d, s.baseURL, "")
	results := desk.Gates(d, content, d.Revision+1)
	switch {
	case d.Claim.State == kb.Published:
		results = desk.Gates(d, content, 1) // nothing is being changed
	case d.Revision > 0 && d.Draft != nil:
		content.Correction = &record.Correction{Cause: d.Draft.Cause, Note: d.Draft.PublicNote}
		results = desk.Gates(d, content, d.Revision+1)
	}
	page := views.Case{
		Page: s.deskPage(c, clippedTo(d.Claim.Text, 60)), ID: string(id), Text: text(d.Claim.Text, d.Claim.Language),
		State: d.Claim.State.Label(), Tone: stateTones[d.Claim.State], StateReason: d.Claim.StateReason,
		Assignee: d.People[d.Claim.AssigneeID].Name, Preview: deskClaim(id, "preview"), Steps: stepForms(actorOf(c), d),
		Strength: strengthView(contentView{Content: content}), Note: d.Claim.Note, Approvals: approvalLines(d),
	}
	page.Gates, page.GatesCount = s.deskGates(c, d, results)
	if _, err := kb.Next(d.Claim.State, kb.Edit); err == nil && desk.May(actorOf(c), desk.EditClaim) {
		page.Warning = "Any change takes it back to research, and what was submitted or approved falls."
	}
	if d.Schedule != nil {
		page.StateReason = "To be published on " + d.Schedule.At.UTC().Format(comingForm) + "."
	}
	if d.Claim.MergedIntoID != "" {
		page.Public, page.PublicLabel = deskClaim(d.Claim.MergedIntoID), "The claim that it was merged into"
	}
	may := desk.May(actorOf(c), desk.EditClaim) && d.Claim.State.Editable()
	page.Sections = []views.CaseSection{
		claimSection(d, may), appearanceSection(d, may), evidenceSection(d, may), relationSection(d, may), rulingSection(d, may), replySection(d, may),
	}
	elsewhere, err := s.importedSection(c, id)
	if err != nil {
		return err
	}
	page.Sections = append(page.Sections, elsewhere...)
	if d.Revision > 0 {
		page.Public, page.PublicLabel = claimURL(string(id), d.Claim.Text), "Revision "+strconv.Itoa(d.Revision)+" is live"
	}
	if page.Flags, err = s.publicFlags(c, d); err != nil {
		return err
	}
	if d.Revision == 0 {
		if page.Matches.List, err = s.matchesOf(c, d.Claim.Text, id); err != nil { // the page is worth more than its matches
			s.log.WarnContext(c.Request.Context(), "matches were left out", "claim", id, "error", err)
		}
		page.Matches.Text, page.Matches.Judge = d.Claim.Text, s.judge(c)
	}
	if d.Candidate != nil {
		page.Review = deskClaim(id, "review")
	}
	if desk.May(actorOf(c), desk.AssignOthers) {
		if page.Assign, err = s.assignForm(c, d); err != nil {
			return err
		}
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.CasePage(page))
}

// publicFlags says what readers see of a claim beside its ruling, and what they
// object to.
func (s *Server) publicFlags(c *gin.Context, d store.Dossier) ([]views.Link, error) {
	if d.Revision == 0 {
		return nil, nil
	}
	var flags []views.Link
	if _, up := s.follower.Banner(string(d.Claim.ID)); up {
		flags = append(flags, views.Link{Text: "Readers see it as under review", URL: deskClaim(d.Claim.ID, "banner")})
	}
	disputed, err := s.read(c).Disputed(d.Claim.ID)
	if disputed {
		flags = append(flags, views.Link{Text: "A reader disputes the ruling", URL: "/desk/disputes"})
	}
	revisions, revErr := s.db.Public().Revisions(c.Request.Context(), d.Claim.ID)
	if revErr == nil && revisions[0].Redacted {
		flags = append(flags, views.Link{Text: "The newest revision is redacted", URL: "/claims/" + string(d.Claim.ID) + "/revisions"})
	}
	if revErr == nil && revisions[0].Outcome == kb.Retracted {
		flags = append(flags, views.Link{Text: "The ruling is retracted", URL: "/claims/" + string(d.Claim.ID)})
	}
	return flags, errors.Join(err, revErr)
}

func (s *Server) deskGates(c *gin.Context, d store.Dossier, results []kb.GateResult) ([]views.Gate, string) {
	report := make([]record.GateResult, len(results))
	for i, r := range results {
		report[i] = record.GateResult(r)
	}
	gates := gateViews(report)
	if desk.May(actorOf(c), desk.StateException) && d.Claim.State.Editable() {
		for _, g := range kb.Gates {
			i := slices.IndexFunc(results, func(r kb.GateResult) bool { return r.Key == g.Key && r.Outcome == kb.Failed })
			if i >= 0 && d.Policy.Mode(g) == kb.Exceptive {
				gates[i].Except = deskClaim(d.Claim.ID, "exceptions", g.Key)
			}
		}
	}
	open := len(kb.FailedGates(results))
	return gates, strconv.Itoa(len(results)-open) + " of " + strconv.Itoa(len(results))
}

// stepLabels are the words on the buttons of the workflow.
var stepLabels = map[kb.Step]string{
	kb.Accept: "Accept", kb.Decline: "Decline", kb.Reopen: "Reopen", kb.Assign: "Take it", kb.Submit: "Submit for review",
	kb.Withdraw: "Withdraw", kb.Publish: "Publish", kb.Revise: "Start a revision", kb.Park: "Park", kb.Merge: "Mark as duplicate",
	kb.Schedule: "Schedule …", kb.Cancel: "Cancel: back to research", kb.Expedite: "Publish without a second person …", kb.GiveUp: "Give up this revision",
	kb.Retract: "Retract …", kb.Absorb: "Merge into another …",
}

// ownForm are the steps that have a form of their own.
var ownForm = map[kb.Step]bool{kb.Schedule: true, kb.Expedite: true, kb.Retract: true, kb.Absorb: true}

// stepForms offers the steps that can be taken now by this person. Returning
// and approving belong to the review page.
func stepForms(actor kb.Actor, d store.Dossier) []views.StepForm {
	var forms []views.StepForm
	for _, e := range kb.Edges {
		label := stepLabels[e.Step]
		if !slices.Contains(e.From, d.Claim.State) { // the same step from another state
			continue
		}
		if _, err := kb.Next(d.Claim.State, e.Step); err != nil || label == "" || !desk.May(actor, desk.StepAction(e.Step)) {
			continue
		}
		if (e.Step == kb.Merge && d.Revision > 0) || (e.Step == kb.GiveUp && d.Revision == 0) {
			continue
		}
		if ownForm[e.Step] {
			forms = append(forms, views.StepForm{Label: label, URL: deskClaim(d.Claim.ID, string(e.Step)), Link: true})
			continue
		}
		f := views.StepForm{Label: label, URL: deskClaim(d.Claim.ID, "steps", string(e.Step))}
		f.Primary = e.Step == kb.Submit || e.Step == kb.Publish || e.Step == kb.Accept || e.Step == kb.Assign
		if e.NeedsReason {
			f.Reason, f.Folded = "Why", true
			if e.Step == kb.GiveUp {
				f.Reason = "Why; what was changed stays in the draft"
			}
		}
		if e.Step == kb.Merge {
			f.Into = "Id or address of the other claim"
		}
		forms = append(forms, f)
	}
	return append(forms, publicSteps(actor, d)...)
}

// publicSteps are what can be done about what readers see, whatever the state of
// the work.
func publicSteps(actor kb.Actor, d store.Dossier) []views.StepForm {
	var forms []views.StepForm
	if d.Revision > 0 && desk.May(actor, desk.SetBanner) {
		forms = append(forms, views.StepForm{Label: "Under review in public …", URL: deskClaim(d.Claim.ID, "banner"), Link: true})
	}
	if d.Revision > 0 && desk.May(actor, desk.AskRedaction) {
		forms = append(forms, views.StepForm{Label: "Redact …", URL: deskClaim(d.Claim.ID, "redact"), Link: true})
	}
	return forms
}

func approvalLines(d store.Dossier) []string {
	var lines []string
	for _, a := range d.Approvals {
		line := d.People[a.PersonID].Name + " " + a.Decision + " it on " + moment(a.At).Words
		if a.Note != "" {
			line += ": " + a.Note
		}
		lines = append(lines, line)
	}
	return lines
}

func links(may bool, list ...views.Link) []views.Link {
	if !may {
		return nil
	}
	return list
}

func address(may bool, url string) string {
	if !may {
		return ""
	}
	return url
}

func claimSection(d store.Dossier, may bool) views.CaseSection {
	c := d.Claim
	item := views.CaseItem{Title: views.Link{Text: kb.Label(kb.ClaimKinds, c.Kind) + " · " + kb.Label(kb.Checkabilities, c.Checkability) + " · " + c.Language}}
	if c.CheckabilityReason != "" {
		item.Meta = c.CheckabilityReason
	}
	for _, t := range d.Topics {
		item.Chips = append(item.Chips, views.Chip{Text: t.Name})
	}
	for _, p := range d.Parts {
		item.Items = append(item.Items, views.CaseItem{Title: views.Link{Text: strconv.Itoa(p.Ordinal) + ". " + p.Text}})
	}
	return views.CaseSection{
		ID: "claim", Heading: "Claim", Add: links(may, views.Link{Text: "Edit", URL: deskClaim(c.ID, "edit")}), Items: []views.CaseItem{item},
	}
}

func appearanceSection(d store.Dossier, may bool) views.CaseSection {
	id := d.Claim.ID
	section := views.CaseSection{
		ID: "appearances", Heading: "Where it was said", Empty: "No appearance is recorded yet: who said it, where and when?",
		Add: links(may, views.Link{Text: "Add an appearance", URL: deskClaim(id, "appearances", "new")}),
	}
	for _, a := range d.Appearances {
		at := deskClaim(id, "appearances", string(a.ID))
		title := a.SpeakerName
		if a.SpeakerRole != "" {
			title += ", " + a.SpeakerRole
		}
		item := views.CaseItem{
			Anchor: "a" + string(a.ID), Title: views.Link{Text: title}, Remove: address(may, at+"/remove"),
			Meta: strings.Trim(a.Place+" · "+a.SaidOn.String()+dateAside(a.SaidOn)+" · "+kb.Label(kb.Directness, a.Directness), " ·"),
			Links: links(may, views.Link{Text: "Edit", URL: at},
				views.Link{Text: "Add a record of it", URL: at + "/attestations/new"}),
		}
		if a.Words != "" {
			item.Quote = textPointer(a.Words, a.Language)
		}
		if a.Earliest {
			item.Chips = []views.Chip{{Text: "earliest known"}}
		}
		for _, at := range d.Attestations {
			if at.AppearanceID == a.ID {
				item.Items = append(item.Items, sourceItem(d, may, itemRef{
					id: at.ID, source: at.SourceID, excerpt: at.ExcerptID, note: at.Note, prefix: "Recorded in: ",
					remove: deskClaim(id, "attestations", string(at.ID), "remove"),
				}))
			}
		}
		section.Items = append(section.Items, item)
	}
	return section
}

// itemRef is an attestation or evidence as far as the case shows them alike.
type itemRef struct {
	id, source, excerpt kb.ID
	note, prefix        string
	remove, edit        string
	chips               []views.Chip
}

func sourceItem(d store.Dossier, may bool, ref itemRef) views.CaseItem {
	source := d.Sources[ref.source]
	item := views.CaseItem{
		Anchor: "i" + string(ref.id), Title: views.Link{Text: ref.prefix + source.Title, URL: deskSource(source.ID)},
		Meta: ref.note, Chips: ref.chips, Remove: address(may, ref.remove),
		Links: links(may, views.Link{Text: "Where it has this from", URL: deskClaim(d.Claim.ID, "derivations", "new") + "?item=" + string(ref.id)}),
	}
	if ref.edit != "" {
		item.Links = append(links(may, views.Link{Text: "Edit", URL: ref.edit}), item.Links...)
		item.Links = append(item.Links, links(may, views.Link{
			Text: "Assess its independence", URL: deskClaim(d.Claim.ID, "assessments", "new") + "?source=" + url.QueryEscape(choice(source.Title, source.ID)),
		})...)
	}
	if e, ok := d.Excerpts[ref.excerpt]; ok {
		item.Quote = textPointer(e.Segments.Text(), source.Language)
		item.Chips = append(item.Chips, deskExcerptChips(e, d.People)...)
		if check, ok := d.Checks[e.ID]; ok {
			item.Chips = append(item.Chips, checkChip(check.Outcome, moment(check.CheckedAt).Words))
		}
	}
	for _, a := range d.Assessments {
		if a.SourceID == ref.source {
			item.Chips = append(item.Chips, views.Chip{Text: "independence: " + kb.Label(kb.Findings, a.Finding) + " (" + d.People[a.PersonID].Name + ")"})
		}
	}
	for _, x := range d.Suggestions {
		if x.SourceID == ref.source || x.OtherID == ref.source {
			item.Chips = append(item.Chips, views.Chip{Text: "a suggestion waits", Tone: "mixed", URL: "/desk/suggestions/" + string(x.ID)})
		}
	}
	if capture, ok := d.Captures[ref.source]; ok {
		item.Links = append(item.Links, links(may, views.Link{
			Text: "Quote from the copy", URL: deskSource(ref.source, "snapshots", string(capture.ID)) + "?claim=" + url.QueryEscape(choice(clippedTo(d.Claim.Text, 80), d.Claim.ID)),
		})...)
	}
	for _, x := range d.Derivations {
		switch {
		case x.FromID != ref.source:
		case x.EvidenceID+x.AttestationID == ref.id:
			item.Items = append(item.Items, views.CaseItem{
				Title: views.Link{Text: kb.Label(kb.DerivationKinds, x.Kind) + " “" + clippedTo(d.Sources[x.ToID].Title, 80) + "”", URL: deskSource(x.ToID)},
				Meta:  x.Basis, Remove: address(may, deskSource(x.FromID, "derivations", string(x.ID), "remove")),
			})
		case x.EvidenceID+x.AttestationID == "":
			item.Chips = append(item.Chips, views.Chip{Text: kb.Label(kb.DerivationKinds, x.Kind) + " “" + clippedTo(d.Sources[x.ToID].Title, 50) + "”"})
		}
	}
	return item
}

func evidenceSection(d store.Dossier, may bool) views.CaseSection {
	id := d.Claim.ID
	section := views.CaseSection{
		ID: "evidence", Heading: "Evidence", Empty: "No evidence yet: what supports it, what refutes it?",
		Add: append([]views.Link{{Text: "Where it comes from", URL: deskClaim(id, "trail")}},
			links(may, views.Link{Text: "Add evidence", URL: deskClaim(id, "evidence", "new")}, views.Link{Text: "Add a source", URL: "/desk/sources/new"})...),
	}
	for i, e := range d.Evidence {
		chips := []views.Chip{{Text: kb.Label(kb.Stances, e.Stance), Tone: stanceTones[e.Stance]}}
		if e.PrimaryHere {
			chips = append(chips, views.Chip{Text: "primary here"})
		}
		section.Items = append(section.Items, sourceItem(d, may, itemRef{
			id: e.ID, source: e.SourceID, excerpt: e.ExcerptID, note: e.Comment, prefix: strconv.Itoa(i+1) + ". ", chips: chips,
			edit: deskClaim(id, "evidence", string(e.ID)), remove: deskClaim(id, "evidence", string(e.ID), "remove"),
		}))
	}
	return section
}

func relationSection(d store.Dossier, may bool) views.CaseSection {
	id := d.Claim.ID
	section := views.CaseSection{
		ID: "relations", Heading: "Family", Empty: "No related claim is recorded.",
		Add: links(may, views.Link{Text: "Relate a claim", URL: deskClaim(id, "relations", "new")}),
	}
	for _, r := range d.Relations {
		other := r.ToID
		if other == id {
			other = r.FromID
		}
		section.Items = append(section.Items, views.CaseItem{
			Title: views.Link{Text: "This claim " + kb.RelationWords(r.Type, r.ToID == id) + ": " + d.Related[other].Text, URL: deskClaim(other)},
			Meta:  r.Rationale, Remove: address(may, deskClaim(id, "relations", string(r.ID), "remove")),
		})
	}
	return section
}

func rulingSection(d store.Dossier, may bool) views.CaseSection {
	section := views.CaseSection{
		ID: "ruling", Heading: "Ruling", Empty: "No ruling is drafted yet.",
		Add: links(may, views.Link{Text: "Write the ruling", URL: deskClaim(d.Claim.ID, "ruling")}),
	}
	if d.Draft == nil {
		return section
	}
	label := kb.Label(kb.Outcomes, d.Draft.Outcome)
	for _, r := range d.Ratings {
		if r.Key == d.Draft.RatingKey {
			label = r.Texts.In("en").Label
		}
	}
	section.Items = []views.CaseItem{
		{Title: views.Link{Text: sentenceCase(label)}, Meta: d.Draft.Summary},
		{Title: views.Link{Text: "Reasoning"}, Meta: clippedTo(d.Draft.Reasoning, 600)},
	}
	return section
}

func replySection(d store.Dossier, may bool) views.CaseSection {
	section := views.CaseSection{
		ID: "replies", Heading: "Right of reply", Empty: "Nobody was asked yet.",
		Add: links(may, views.Link{Text: "Add", URL: deskClaim(d.Claim.ID, "replies", "new")}),
	}
	for _, r := range d.Replies {
		section.Items = append(section.Items, views.CaseItem{
			Title: views.Link{Text: r.AskedOf + ": " + kb.Label(kb.ReplyOutcomes, r.Outcome)}, Meta: r.Text,
			Links: links(may, views.Link{Text: "Edit", URL: deskClaim(d.Claim.ID, "replies", string(r.ID))}),
		})
	}
	return section
}

func (s *Server) assignForm(c *gin.Context, d store.Dossier) (*views.Form, error) {
	people, err := s.read(c).People()
	if err != nil {
		return nil, err
	}
	var choices []kb.Option
	for _, p := range people {
		choices = append(choices, kb.Option{Value: string(p.ID), Label: p.Name})
	}
	return &views.Form{
		Action: deskClaim(d.Claim.ID, "assign"), Submit: "Assign",
		Groups: []views.FieldGroup{group("", large(selectField("person", "To", string(d.Claim.AssigneeID), choices)))},
	}, nil
}

func (s *Server) assign(c *gin.Context) error {
	return s.act(c, func(id kb.ID, v values) error {
		return s.desk.AssignTo(c.Request.Context(), actorOf(c), id, v.id("person"))
	})
}

// act runs one action on a claim and goes back to its page.
func (s *Server) act(c *gin.Context, f func(kb.ID, values) error) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	if err = v.readable(); err == nil {
		err = f(id, v)
	}
	if e, ok := errors.AsType[*kb.Error](err); ok && (e.Kind == kb.Invalid || e.Kind == kb.Conflict) && v.typed() {
		return s.showTyping(c, v, e)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskClaim(id))
	return nil
}

// step takes a step of the workflow.
func (s *Server) step(c *gin.Context) error {
	return s.act(c, func(id kb.ID, v values) error {
		ctx, actor := c.Request.Context(), actorOf(c)
		switch step := kb.Step(c.Param("sub")); step {
		case kb.Submit:
			_, err := s.desk.Submit(ctx, actor, id)
			return err
		case kb.Publish:
			p, err := s.desk.Publish(ctx, actor, id)
			if err == nil {
				s.seen(c, p.Index)
			}
			return err
		case kb.Revise:
			return s.desk.Revise(ctx, actor, id)
		case kb.Merge:
			return s.desk.Merge(ctx, actor, id, v.text("into"), v.text("reason"))
		default:
			return s.desk.Step(ctx, actor, id, step, v.text("reason"))
		}
	})
}
