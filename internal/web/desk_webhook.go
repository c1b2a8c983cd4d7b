package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

const deskWebhooks = "/desk/settings/webhooks"

func deskWebhook(id kb.ID, rest ...string) string {
	return strings.Join(append([]string{deskWebhooks, string(id)}, rest...), "/")
}

func (s *Server) webhookRoutes(d *gin.RouterGroup) {
	s.get(d, "/settings/webhooks", s.webhooks)
	s.form(d, "/settings/webhooks/new", desk.ManageWebhooks, s.newWebhookForm, s.addWebhook)
	s.get(d, "/settings/webhooks/:id", s.webhookSheet)
	s.form(d, "/settings/webhooks/:id/edit", desk.ManageWebhooks, s.webhookForm, s.saveWebhook)
	s.post(d, "/settings/webhooks/:id/pause", s.pauseWebhook)
	s.post(d, "/settings/webhooks/:id/resume", s.resumeWebhook)
	s.post(d, "/settings/webhooks/:id/test", s.testWebhook)
	s.post(d, "/settings/webhooks/:id/remove", s.removeWebhook)
	s.post(d, "/settings/webhooks/:id/deliveries/:sub/again", s.redeliver)
}

// webhooks lists who is told of publications, and how the last message went.
func (s *Server) webhooks(c *gin.Context) error {
	if err := desk.Authorise(actorOf(c), desk.ManageWebhooks); err != nil {
		return err
	}
	section, err := s.webhookSection(c)
	if err != nil {
		return err
	}
	section.Add = []views.Link{{Text: "Add a webhook", URL: deskWebhooks + "/new"}}
	sheet := views.Sheet{
		Page: s.deskPage(c, "Webhooks"), Heading: "Webhooks", Lead: views.Link{Text: "Settings", URL: "/desk/settings"}, Sections: []views.CaseSection{section},
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

// webhookSection shows each webhook with its state; on the settings page too.
func (s *Server) webhookSection(c *gin.Context) (views.CaseSection, error) {
	section := views.CaseSection{
		ID: "webhooks", Heading: "Webhooks", Add: []views.Link{{Text: "Manage", URL: deskWebhooks}},
		Empty: "Nobody is told yet. Add the address of a program that wants to know at once when a ruling is published, corrected or retracted.",
	}
	hooks, err := s.read(c).Webhooks()
	if err != nil {
		return section, err
	}
	last, err := s.read(c).LastDeliveries()
	for _, w := range hooks {
		item := views.CaseItem{Title: views.Link{Text: w.URL, URL: deskWebhook(w.ID)}, Chips: webhookChips(w), Meta: w.Note}
		if d, any := last[w.ID]; any {
			item.Items = []views.CaseItem{deliveryItem(d, "Last message")}
		}
		section.Items = append(section.Items, item)
	}
	return section, err
}

func webhookChips(w kb.Webhook) []views.Chip {
	chips := []views.Chip{{Text: "active", Tone: "good"}}
	if w.Paused {
		chips[0] = views.Chip{Text: "paused", Tone: "bad"}
	}
	for _, event := range w.Events {
		chips = append(chips, views.Chip{Text: event})
	}
	return chips
}

// deliveryStates colours the state of a delivery; the word says it too.
var deliveryStates = map[string]views.Chip{
	kb.Waiting:   {Text: "waiting", Tone: "mixed"},
	kb.Running:   {Text: "being sent", Tone: "mixed"},
	kb.Delivered: {Text: "delivered", Tone: "good"},
	kb.FailedJob: {Text: "failed", Tone: "bad"},
}

// deliveryItem shows one message and how far it came.
func deliveryItem(d kb.WebhookDelivery, what string) views.CaseItem {
	item := views.CaseItem{Title: views.Link{Text: what}, Chips: []views.Chip{deliveryStates[d.State], {Text: d.Event}}, Meta: "queued " + moment(d.CreatedAt).Exact}
	if d.Attempt > 0 {
		item.Meta += ", " + counted(d.Attempt, "attempt", "attempts")
	}
	if d.State == kb.Waiting && d.Attempt > 0 {
		item.Meta += ", the next at " + moment(d.RunAt).Exact
	}
	if d.FinishedAt != nil {
		item.Meta += ", ended " + moment(*d.FinishedAt).Exact
	}
	if d.Status > 0 {
		item.Chips = append(item.Chips, views.Chip{Text: "status " + strconv.Itoa(d.Status)})
	}
	if d.Words != "" {
		item.Meta += "\n" + d.Words
	}
	return item
}

// mostDeliveries is how far back a webhook's sheet goes.
const mostDeliveries = 100

// shownSecret is the query that shows a webhook's secret on its sheet.
const shownSecret = "?secret=shown"

func (s *Server) webhookSheet(c *gin.Context) error {
	w, err := s.webhookOf(c)
	if err != nil {
		return err
	}
	section, err := s.deliverySection(c, w)
	if err != nil {
		return err
	}
	state, err := s.webhookState(c, w)
	if err != nil {
		return err
	}
	at := deskWebhook(w.ID)
	sheet := views.Sheet{
		Page: s.deskPage(c, "Webhook"), Heading: "Webhook", Lead: views.Link{Text: "Webhooks", URL: deskWebhooks},
		Facts:    facts("Address", w.URL, "Events", strings.Join(w.Events, ", "), "State", state, "Note", w.Note, "Added", moment(w.CreatedAt).Words),
		Links:    []views.Link{{Text: "Edit", URL: at + "/edit"}},
		Steps:    webhookSteps(w),
		Sections: []views.CaseSection{section},
	}
	if c.Query("secret") == "" {
		sheet.Links = append(sheet.Links, views.Link{Text: "Show the secret", URL: at + shownSecret})
	} else {
		sheet.Facts = append(sheet.Facts, views.Fact{Label: "Secret (Standard Webhooks)", Value: w.Secret})
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SheetPage(sheet))
}

// webhookState says whether a webhook is told, and why not when it was the program
// that paused it.
func (s *Server) webhookState(c *gin.Context, w kb.Webhook) (string, error) {
	state := webhookChips(w)[0].Text
	if !w.Paused {
		return state, nil
	}
	failing, err := s.read(c).Failing(w.ID, desk.HopelessAfter)
	if failing {
		state += fmt.Sprintf("; the last %d messages failed for good. Mend what is wrong, send a test, then resume.", desk.HopelessAfter)
	}
	return state, err
}

// webhookOf gives the webhook that an address is about, to those who manage them.
func (s *Server) webhookOf(c *gin.Context) (kb.Webhook, error) {
	if err := desk.Authorise(actorOf(c), desk.ManageWebhooks); err != nil {
		return kb.Webhook{}, err
	}
	id, err := idParam(c, "id")
	if err != nil {
		return kb.Webhook{}, err
	}
	return s.read(c).Webhook(id)
}

func webhookSteps(w kb.Webhook) []views.StepForm {
	at := deskWebhook(w.ID)
	pause := views.StepForm{Label: "Pause", URL: at + "/pause"}
	if w.Paused {
		pause = views.StepForm{Label: "Resume", URL: at + "/resume", Primary: true}
	}
	return []views.StepForm{{Label: "Send a test", URL: at + "/test"}, pause, {Label: "Remove it and its log", URL: at + "/remove", Folded: true}}
}

// deliverySection is the log of a webhook.
func (s *Server) deliverySection(c *gin.Context, w kb.Webhook) (views.CaseSection, error) {
	section := views.CaseSection{ID: "deliveries", Heading: "Messages", Empty: "Nothing was to be told yet. Send a test to see whether the receiver understands it."}
	rows, err := s.read(c).Deliveries(w.ID, mostDeliveries)
	if err != nil {
		return section, err
	}
	claims, err := s.read(c).ClaimTexts(claimsOf(rows))
	for _, d := range rows {
		item := deliveryItem(d, "A test")
		item.Live = d.State == kb.Running || (d.State == kb.Waiting && d.Event == kb.EventPing) // somebody looks on
		if d.ClaimID != "" {
			item.Title = views.Link{Text: clippedTo(cmp.Or(claims[kb.ID(d.ClaimID)], d.ClaimID), listed), URL: deskClaim(kb.ID(d.ClaimID))}
			item.Links = []views.Link{{Text: "Revision " + strconv.Itoa(d.Revision), URL: revisionURL(d.ClaimID, d.Revision)}}
		}
		if d.Attempt > 0 && d.State != kb.Running {
			item.Action, item.Verb = deskWebhook(w.ID, "deliveries", strconv.FormatInt(d.ID, 10), "again"), "Send again"
		}
		section.Items = append(section.Items, item)
	}
	return section, err
}

// claimsOf lists the claims that messages are about, each once.
func claimsOf(rows []kb.WebhookDelivery) []kb.ID {
	var ids []kb.ID
	for _, d := range rows {
		if d.ClaimID != "" {
			ids = append(ids, kb.ID(d.ClaimID))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (s *Server) newWebhookForm(c *gin.Context) (views.Form, error) {
	return s.webhookFormOf(c, kb.Webhook{Events: kb.Strings{kb.EventPublished, kb.EventCorrected, kb.EventRetracted}}, deskWebhooks+"/new", "Add a webhook", deskWebhooks), nil
}

func (s *Server) webhookForm(c *gin.Context) (views.Form, error) {
	w, err := s.webhookOf(c)
	return s.webhookFormOf(c, w, deskWebhook(w.ID, "edit"), "Edit the webhook", deskWebhook(w.ID)), err
}

func (s *Server) webhookFormOf(c *gin.Context, w kb.Webhook, action, heading, cancel string) views.Form {
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Action: action, Submit: "Save", Cancel: views.Link{Text: "Cancel", URL: cancel}, Hidden: []views.Hidden{version(w.Version)},
		Lead: "A program at this address is told by a signed POST of JSON. Its secret is shown after saving. A message that does not arrive is sent again for a day or two.",
		Groups: []views.FieldGroup{group("",
			large(hinted(views.Field{Name: "url", Label: "Address", Kind: "url", Value: w.URL}, "https://example.org/hooks/claims; on the open internet, at the usual ports 443 or 80.")),
			checksField("events", "Tell it of", kb.WebhookEvents, w.Events),
			optional(areaField("note", "Note: whose it is, whom to ask", w.Note, 2)))},
	}
}

func webhookInput(id kb.ID, v values) kb.WebhookInput {
	return kb.WebhookInput{ID: id, URL: v.text("url"), Events: v.form["events"], Note: v.text("note"), Version: v.version()}
}

func (s *Server) addWebhook(c *gin.Context, v values) (string, error) {
	id, err := s.desk.AddWebhook(c.Request.Context(), actorOf(c), webhookInput("", v))
	return deskWebhook(id) + shownSecret, err
}

func (s *Server) saveWebhook(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	return deskWebhook(id), s.desk.UpdateWebhook(c.Request.Context(), actorOf(c), webhookInput(id, v))
}

func (s *Server) pauseWebhook(c *gin.Context) error {
	return s.onWebhook(c, func(id kb.ID) error { return s.desk.PauseWebhook(c.Request.Context(), actorOf(c), id, true) })
}

func (s *Server) resumeWebhook(c *gin.Context) error {
	return s.onWebhook(c, func(id kb.ID) error { return s.desk.PauseWebhook(c.Request.Context(), actorOf(c), id, false) })
}

func (s *Server) testWebhook(c *gin.Context) error {
	return s.onWebhook(c, func(id kb.ID) error { return s.desk.SendTest(c.Request.Context(), actorOf(c), id) })
}

func (s *Server) redeliver(c *gin.Context) error {
	n, err := strconv.ParseInt(c.Param("sub"), 10, 64)
	if err != nil {
		return kb.Errorf(kb.NotFound, "This webhook has no such message.").Because(err)
	}
	return s.onWebhook(c, func(id kb.ID) error { return s.desk.Redeliver(c.Request.Context(), actorOf(c), id, n) })
}

// onWebhook does one thing with a webhook and goes back to its sheet.
func (s *Server) onWebhook(c *gin.Context, do func(kb.ID) error) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskWebhook(id)+"#deliveries")
	return nil
}

func (s *Server) removeWebhook(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := s.desk.RemoveWebhook(c.Request.Context(), actorOf(c), id); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskWebhooks)
	return nil
}
