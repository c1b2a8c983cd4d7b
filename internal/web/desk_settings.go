package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// settings is the administrators' page: masthead, scales, accounts.
func (s *Server) settings(c *gin.Context) error {
	if err := desk.Authorise(actorOf(c), desk.EditMasthead); err != nil {
		return err
	}
	sheet, err := s.settingsSheet(c)
	if err != nil {
		return err
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

func (s *Server) settingsSheet(c *gin.Context) (views.Sheet, error) {
	sheet := views.Sheet{Page: s.deskPage(c, "Settings"), Heading: "Settings"}
	m, err := s.read(c).Masthead()
	if err != nil && kb.KindOf(err) != kb.NotFound {
		return sheet, err
	}
	masthead := views.CaseSection{ID: "masthead", Heading: "Masthead", Empty: "No masthead yet.", Add: []views.Link{{Text: "Edit", URL: "/desk/settings/masthead"}}}
	if m.Name != "" {
		masthead.Items = []views.CaseItem{{Title: views.Link{Text: m.Name}, Meta: m.Licence}}
	}
	scales, err := s.scaleSection(c)
	if err != nil {
		return sheet, err
	}
	accounts, err := s.accountSection(c)
	policy, err2 := s.policySection(c)
	webhooks, err3 := s.webhookSection(c)
	sheet.Sections = []views.CaseSection{masthead, policy, scales, accounts, webhooks}
	return sheet, errors.Join(err, err2, err3)
}

func (s *Server) policySection(c *gin.Context) (views.CaseSection, error) {
	p, err := s.read(c).Policy()
	section := views.CaseSection{ID: "policy", Heading: "House policy", Add: []views.Link{{Text: "Change", URL: "/desk/settings/policy"}}}
	item := views.CaseItem{Title: views.Link{Text: "Version " + strconv.Itoa(p.Number), URL: "/desk/settings/policy"}, Meta: p.Note}
	if p.SoleEditor != "" {
		item.Chips = []views.Chip{{Text: "standing exception from the second person", Tone: "mixed"}}
	}
	section.Items = []views.CaseItem{item}
	return section, err
}

func (s *Server) scaleSection(c *gin.Context) (views.CaseSection, error) {
	section := views.CaseSection{ID: "scales", Heading: "Rating scales", Empty: "No scale yet.", Add: []views.Link{{Text: "Add a scale or version", URL: "/desk/settings/scales/new"}}}
	scales, err := s.read(c).Scales()
	if err != nil {
		return section, err
	}
	ids := make([]kb.ID, len(scales))
	for i, scale := range scales {
		ids[i] = scale.ID
	}
	ratings, err := s.read(c).Ratings(ids)
	if err != nil {
		return section, err
	}
	for _, scale := range scales {
		item := views.CaseItem{Title: views.Link{
			Text: scale.Name + ", version " + strconv.Itoa(scale.Number) + " (" + scale.Key + ")", URL: "/desk/settings/scales/new?from=" + string(scale.ID),
		}}
		if scale.Frozen {
			item.Chips = append(item.Chips, views.Chip{Text: "used, frozen"})
		}
		for _, r := range ratings {
			if r.ScaleID == scale.ID {
				item.Chips = append(item.Chips, views.Chip{Text: r.Texts.In("en").Label, Tone: r.Tone})
			}
		}
		section.Items = append(section.Items, item)
	}
	return section, nil
}

func (s *Server) accountSection(c *gin.Context) (views.CaseSection, error) {
	section := views.CaseSection{ID: "accounts", Heading: "People and accounts", Add: []views.Link{{Text: "Invite", URL: "/desk/settings/accounts/new"}}}
	accounts, err := s.read(c).Accounts()
	if err != nil {
		return section, err
	}
	people, err := s.read(c).People()
	if err != nil {
		return section, err
	}
	names := map[kb.ID]string{}
	for _, p := range people {
		names[p.ID] = p.Name
	}
	for _, a := range accounts {
		at := "/desk/settings/accounts/" + string(a.ID)
		item := views.CaseItem{
			Title: views.Link{Text: names[a.PersonID] + ", " + a.Email, URL: at}, Meta: strings.ReplaceAll(a.Roles.String(), " ", ", "),
			Action: at + "/disable", Verb: "Disable",
		}
		if a.Disabled {
			item.Chips = []views.Chip{{Text: "disabled", Tone: "bad"}}
			item.Action, item.Verb = at+"/enable", "Enable"
		}
		section.Items = append(section.Items, item)
	}
	return section, nil
}

func (s *Server) mastheadForm(c *gin.Context) (views.Form, error) {
	m, err := s.read(c).Masthead()
	if kb.KindOf(err) == kb.NotFound {
		m, err = kb.Masthead{Language: "en"}, nil
	}
	return views.Form{
		Page: s.deskPage(c, "Masthead"), Heading: "Masthead", Lead: "Who publishes, by which rules. Each change is published and logged.",
		Action: "/desk/settings/masthead", Submit: "Publish the masthead", Cancel: views.Link{Text: "Cancel", URL: "/desk/settings"},
		Draft: "masthead", Hidden: []views.Hidden{version(m.Version)},
		Groups: []views.FieldGroup{group("",
			textField("name", "Name", m.Name), textField("language", "Language", m.Language),
			optional(views.Field{Name: "url", Label: "Address", Kind: "url", Value: m.URL}),
			textField("licence", "Licence of the rulings", m.Licence),
			optional(views.Field{Name: "licence_url", Label: "Address of the licence", Kind: "url", Value: m.LicenceURL}),
			optional(textField("contact", "Contact", m.Contact)),
			optional(areaField("ownership", "Who owns and pays for it", m.Ownership, 3)),
			optional(areaField("methodology", "Method (Markdown)", m.Methodology, 8)),
			optional(areaField("corrections_policy", "Corrections policy (Markdown)", m.CorrectionsPolicy, 6)))},
	}, err
}

func (s *Server) saveMasthead(c *gin.Context, v values) (string, error) {
	ctx := c.Request.Context()
	index, err := s.desk.SaveMasthead(ctx, actorOf(c), kb.Masthead{
		Name: v.text("name"), Language: v.text("language"), URL: v.text("url"), Licence: v.text("licence"), LicenceURL: v.text("licence_url"),
		Contact: v.text("contact"), Ownership: v.text("ownership"), Methodology: v.text("methodology"),
		CorrectionsPolicy: v.text("corrections_policy"), Version: v.version(),
	})
	if err == nil {
		s.seen(c, index)
	}
	return "/desk/settings", err
}

func (s *Server) scaleForm(c *gin.Context) (views.Form, error) {
	in := kb.ScaleInput{RatingScale: kb.RatingScale{Ordered: true}}
	if c.Query("from") != "" {
		id, err := kb.ParseID(c.Query("from"))
		if err != nil {
			return views.Form{}, err
		}
		if in.RatingScale, err = s.read(c).Scale(id); err != nil {
			return views.Form{}, err
		}
		if in.Ratings, err = s.read(c).Ratings([]kb.ID{id}); err != nil {
			return views.Form{}, err
		}
	}
	return views.Form{
		Page: s.deskPage(c, "Rating scale"), Heading: "A rating scale, or the next version of one", Action: "/desk/settings/scales/new", Submit: "Save",
		Lead: "A scale is frozen once a ruling used it; a change makes the next version, and old rulings keep theirs.", Draft: "scale",
		Cancel: views.Link{Text: "Cancel", URL: "/desk/settings"},
		Groups: []views.FieldGroup{group("",
			hinted(textField("key", "Key", in.Key), "An existing key makes its next version."), textField("name", "Name", in.Name),
			checkField("ordered", "Ordered from false to true", in.Ordered),
			large(optional(areaField("methodology", "How it is used (Markdown)", in.Methodology, 5))),
			large(hinted(areaField("ratings", "Ratings", kb.FormatRatings(in.Ratings), 9),
				"One a line: place | key | tone | shape | word | definition. Place 1 is the falsest, 0 stands off the scale. Tones: "+
					strings.Join(kb.Tones, ", ")+". Shapes: "+strings.Join(kb.Shapes, ", ")+".")))},
	}, nil
}

func (s *Server) addScale(c *gin.Context, v values) (string, error) {
	ratings, err := kb.ParseRatings(v.text("ratings"))
	if err != nil {
		return "", err
	}
	_, err = s.desk.AddScale(c.Request.Context(), actorOf(c), kb.ScaleInput{Ratings: ratings, RatingScale: kb.RatingScale{
		Key: v.text("key"), Name: v.text("name"), Ordered: v.check("ordered"), Methodology: v.text("methodology"),
	}})
	return "/desk/settings#scales", err
}

func roleField(roles kb.Roles) views.Field {
	return checksField("roles", "Roles", kb.AllRoles, strings.Fields(roles.String()))
}

func rolesOf(v values) (kb.Roles, error) { return kb.ParseRoles(strings.Join(v.form["roles"], " ")) }

func (s *Server) newAccountForm(c *gin.Context) (views.Form, error) {
	people, err := s.read(c).People()
	choices := []kb.Option{{Value: "", Label: "a new person"}}
	for _, p := range people {
		choices = append(choices, kb.Option{Value: string(p.ID), Label: p.Name})
	}
	return views.Form{
		Page: s.deskPage(c, "Invite"), Heading: "Invite somebody", Action: "/desk/settings/accounts/new", Submit: "Make the account",
		Lead: "You get a link that works once, to send on. It sets the password.", Cancel: views.Link{Text: "Cancel", URL: "/desk/settings"},
		Groups: []views.FieldGroup{group("",
			textField("name", "Name", ""), views.Field{Name: "email", Label: "E-mail address", Kind: "email"},
			large(hinted(selectField("person", "For", "", choices), "Two accounts of one person stay one person: nobody can approve their own work.")),
			roleField(nil))},
	}, err
}

func (s *Server) addAccount(c *gin.Context, v values) (string, error) {
	roles, err := rolesOf(v)
	if err != nil {
		return "", err
	}
	id, token, err := s.desk.AddAccount(c.Request.Context(), actorOf(c), kb.AccountInput{
		Name: v.text("name"), Email: v.text("email"), Roles: roles, PersonID: v.id("person"),
	})
	if err != nil {
		return "", err
	}
	s.keepLink(c, id, token)
	return "/desk/settings/accounts/" + string(id), nil
}

const sessionLink = "link-"

// keepLink keeps a one-time link for the next page of this session; it is shown
// once and stored nowhere else in clear.
func (s *Server) keepLink(c *gin.Context, account kb.ID, token string) {
	s.sessions.Put(c.Request.Context(), sessionLink+string(account), s.baseURL+"/login/link/"+token)
}

func (s *Server) rolesForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	a, err := s.read(c).Account(id)
	if err != nil {
		return views.Form{}, err
	}
	p, err := s.read(c).Person(a.PersonID)
	at := "/desk/settings/accounts/" + string(id)
	f := views.Form{
		Page: s.deskPage(c, "Account"), Heading: p.Name, Lead: a.Email, Action: at, Submit: "Save the roles",
		Cancel: views.Link{Text: "Back", URL: "/desk/settings"}, Hidden: []views.Hidden{version(a.Version)},
		Groups: []views.FieldGroup{group("", roleField(a.Roles))},
	}
	link := ""
	if c.Request.Method == http.MethodGet {
		link = s.sessions.PopString(c.Request.Context(), sessionLink+string(id))
	}
	if link != "" {
		f.Aside = []views.Fact{{Label: "One-time link to set the password, valid for three days. Send it on; it is shown only now.", Value: link}}
	} else {
		f.Steps = []views.StepForm{{Label: "Make a one-time link to set the password", URL: at + "/link"}}
	}
	return f, err
}

func (s *Server) saveRoles(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	roles, err := rolesOf(v)
	if err != nil {
		return "", err
	}
	return "/desk/settings", s.desk.SetRoles(c.Request.Context(), actorOf(c), id, v.version(), roles)
}

func (s *Server) recoveryLink(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	token, err := s.desk.RecoveryLink(c.Request.Context(), actorOf(c), id)
	if err != nil {
		return err
	}
	s.keepLink(c, id, token)
	c.Redirect(http.StatusSeeOther, "/desk/settings/accounts/"+string(id))
	return nil
}

func (s *Server) disableAccount(c *gin.Context) error { return s.setDisabled(c, true) }

func (s *Server) enableAccount(c *gin.Context) error { return s.setDisabled(c, false) }

func (s *Server) setDisabled(c *gin.Context, disabled bool) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := s.desk.SetDisabled(c.Request.Context(), actorOf(c), id, disabled); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/desk/settings#accounts")
	return nil
}
