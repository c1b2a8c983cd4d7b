package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// claimStep makes the form of a step that a claim is taken through.
func (s *Server) claimStep(c *gin.Context, verb, heading, lead, submit string, groups func(store.Dossier) []views.FieldGroup) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return views.Form{}, err
	}
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Lead: lead, Action: deskClaim(id, verb), Submit: submit, Narrow: true,
		Cancel: views.Link{Text: "Back to the claim", URL: deskClaim(id)},
		Aside:  []views.Fact{{Label: "Claim", Value: d.Claim.Text, URL: deskClaim(id)}, {Label: "State", Value: d.Claim.State.Label()}},
		Groups: groups(d),
	}, nil
}

// comingForm is how people read a moment to come.
const comingForm = "2 January 2006, 15:04 UTC"

// minuteForm is how browsers write a moment; it is taken as UTC.
const minuteForm = "2006-01-02T15:04"

func (s *Server) scheduleForm(c *gin.Context) (views.Form, error) {
	return s.claimStep(c, "schedule", "Schedule the publication",
		"What is approved is published then, with the house rules judged again. An edit takes it back to research; a rule that is not met by then leaves it approved and opens a task.",
		"Schedule", func(d store.Dossier) []views.FieldGroup {
			at := ""
			if d.Schedule != nil {
				at = d.Schedule.At.UTC().Format(minuteForm)
			}
			return []views.FieldGroup{group("", hinted(views.Field{Name: "at", Label: "When (UTC)", Kind: "datetime-local", Value: at}, "Now it is "+s.db.Now().Format("2006-01-02 15:04")+" UTC"))}
		})
}

func (s *Server) schedule(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	at, err := parseMinute(v.text("at"))
	if err != nil {
		return "", kb.InvalidField("at", "Give day and time such as 2026-11-20T09:00, in UTC.")
	}
	return deskClaim(id), s.desk.Schedule(c.Request.Context(), actorOf(c), id, at)
}

func parseMinute(s string) (time.Time, error) {
	s = strings.TrimSuffix(strings.Replace(strings.TrimSpace(s), " ", "T", 1), "Z")
	if at, err := time.Parse(minuteForm, s); err == nil {
		return at, nil
	}
	return time.Parse("2006-01-02T15:04:05", s)
}

func (s *Server) expediteForm(c *gin.Context) (views.Form, error) {
	f, err := s.claimStep(c, "expedite", "Publish without a second person",
		"For emergencies only. Exactly the content under review is published although nobody but its authors approved it. The type and your reason stand beside the ruling for ever, and in the log.",
		"Publish now, unreviewed", func(d store.Dossier) []views.FieldGroup {
			fields := []views.Field{selectField("kind", "Which emergency", "", kb.Emergencies), large(areaField("reason", "Why it cannot wait; readers see it", "", 3))}
			if d.Policy.SoleEditor != "" {
				alone := []kb.Option{{Value: kb.SoleEditor, Label: kb.EmergencyLabel(kb.SoleEditor)}}
				fields[0] = selectField("kind", "On what ground", kb.SoleEditor, append(alone, kb.Emergencies...))
				fields[1] = optional(fields[1])
			}
			return []views.FieldGroup{group("", fields...)}
		})
	if err != nil {
		return f, err
	}
	id, err := idParam(c, "id")
	if err != nil {
		return f, err
	}
	candidate, err := s.read(c).OpenCandidate(id)
	if kb.KindOf(err) == kb.NotFound {
		return f, kb.Errorf(kb.Conflict, "Nothing of this claim is under review.")
	}
	f.Hidden = []views.Hidden{{Name: "hash", Value: candidate.ContentHash}}
	return f, err
}

func (s *Server) expedite(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	ctx := c.Request.Context()
	publish := func() error {
		p, err := s.desk.Expedite(ctx, actorOf(c), id, v.text("hash"), kb.Emergency{Kind: v.text("kind"), Reason: v.text("reason")})
		if err == nil {
			s.seen(c, p.Index)
		}
		return err
	}
	if v.text("kind") == kb.SoleEditor {
		publish = func() error {
			p, err := s.desk.PublishAlone(ctx, actorOf(c), id, v.text("hash"))
			if err == nil {
				s.seen(c, p.Index)
			}
			return err
		}
	}
	return deskClaim(id), publish()
}

func withdrawalFields() []views.Field {
	return []views.Field{
		selectField("cause", "Cause", "", append([]kb.Option{{Value: "", Label: "choose …"}}, kb.Causes...)),
		large(areaField("note", "Why; readers see it in place of the ruling", "", 4)),
	}
}

func (s *Server) retractForm(c *gin.Context) (views.Form, error) {
	return s.claimStep(c, "retract", "Retract the ruling",
		"The ruling is withdrawn: its page says so and why, lists, cards and feeds follow, every revision stays readable. A second person has to approve it first.",
		"Submit the retraction for review", func(store.Dossier) []views.FieldGroup { return []views.FieldGroup{group("", withdrawalFields()...)} })
}

func (s *Server) retract(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	_, err = s.desk.Retract(c.Request.Context(), actorOf(c), kb.Withdrawal{ClaimID: id, Cause: v.text("cause"), Note: v.text("note")})
	return deskClaim(id, "review"), err
}

func (s *Server) absorbForm(c *gin.Context) (views.Form, error) {
	return s.claimStep(c, "absorb", "Merge into another published claim",
		"From its publication on this claim's address leads to the other. Both keep their ids and revisions. A second person has to approve it first.",
		"Submit the merger for review", func(store.Dossier) []views.FieldGroup {
			return []views.FieldGroup{group("", append([]views.Field{large(textField("into", "Id or address of the other claim", ""))}, withdrawalFields()...)...)}
		})
}

func (s *Server) absorb(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	_, err = s.desk.Absorb(c.Request.Context(), actorOf(c), kb.Withdrawal{ClaimID: id, Into: v.text("into"), Cause: v.text("cause"), Note: v.text("note")})
	return deskClaim(id, "review"), err
}

func (s *Server) bannerForm(c *gin.Context) (views.Form, error) {
	up := s.carriesBanner(c)
	heading, submit, lead := "Put it under review in public", "Show the sign", "Readers see on the claim's page and in lists that you look into the ruling again. The ruling stays in force. The sign itself is logged."
	if up {
		heading, submit, lead = "Take the sign “under review” away", "Take the sign away", "Say how the review ended; readers see it in the log."
	}
	f, err := s.claimStep(c, "banner", heading, lead, submit, func(store.Dossier) []views.FieldGroup {
		return []views.FieldGroup{group("", large(areaField("reason", "Why; readers see it", "", 3)))}
	})
	if up {
		f.Hidden = []views.Hidden{{Name: "down", Value: "yes"}}
	}
	return f, err
}

func (s *Server) carriesBanner(c *gin.Context) bool {
	id, err := idParam(c, "id")
	if err != nil {
		return false
	}
	_, up := s.follower.Banner(string(id))
	return up
}

func (s *Server) setBanner(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	ctx := c.Request.Context()
	index, err := s.desk.SetBanner(ctx, actorOf(c), kb.BannerInput{ClaimID: id, Up: !v.check("down"), Reason: v.text("reason")})
	if err == nil {
		s.seen(c, index)
	}
	return deskClaim(id), err
}

func (s *Server) redactForm(c *gin.Context) (views.Form, error) {
	return s.claimStep(c, "redact", "Ask for a redaction",
		"The bodies of published documents are taken away for a reason in law; their entries stay in the log, and the address answers 410. It cannot be undone. What the desk keeps as a draft stays and is yours to change. A second person has to confirm it.",
		"Ask a second person", func(d store.Dossier) []views.FieldGroup {
			sources := views.Field{Name: "sources", Label: "Copies of sources that go too, text and bytes", Kind: "checks", Optional: true}
			for id, capture := range d.Captures {
				sources.Options = append(sources.Options, views.Option{Value: string(capture.SourceID), Label: d.Sources[id].Title})
			}
			slices.SortFunc(sources.Options, func(a, b views.Option) int { return cmp.Compare(a.Label+a.Value, b.Label+b.Value) })
			fields := []views.Field{
				selectField("basis", "Ground in law", "", append([]kb.Option{{Value: "", Label: "choose …"}}, kb.LegalBases...)),
				large(areaField("reason", "Reason, without repeating what is to go; readers see it", "", 3)),
				optional(hinted(textField("revisions", "Revisions", ""), "Numbers separated by spaces; all when left open")),
			}
			if len(sources.Options) > 0 {
				fields = append(fields, sources)
			}
			return []views.FieldGroup{group("", fields...)}
		})
}

func (s *Server) askRedaction(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	_, err = s.desk.AskRedaction(c.Request.Context(), actorOf(c), kb.RedactionRequest{
		ClaimID: id, Revisions: v.text("revisions"), Sources: strings.Join(v.form["sources"], " "), Basis: v.text("basis"), Reason: v.text("reason"),
	})
	return "/desk/redactions", err
}
