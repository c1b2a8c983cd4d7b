package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/views"
)

// trap is a field that no person sees; a program that fills in everything fills
// it in too, and is thanked for nothing.
const trap = "website"

const readerLead = "Your name and address are optional. Only the desk sees them and what you write; all of it is erased 180 days after the case is closed, and neither the log nor the audit holds any of it."

func readerGroup() views.FieldGroup {
	return group("If you want to be asked back",
		optional(textField("name", "Your name", "")), optional(views.Field{Name: "email", Label: "Your e-mail address", Kind: "email", Complete: "email"}))
}

func (s *Server) tipForm(c *gin.Context) (views.Form, error) {
	c.Header("Cache-Control", "no-store")
	page := s.public.page("Suggest a claim", "/tips")
	page.Module = s.assets.matches
	return views.Form{
		Page: page, Heading: "Suggest a claim to check", Lead: readerLead, Action: "/tips", Submit: "Send", Trap: trap, Narrow: true,
		Groups: []views.FieldGroup{
			group("", matched(large(areaField("text", "The claim, in the words in which you met it", c.Query("text"), 3)), "/matches"),
				optional(hinted(textField("where", "Where you met it", c.Query("url")), "An address, a programme, a message")),
				optional(areaField("note", "What makes you doubt it", "", 3))),
			readerGroup(),
		},
	}, nil
}

func (s *Server) sendTip(c *gin.Context, v values) (string, error) {
	if v.text(trap) != "" {
		return "/tips", nil
	}
	id, token, err := s.desk.SendTip(c.Request.Context(), c.ClientIP(), kb.Tip{
		Text: v.text("text"), Where: v.text("where"), Note: v.text("note"), Name: v.text("name"), Email: v.text("email"),
	})
	return receipt("/tips/", id, token), err
}

func receipt(at string, id kb.ID, token string) string {
	return at + string(id) + "?" + url.Values{"receipt": {token}}.Encode()
}

func (s *Server) newDisputeForm(c *gin.Context) (views.Form, error) {
	c.Header("Cache-Control", "no-store")
	a, err := parseClaim(c.Query("claim"))
	if err != nil {
		return views.Form{}, err
	}
	newest, err := s.follower.Newest(c.Request.Context(), []string{string(a.id)})
	if err != nil {
		return views.Form{}, err
	}
	d, known := newest[string(a.id)]
	if !known {
		return views.Form{}, kb.Errorf(kb.NotFound, "There is no published claim at this address.")
	}
	return views.Form{
		Page: s.public.page("Dispute a ruling", "/disputes/new"), Heading: "What is wrong with this ruling?", Lead: readerLead,
		Action: "/disputes/new?claim=" + string(a.id), Submit: "Send", Trap: trap, Narrow: true,
		Cancel: views.Link{Text: "Back to the claim", URL: claimURL(d.Claim, d.Text)},
		Aside:  []views.Fact{{Label: "Claim", Value: d.Text, URL: claimURL(d.Claim, d.Text)}, {Label: "Ruling", Value: outcomeView(d.Rating, d.Outcome).Label}},
		Groups: []views.FieldGroup{
			group("", selectField("kind", "What is wrong", "fact", kb.DisputeKinds),
				large(areaField("text", "What exactly, and how you know", "", 6)),
				optional(hinted(views.Field{Name: "evidence", Label: "Where it can be seen", Kind: "url"}, "An address, if there is one"))),
			readerGroup(),
		},
	}, nil
}

func (s *Server) sendDispute(c *gin.Context, v values) (string, error) {
	if v.text(trap) != "" {
		return "/disputes", nil
	}
	a, err := parseClaim(c.Query("claim"))
	if err != nil {
		return "", err
	}
	id, token, err := s.desk.SendDispute(c.Request.Context(), c.ClientIP(), kb.Dispute{
		ClaimID: a.id, Kind: v.text("kind"), Text: v.text("text"), Evidence: v.text("evidence"), Name: v.text("name"), Email: v.text("email"),
	})
	return receipt("/disputes/", id, token), err
}

// mostDisputes is how many settled disputes the register shows.
const mostDisputes = 200

// disputeRegister lists how disputes ended, from the record.
func (p *public) disputeRegister(c *gin.Context) error {
	sheet := views.Register{
		Page: p.page("Disputes", "/disputes"), Heading: "Disputes",
		Lead:  "Objections to our rulings and how they ended. To dispute a ruling, follow “Report a problem” on the claim's page. By our rules whoever made a ruling does not judge the objection to it; a newsroom of one says so under “How we work”.",
		Empty: "No dispute has been settled yet.",
	}
	disputes := p.follower.Disputes()
	if len(disputes) > mostDisputes {
		sheet.Lead += " These are the newest; all of them are in the log."
		disputes = disputes[:mostDisputes]
	}
	claims := make([]string, len(disputes))
	for i, d := range disputes {
		claims[i] = d.Claim
	}
	slices.Sort(claims)
	claims = slices.Compact(claims)
	newest, err := p.follower.Newest(c.Request.Context(), claims)
	if err != nil {
		return err
	}
	for _, d := range disputes {
		claim, shown := newest[d.Claim]
		if !shown {
			continue
		}
		row := views.RegisterRow{
			Label: sentenceCase(kb.Label(kb.DisputeStates, d.Outcome)), Title: views.Link{Text: claim.Text, URL: claimURL(claim.Claim, claim.Text)},
			Note: d.Answer, At: stamped(d.At), Meta: []string{kb.Label(kb.DisputeKinds, d.Kind), "received " + stamped(d.Received).Words},
			Links: []views.Link{{Text: "The dispute", URL: "/disputes/" + d.Dispute}},
		}
		if d.Revision > 0 {
			row.Links = append(row.Links, views.Link{Text: "The correction", URL: revisionURL(d.Claim, d.Revision)})
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	sheet.Count = counted(len(sheet.Rows), "settled dispute", "settled disputes")
	return p.show(c, views.RegisterPage(sheet))
}

// tipStatus shows everybody what became of a tip, and its sender how to erase it.
func (s *Server) tipStatus(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	t, err := s.read(c).Tip(id)
	if err != nil {
		return err
	}
	page := s.status(c, "Tip", "/tips/"+string(id), t.CreatedAt.UTC().Format(dayForm), kb.Label(kb.TipStates, t.State), t.Answer, t.ErasedAt != nil)
	newest, err := s.follower.Newest(c.Request.Context(), []string{string(t.ClaimID)})
	if err != nil {
		return err
	}
	if d, published := newest[string(t.ClaimID)]; published {
		page.Facts = append(page.Facts, views.Fact{Label: "Claim", Value: d.Text, URL: claimURL(d.Claim, d.Text)})
	} else if t.ClaimID != "" {
		page.Facts = append(page.Facts, views.Fact{Label: "Claim", Value: "being checked; it will be linked here once a ruling is published"})
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(page))
}

// disputeStatus shows everybody where a dispute stands.
func (s *Server) disputeStatus(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	x, err := s.read(c).Dispute(id)
	if err != nil {
		return err
	}
	page := s.status(c, "Dispute", "/disputes/"+string(id), x.CreatedAt.UTC().Format(dayForm), kb.Label(kb.DisputeStates, x.State), x.Answer, x.ErasedAt != nil)
	page.Facts = append(page.Facts, views.Fact{Label: "About", Value: kb.Label(kb.DisputeKinds, x.Kind)})
	newest, err := s.follower.Newest(c.Request.Context(), []string{string(x.ClaimID)})
	if err != nil {
		return err
	}
	if d, published := newest[string(x.ClaimID)]; published {
		page.Facts = append(page.Facts, views.Fact{Label: "Claim", Value: d.Text, URL: claimURL(d.Claim, d.Text)},
			views.Fact{Label: "Disputed", Value: "revision " + strconv.Itoa(x.Revision), URL: revisionURL(d.Claim, x.Revision)})
		if x.Result > 0 {
			page.Facts = append(page.Facts, views.Fact{Label: "Correction", Value: "revision " + strconv.Itoa(x.Result), URL: revisionURL(d.Claim, x.Result)})
		}
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(page))
}

const dayForm = "2 January 2006"

// status is the public page of something that a reader sent: where it stands,
// never what was written.
func (s *Server) status(c *gin.Context, what, at, received, state, answer string, erased bool) views.Sheet {
	c.Header("Cache-Control", "no-store")
	page := views.Sheet{Page: s.public.page(what, at), Heading: what + ": " + state, Facts: []views.Fact{{Label: "Received", Value: received}}}
	page.NoIndex = true
	if answer != "" {
		page.Facts = append(page.Facts, views.Fact{Label: "Answer", Value: answer})
	}
	token := c.Query("receipt")
	switch {
	case erased:
		page.Facts = append(page.Facts, views.Fact{Label: "What was sent", Value: "erased"})
	case token != "":
		page.Facts = append(page.Facts, views.Fact{Label: "Thank you", Value: "Keep this address: here you see what becomes of it, and only with it you can erase what you sent."})
		page.Steps = []views.StepForm{{Label: "Erase what I sent", URL: at + "/erase", Hidden: []views.Hidden{{Name: "receipt", Value: token}}}}
	}
	return page
}

func (s *Server) eraseTip(c *gin.Context) error     { return s.eraseOwn(c, "tip") }
func (s *Server) eraseDispute(c *gin.Context) error { return s.eraseOwn(c, "dispute") }

func (s *Server) eraseOwn(c *gin.Context, table string) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	if err := s.desk.EraseOwn(c.Request.Context(), table, id, v.text("receipt")); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/"+table+"s/"+string(id))
	return nil
}

// underReview shows the public sign on a claim.
func underReview(b record.Banner) *views.Notice {
	return &views.Notice{Heading: "Under review", Words: b.Reason, At: stamped(b.At)}
}
