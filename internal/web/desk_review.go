package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// preview shows the page as readers would see it, were it published now.
func (s *Server) preview(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return err
	}
	content := desk.Compose(d, s.baseURL, "")
	v, err := previewOf(content, desk.Gates(d, content, d.Revision+1), d)
	if err != nil {
		return err
	}
	v.Page = s.deskPage(c, "Preview")
	v.Banner = "A preview: nobody but the desk sees this."
	v.BannerLink = views.Link{Text: "Back to the claim", URL: deskClaim(id)}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.ClaimPage(v))
}

func previewOf(content record.Content, results []kb.GateResult, d store.Dossier) (views.Claim, error) {
	report := record.GateReport{}
	for _, r := range results {
		report.Results = append(report.Results, record.GateResult(r))
	}
	v, err := claimBase(contentView{Content: content, onDesk: true}, report, renderReasoning)
	var list []string
	for _, p := range d.Contributors {
		list = append(list, p.Name)
	}
	v.Ruling.By, v.Ruling.First = "By "+strings.Join(list, ", "), true
	v.Ruling.Published = views.Time{Words: "not yet"}
	if c := content.Correction; c != nil {
		v.Correction = &views.Correction{
			Label: changeLabel(c.Class, content.MergedInto), Note: c.Note, Date: views.Time{Words: "when it is published"},
			Prominent: prominent[c.Class] || c.Class == "retraction", Overtaken: c.Class == "update",
		}
	}
	for _, r := range content.Relations {
		v.Family = append(v.Family, views.Relative{
			Claim: views.Link{Text: d.Related[kb.ID(r.Claim)].Text, URL: deskClaim(kb.ID(r.Claim))}, Relation: "this " + kb.RelationWords(r.Type, r.Inverse), Rationale: r.Rationale,
		})
	}
	return v, err
}

// review shows the candidate, what changes by it, and the two decisions.
func (s *Server) review(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	d, err := s.read(c).Dossier(id)
	if err != nil {
		return err
	}
	if d.Candidate == nil {
		return kb.Errorf(kb.Conflict, "Nothing of this claim is under review.")
	}
	body, err := s.read(c).Body(d.Candidate.ContentHash)
	if err != nil {
		return err
	}
	content, err := record.ReadContent(body)
	if err != nil {
		return err
	}
	page := views.Review{
		Page: s.deskPage(c, "Review"), Claim: text(content.Claim.Text, content.Claim.Language), CaseURL: deskClaim(id),
		Hash: d.Candidate.ContentHash, By: d.People[d.Candidate.SubmittedBy].Name, At: moment(d.Candidate.SubmittedAt),
		First: d.Candidate.Number == 1, Own: mayDecide(actorOf(c), d),
		Approve: decisionForm(id, "approve", "Approve this content", "note", "Note, if any", d.Candidate.ContentHash),
		Return:  decisionForm(id, "return", "Return it", "reason", "What should be changed", d.Candidate.ContentHash),
	}
	if page.Content, err = previewOf(content, desk.Gates(d, content, d.Candidate.Number), d); err != nil {
		return err
	}
	if x := content.Correction; x != nil {
		page.Class, page.Note = "It will be published as: "+changeLabel(x.Class, content.MergedInto)+". Cause: "+kb.Label(kb.Causes, x.Cause)+".", x.Note
	}
	if !page.First {
		if page.Changes, err = s.changes(c, id, content); err != nil {
			return err
		}
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.ReviewPage(page))
}

func mayDecide(actor kb.Actor, d store.Dossier) string {
	if d.Claim.State != kb.InReview {
		return "It is " + d.Claim.State.Label() + " already."
	}
	if err := desk.Authorise(actor, desk.StepAction(kb.Approve)); err != nil {
		return readable(err).Message
	}
	for _, p := range d.Contributors {
		if p.ID == actor.Person {
			return "You worked on this claim yourself; somebody else must approve it."
		}
	}
	return ""
}

func decisionForm(id kb.ID, verb, label, field, words, hash string) views.Form {
	return views.Form{
		Action: deskClaim(id, verb), Submit: label, Hidden: []views.Hidden{{Name: "hash", Value: hash}},
		Groups: []views.FieldGroup{group("", large(areaField(field, words, "", 2)))},
	}
}

func (s *Server) approve(c *gin.Context) error {
	return s.act(c, func(id kb.ID, v values) error {
		return s.desk.Approve(c.Request.Context(), actorOf(c), id, v.text("hash"), v.text("note"))
	})
}

func (s *Server) returnClaim(c *gin.Context) error {
	return s.act(c, func(id kb.ID, v values) error {
		return s.desk.Return(c.Request.Context(), actorOf(c), id, v.text("hash"), v.text("reason"))
	})
}
