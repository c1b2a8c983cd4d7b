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

const intakeRows = 300

// tips is the desk's list of what readers suggest.
func (s *Server) tips(c *gin.Context) error {
	sheet := views.Sheet{Page: s.deskPage(c, "Tips"), Heading: "Tips from readers"}
	for _, part := range []struct {
		id, heading, empty string
		waiting            bool
	}{{"waiting", "Waiting", "Nobody sent anything.", true}, {"decided", "Decided", "None yet.", false}} {
		rows, err := s.read(c).Tips(part.waiting, intakeRows)
		if err != nil {
			return err
		}
		section := views.CaseSection{ID: part.id, Heading: part.heading, Empty: part.empty}
		for _, t := range rows {
			item := views.CaseItem{
				Title: views.Link{Text: clippedTo(textOrErased(t.Text, t.ErasedAt != nil), listed), URL: address(desk.May(actorOf(c), desk.DecideTip), "/desk/tips/"+string(t.ID))}, Meta: moment(t.CreatedAt).Words + " " + t.Where,
				Chips: []views.Chip{{Text: kb.Label(kb.TipStates, t.State)}},
			}
			if t.ErasedAt == nil && desk.May(actorOf(c), desk.EraseReader) {
				item.Action, item.Verb = "/desk/tips/"+string(t.ID)+"/erase", "Erase what the reader sent"
			}
			section.Items = append(section.Items, item)
		}
		sheet.Sections = append(sheet.Sections, section)
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

func textOrErased(text string, erased bool) string {
	if erased {
		return "(erased)"
	}
	return text
}

// listed is how much of a text a list shows, in characters.
const listed = 160

func (s *Server) tipSheet(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	t, err := s.read(c).Tip(id)
	if err != nil {
		return views.Form{}, err
	}
	f := views.Form{
		Page: s.deskPage(c, "Tip"), Heading: "Tip", Action: "/desk/tips/" + string(id), Submit: "Decide", Narrow: true, Hidden: []views.Hidden{version(t.Version)},
		Cancel: views.Link{Text: "To the tips", URL: "/desk/tips"},
		Aside: facts("Received", moment(t.CreatedAt).Words, "State", kb.Label(kb.TipStates, t.State), "The claim", textOrErased(t.Text, t.ErasedAt != nil), "Met at", t.Where,
			"Note", t.Note, "From", strings.TrimSpace(t.Name+" "+t.Email), "Answer", t.Answer),
		Groups: []views.FieldGroup{group("",
			selectField("state", "What becomes of it", "taken-up", kb.TipStates[1:3]),
			optional(hinted(textField("claim", "Id or address of the claim that was logged for it", ""), "Log it first: the link below opens the form with the reader's words")),
			optional(areaField("answer", "Answer; the reader sees it", "", 3)))},
		Links: []views.Link{{Text: "Log this claim", URL: "/desk/claims/new?" + query("text", t.Text)}},
	}
	f.Steps = s.eraseStep(c, "/desk/tips/"+string(id)+"/erase", t.ErasedAt != nil)
	return f, nil
}

// facts lists what there is to say, as pairs of label and value; what is empty
// is left out.
func facts(pairs ...string) []views.Fact {
	var list []views.Fact
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, views.Fact{Label: pairs[i], Value: pairs[i+1]})
		}
	}
	return list
}

func (s *Server) eraseStep(c *gin.Context, at string, erased bool) []views.StepForm {
	if erased || !desk.May(actorOf(c), desk.EraseReader) {
		return nil
	}
	return []views.StepForm{{Label: "Erase what the reader sent", URL: at}}
}

func (s *Server) decideTip(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	return "/desk/tips", s.desk.DecideTip(c.Request.Context(), actorOf(c), kb.TipDecision{
		ID: id, State: v.text("state"), Claim: v.text("claim"), Answer: v.text("answer"), Version: v.version(),
	})
}

// disputes is the desk's list of objections.
func (s *Server) disputes(c *gin.Context) error {
	sheet := views.Sheet{Page: s.deskPage(c, "Disputes"), Heading: "Disputes"}
	for _, part := range []struct {
		id, heading, empty, open string
		waiting                  bool
	}{{"waiting", "Waiting", "Nobody disputes a ruling.", "Read and settle", true}, {"settled", "Settled", "None yet.", "Read", false}} {
		rows, err := s.read(c).Disputes(part.waiting, intakeRows)
		if err != nil {
			return err
		}
		section := views.CaseSection{ID: part.id, Heading: part.heading, Empty: part.empty}
		for _, x := range rows {
			words := textOrErased(x.Text, x.ErasedAt != nil)
			item := views.CaseItem{
				Title: views.Link{Text: clippedTo(x.Claim, 160), URL: deskClaim(x.ClaimID)}, Chips: []views.Chip{{Text: kb.Label(kb.DisputeStates, x.State)}},
			}
			if desk.May(actorOf(c), desk.SettleDispute) {
				words = clippedTo(words, listed)
				item.Links = []views.Link{{Text: part.open, URL: "/desk/disputes/" + string(x.ID)}}
			} else { // who corrects the ruling has to know the objection, whole
				words += " " + x.Evidence
			}
			item.Meta = moment(x.CreatedAt).Words + " · " + kb.Label(kb.DisputeKinds, x.Kind) + " · " + words
			section.Items = append(section.Items, item)
		}
		sheet.Sections = append(sheet.Sections, section)
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

func (s *Server) disputeSheet(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	x, err := s.read(c).Dispute(id)
	if err != nil {
		return views.Form{}, err
	}
	claim, err := s.read(c).Claim(x.ClaimID)
	if err != nil {
		return views.Form{}, err
	}
	at := "/desk/disputes/" + string(id)
	f := views.Form{
		Page: s.deskPage(c, "Dispute"), Heading: "Dispute", Action: at, Submit: "Settle, in public", Narrow: true, Hidden: []views.Hidden{version(x.Version)},
		Lead:   "Whoever worked on the ruling does not judge the objection to it. Outcome and reasons are public and logged; what the reader wrote is not.",
		Cancel: views.Link{Text: "To the disputes", URL: "/desk/disputes"},
		Aside: append([]views.Fact{{Label: "Claim", Value: claim.Text, URL: deskClaim(claim.ID)}},
			facts("Received", moment(x.CreatedAt).Words, "State", kb.Label(kb.DisputeStates, x.State), "Disputed", "revision "+strconv.Itoa(x.Revision),
				"What is wrong", kb.Label(kb.DisputeKinds, x.Kind), "In the reader's words", textOrErased(x.Text, x.ErasedAt != nil), "Where it can be seen", x.Evidence,
				"From", strings.TrimSpace(x.Name+" "+x.Email), "Answer", x.Answer)...),
		Groups: []views.FieldGroup{group("",
			selectField("outcome", "Outcome", "refused", kb.DisputeStates[2:5]),
			large(areaField("answer", "Reasons; everybody can read them", "", 4)),
			optional(hinted(textField("revision", "Revision that corrected it", ""), "Its number; publish the correction first")))},
	}
	if x.State == "received" && desk.May(actorOf(c), desk.SettleDispute) {
		f.Steps = append(f.Steps, views.StepForm{Label: "Say that it is being examined", URL: at + "/examine", Hidden: []views.Hidden{version(x.Version)}})
	}
	f.Steps = append(f.Steps, s.eraseStep(c, at+"/erase", x.ErasedAt != nil)...)
	return f, nil
}

func (s *Server) settleDispute(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := kb.DisputeDecision{ID: id, Outcome: v.text("outcome"), Answer: v.text("answer"), Version: v.version()}
	if typed := strings.TrimSpace(v.text("revision")); typed != "" {
		if in.Revision, err = strconv.Atoi(typed); err != nil {
			return "", kb.InvalidField("revision", "Give the number of the revision.")
		}
	}
	ctx := c.Request.Context()
	index, err := s.desk.SettleDispute(ctx, actorOf(c), in)
	if err == nil {
		s.seen(c, index)
	}
	return "/desk/disputes", err
}

func (s *Server) examineDispute(c *gin.Context) error {
	return s.onReader(c, "/desk/disputes", func(id kb.ID, v values) error {
		return s.desk.Examine(c.Request.Context(), actorOf(c), id, v.version())
	})
}

func (s *Server) eraseReaderTip(c *gin.Context) error {
	return s.onReader(c, "/desk/tips", func(id kb.ID, _ values) error {
		return s.desk.EraseReader(c.Request.Context(), actorOf(c), "tip", id)
	})
}

func (s *Server) eraseReaderDispute(c *gin.Context) error {
	return s.onReader(c, "/desk/disputes", func(id kb.ID, _ values) error {
		return s.desk.EraseReader(c.Request.Context(), actorOf(c), "dispute", id)
	})
}

// onReader does one thing with what a reader sent and goes back to the list.
func (s *Server) onReader(c *gin.Context, at string, do func(kb.ID, values) error) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	if err := do(id, v); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, at)
	return nil
}

// redactions lists what is asked to be redacted, and what was.
func (s *Server) redactions(c *gin.Context) error {
	if err := desk.Authorise(actorOf(c), desk.Redact); err != nil && !desk.May(actorOf(c), desk.ReadAudit) {
		return err
	}
	rows, err := s.read(c).Redactions(intakeRows)
	if err != nil {
		return err
	}
	ids := make([]kb.ID, len(rows))
	var sources []kb.ID
	for i, r := range rows {
		ids[i], sources = r.ClaimID, append(sources, kb.ParseIDs(r.Sources)...)
	}
	claims, err := s.read(c).ClaimTexts(ids)
	if err != nil {
		return err
	}
	titles, err := s.read(c).Titles(sources)
	if err != nil {
		return err
	}
	persons, err := s.read(c).People()
	if err != nil {
		return err
	}
	people := map[kb.ID]string{}
	for _, p := range persons {
		people[p.ID] = p.Name
	}
	section := views.CaseSection{ID: "redactions", Heading: "Requests", Empty: "Nobody asked for a redaction. It is asked for on the claim's page."}
	for _, r := range rows {
		what := "all revisions"
		if r.Revisions != "" {
			what = "revisions " + r.Revisions
		}
		item := views.CaseItem{
			Title: views.Link{Text: clippedTo(claims[r.ClaimID], 160), URL: deskClaim(r.ClaimID)}, Chips: []views.Chip{{Text: redactionStates[r.State]}},
			Meta: what + " · " + kb.Label(kb.LegalBases, r.Basis) + " · " + r.Reason + " · " + moment(r.AskedAt).Words,
		}
		for _, id := range kb.ParseIDs(r.Sources) {
			item.Items = append(item.Items, views.CaseItem{Title: views.Link{Text: "and every copy of “" + titles[id] + "”, text and bytes", URL: deskSource(id)}})
		}
		item.Meta += " · asked for by " + people[r.AskedBy]
		if r.DecidedBy != "" {
			item.Meta += " · decided by " + people[r.DecidedBy]
		}
		if r.State == "asked" && r.AskedBy == actorOf(c).Person {
			item.Chips = append(item.Chips, views.Chip{Text: "you asked for it: somebody else decides"})
		} else if r.State == "asked" && desk.May(actorOf(c), desk.Redact) {
			at := "/desk/redactions/" + string(r.ID)
			item.Steps = []views.StepForm{
				{Label: "Redact for good …", URL: at, Hidden: []views.Hidden{{Name: "decision", Value: "redact"}}, Reason: "It cannot be undone. Note for the file, if any", Folded: true},
				{Label: "Refuse", URL: at, Hidden: []views.Hidden{{Name: "decision", Value: "refuse"}}, Reason: "Why", Folded: true},
			}
		}
		section.Items = append(section.Items, item)
	}
	sheet := views.Sheet{Page: s.deskPage(c, "Redactions"), Heading: "Redactions", Sections: []views.CaseSection{section}}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

var redactionStates = map[string]string{"asked": "waits for a second person", "done": "redacted", "refused": "refused"}

func (s *Server) decideRedaction(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	switch v.text("decision") {
	case "redact":
		index, err := s.desk.Redact(ctx, actorOf(c), id)
		if err != nil {
			return err
		}
		s.seen(c, index)
	case "refuse":
		if err := s.desk.RefuseRedaction(ctx, actorOf(c), id, v.text("reason")); err != nil {
			return err
		}
	default:
		return kb.Errorf(kb.Malformed, "Say whether to redact or to refuse.")
	}
	c.Redirect(http.StatusSeeOther, "/desk/redactions")
	return nil
}
