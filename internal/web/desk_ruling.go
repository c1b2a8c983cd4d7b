package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

func (s *Server) newEvidenceForm(c *gin.Context) (views.Form, error) {
	return s.evidenceFormOf(c, kb.Evidence{Stance: "supports"}, "", "new", "Add evidence")
}

func (s *Server) evidenceForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return views.Form{}, err
	}
	e, err := s.read(c).Evidence(sub, id)
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(e.SourceID)
	if err != nil {
		return views.Form{}, err
	}
	return s.evidenceFormOf(c, e, choice(source.Title, source.ID), string(sub), "Edit the evidence")
}

func (s *Server) evidenceFormOf(c *gin.Context, e kb.Evidence, source, rest, heading string) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	claim, err := s.savedClaim(c, id)
	if err != nil {
		return views.Form{}, err
	}
	fields, err := s.sourceAndExcerptFields(c, source, e.ExcerptID)
	if err != nil {
		return views.Form{}, err
	}
	parts, err := s.read(c).Parts(id)
	if err != nil {
		return views.Form{}, err
	}
	choices := []kb.Option{{Value: "", Label: "the whole claim"}}
	for _, p := range parts {
		choices = append(choices, kb.Option{Value: string(p.ID), Label: p.Text})
	}
	fields = append(fields, selectField("stance", "Toward the claim, it", e.Stance, kb.Stances))
	if len(parts) > 0 {
		fields = append(fields, selectField("part", "It bears on", string(e.PartID), choices))
	}
	fields = append(fields,
		optional(areaField("comment", "Comment", e.Comment, 2)),
		checkField("primary", "A primary source for this claim", e.PrimaryHere),
		checkField("own_reporting", "Reports of its own, besides what it has from others", e.OwnReporting))
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Lead: claim.Text, Action: deskClaim(id, "evidence", rest), Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)}, Draft: "evidence-" + string(id) + "-" + rest,
		Hidden: []views.Hidden{version(e.Version)}, Groups: []views.FieldGroup{group("", fields...)},
	}, nil
}

func evidenceInput(v values) desk.EvidenceInput {
	return desk.EvidenceInput{Source: v.text("source"), Evidence: kb.Evidence{
		ExcerptID: v.id("excerpt"), PartID: v.id("part"), Stance: v.text("stance"), Comment: v.text("comment"),
		PrimaryHere: v.check("primary"), OwnReporting: v.check("own_reporting"), Version: v.version(),
	}}
}

func (s *Server) addEvidence(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := evidenceInput(v)
	in.ClaimID = id
	_, err = s.desk.AddEvidence(c.Request.Context(), actorOf(c), in)
	return deskClaim(id) + "#evidence", err
}

func (s *Server) saveEvidence(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := evidenceInput(v)
	in.ClaimID = id
	if in.ID, err = idParam(c, "sub"); err != nil {
		return "", err
	}
	return deskClaim(id) + "#evidence", s.desk.UpdateEvidence(c.Request.Context(), actorOf(c), in)
}

func (s *Server) removeEvidence(c *gin.Context) error {
	return s.onClaim(c, "evidence", func(claim, sub kb.ID) error {
		return s.desk.RemoveEvidence(c.Request.Context(), actorOf(c), claim, sub)
	})
}

func (s *Server) assessmentForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	claim, err := s.read(c).Claim(id)
	if err != nil {
		return views.Form{}, err
	}
	sources, err := s.sourceChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	source := c.Query("source") + c.Request.PostFormValue("source")
	finding := kb.IndependenceAssessment{Finding: "undetermined"}
	if named, known := desk.ReferredID(source); known {
		if finding, err = s.read(c).Assessment(named, id); kb.KindOf(err) == kb.NotFound {
			finding, err = kb.IndependenceAssessment{Finding: "undetermined"}, nil
		}
	}
	return views.Form{
		Hidden: []views.Hidden{version(finding.Version)},
		Page:   s.deskPage(c, "Assess independence"), Heading: "How did the source come to know it?", Lead: claim.Text, Submit: "Save",
		Action: deskClaim(id, "assessments", "new"), Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
		Groups: []views.FieldGroup{group("",
			large(pickField("source", "Source", source, sources)),
			large(selectField("finding", "Finding", finding.Finding, kb.Findings)),
			areaField("note", "What the finding rests on", finding.Note, 3))},
	}, err
}

func (s *Server) assess(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	err = s.desk.Assess(c.Request.Context(), actorOf(c), desk.AssessmentInput{Source: v.text("source"), IndependenceAssessment: kb.IndependenceAssessment{
		ClaimID: id, Finding: v.text("finding"), Note: v.text("note"), Version: v.version(),
	}})
	return deskClaim(id) + "#evidence", err
}

func (s *Server) rulingForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return views.Form{}, err
	}
	draft := kb.RulingDraft{Outcome: "rated"}
	if d.Draft != nil {
		draft = *d.Draft
	}
	ratings, err := s.ratingChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	evidence := []kb.Option{{Value: "", Label: "none"}}
	var cites []views.Link
	for i, e := range d.Evidence {
		words := d.Sources[e.SourceID].Title
		if x, ok := d.Excerpts[e.ExcerptID]; ok {
			words = "“" + clippedTo(x.Segments.Text(), 90) + "” " + words
		}
		evidence = append(evidence, kb.Option{Value: string(e.ID), Label: strconv.Itoa(i+1) + ": " + clippedTo(words, 80)})
		cites = append(cites, views.Link{Text: words, URL: kb.Citation(e.ID)})
	}
	f := views.Form{
		Page: s.deskPage(c, "Ruling"), Heading: "Ruling", Lead: d.Claim.Text, Action: deskClaim(id, "ruling"), Submit: "Save the draft",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)}, Draft: "ruling-" + string(id),
		Hidden: []views.Hidden{version(draft.Version)}, Cites: cites, Groups: rulingFields(draft, ratings, evidence),
	}
	if d.Claim.Kind == kb.MediaClaim {
		f.Groups = append(f.Groups, group("", mediaField(draft.Media)))
	}
	if d.Revision > 0 {
		f.Groups = append([]views.FieldGroup{correctionFields(draft)}, f.Groups...)
	}
	return f, nil
}

func rulingFields(d kb.RulingDraft, ratings, evidence []kb.Option) []views.FieldGroup {
	rating := ""
	if d.ScaleID != "" {
		rating = string(d.ScaleID) + "/" + d.RatingKey
	}
	overtaken := append(dateFields("overtaken_since", "Overtaken since", d.OvertakenSince),
		selectField("overtaken_evidence", "Shown by", string(d.OvertakenEvidenceID), evidence))
	return []views.FieldGroup{
		group("",
			selectField("outcome", "Outcome", d.Outcome, kb.Outcomes),
			selectField("rating", "Rating", rating, ratings),
			optional(areaField("outcome_reason", "Why there is no rating", d.OutcomeReason, 2)),
			large(limitedTo(areaField("summary", "Summary", d.Summary, 3), kb.MaxSummary)),
			large(hinted(areaField("reasoning", "Reasoning", d.Reasoning, 14), "Markdown. Each paragraph cites evidence, as [@e…] beside the form."))),
		group("", dayField("as_of", "Rated on what was known on", d.AsOf)),
		folded("True when said, overtaken since", "", overtaken...),
		folded("What next", "",
			optional(areaField("would_change", "What would change this ruling", d.WouldChange, 2)),
			dayField("recheck_by", "Look at it again by", d.RecheckBy)),
		group("", checkField("demonstration", "Mark as a demonstration", d.Demonstration)),
	}
}

// mediaField asks what the picture, sound or film of a media claim is.
func mediaField(chosen []string) views.Field {
	return checksField("media", "What the image, sound or film is", kb.MediaCategories, chosen)
}

func correctionFields(d kb.RulingDraft) views.FieldGroup {
	causes := append([]kb.Option{{Value: "", Label: "choose the cause"}}, kb.Causes...)
	classes := append([]kb.Option{{Value: "", Label: "the least that the change allows"}}, kb.Classes[:5]...)
	return views.FieldGroup{
		Heading: "What changes, and why", Hint: "This revises what is published. The class is computed from the change; it can be raised, never lowered.",
		Fields: []views.Field{
			selectField("cause", "Cause", d.Cause, causes), selectField("class", "Class", d.Class, classes),
			large(areaField("public_note", "Note for readers", d.PublicNote, 2)),
		},
	}
}

func (s *Server) ratingChoices(c *gin.Context) ([]kb.Option, error) {
	scales, err := s.read(c).Scales()
	if err != nil {
		return nil, err
	}
	newest := map[string]bool{}
	var ids []kb.ID
	for _, scale := range scales { // the newest version of each comes first
		if !newest[scale.Key] {
			newest[scale.Key] = true
			ids = append(ids, scale.ID)
		}
	}
	ratings, err := s.read(c).Ratings(ids)
	if err != nil {
		return nil, err
	}
	choices := []kb.Option{{Value: "", Label: "none yet"}}
	for _, r := range ratings {
		choices = append(choices, kb.Option{Value: string(r.ScaleID) + "/" + r.Key, Label: r.Texts.In("en").Label})
	}
	return choices, nil
}

func (s *Server) saveRuling(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	scale, rating, _ := strings.Cut(v.text("rating"), "/")
	return deskClaim(id) + "#ruling", s.desk.SaveDraft(c.Request.Context(), actorOf(c), kb.RulingDraft{
		ClaimID: id, Outcome: v.text("outcome"), OutcomeReason: v.text("outcome_reason"), ScaleID: kb.ID(scale), RatingKey: rating,
		Summary: v.text("summary"), Reasoning: v.text("reasoning"), AsOf: v.date("as_of"), OvertakenSince: v.date("overtaken_since"),
		OvertakenEvidenceID: v.id("overtaken_evidence"), RecheckBy: v.date("recheck_by"), WouldChange: v.text("would_change"),
		Cause: v.text("cause"), Class: v.text("class"), PublicNote: v.text("public_note"), Media: v.form["media"], Demonstration: v.check("demonstration"), Version: v.version(),
	})
}

func (s *Server) replyForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	r, rest := kb.ReplyRequest{Outcome: "awaited"}, "new"
	if c.Param("sub") != "" {
		sub, err := idParam(c, "sub")
		if err != nil {
			return views.Form{}, err
		}
		if r, err = s.read(c).ReplyRequest(sub, id); err != nil {
			return views.Form{}, err
		}
		rest = string(sub)
	} else if _, err := s.read(c).Claim(id); err != nil {
		return views.Form{}, err
	}
	fields := []views.Field{
		textField("asked_of", "Asked of", r.AskedOf), optional(textField("channel", "By", r.Channel)),
		selectField("outcome", "Outcome", r.Outcome, kb.ReplyOutcomes),
		large(optional(hinted(areaField("text", "Reply, or why nobody was asked", r.Text, 4), "Readers see it."))),
	}
	fields = append(fields, dayField("asked_on", "Asked on", r.AskedOn), dayField("deadline", "Deadline", r.Deadline))
	return views.Form{
		Page: s.deskPage(c, "Right of reply"), Heading: "Right of reply", Action: deskClaim(id, "replies", rest), Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)}, Hidden: []views.Hidden{version(r.Version)},
		Groups: []views.FieldGroup{group("", fields...)},
	}, nil
}

func (s *Server) saveReply(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := kb.ReplyRequest{
		ClaimID: id, AskedOf: v.text("asked_of"), Channel: v.text("channel"), Outcome: v.text("outcome"), Text: v.text("text"),
		AskedOn: v.date("asked_on"), Deadline: v.date("deadline"), Version: v.version(),
	}
	if c.Param("sub") != "" {
		if in.ID, err = idParam(c, "sub"); err != nil {
			return "", err
		}
	}
	return deskClaim(id) + "#replies", s.desk.SaveReply(c.Request.Context(), actorOf(c), in)
}

func (s *Server) exceptionForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	for _, g := range kb.Gates {
		if g.Key == c.Param("sub") && !g.Fixed {
			old, err := s.read(c).Exception(id, g.Key)
			if err != nil && kb.KindOf(err) != kb.NotFound {
				return views.Form{}, err
			}
			return views.Form{
				Hidden: []views.Hidden{version(old.Version)},
				Page:   s.deskPage(c, "State an exception"), Heading: "State an exception", Lead: g.Label + ".", Submit: "State it",
				Action: deskClaim(id, "exceptions", g.Key), Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
				Groups: []views.FieldGroup{group("", large(hinted(areaField("reason", "Why this ruling may stand all the same", old.Reason, 3), "It is published beside the ruling.")))},
			}, nil
		}
	}
	return views.Form{}, kb.Errorf(kb.NotFound, "There is no rule of this name from which there can be an exception.")
}

func (s *Server) stateException(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	return deskClaim(id) + "#rules", s.desk.StateException(c.Request.Context(), actorOf(c), kb.GateException{ClaimID: id, Gate: c.Param("sub"), Reason: v.text("reason"), Version: v.version()})
}

func (s *Server) withdrawException(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := s.desk.WithdrawException(c.Request.Context(), actorOf(c), id, c.Param("sub")); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskClaim(id)+"#rules")
	return nil
}
