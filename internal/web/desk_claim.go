package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// idParam reads an id of the address.
func idParam(c *gin.Context, name string) (kb.ID, error) { return kb.ParseID(c.Param(name)) }

func (s *Server) read(c *gin.Context) store.Reader { return s.db.Desk(c.Request.Context()) }

// stateTones colours work states; the words say them too.
var stateTones = map[kb.State]string{kb.Researching: "mixed", kb.InReview: "mixed", kb.ApprovedS: "good", kb.Published: "good", kb.Declined: "bad"}

const queueRows = 30

// queueViews are the lists that the queue offers.
var queueViews = []struct {
	key, label string
	states     []kb.State
}{
	{"", "All", nil},
	{"mine", "Mine", nil},
	{"suggested", "Suggested", []kb.State{kb.Suggested}},
	{"research", "In research", []kb.State{kb.Open, kb.Researching}},
	{"review", "To review", []kb.State{kb.InReview}},
	{"approved", "To publish", []kb.State{kb.ApprovedS, kb.Scheduled}},
	{"published", "Published", []kb.State{kb.Published}},
	{"closed", "Parked and closed", []kb.State{kb.Parked, kb.Declined, kb.Merged}},
}

func (s *Server) queue(c *gin.Context) error {
	q := store.QueueQuery{Limit: queueRows + 1}
	page := views.Queue{Page: s.deskPage(c, "Queue"), New: "/desk/claims/new", Empty: "Nothing here."}
	counts, err := s.read(c).StateCounts()
	if err != nil {
		return err
	}
	for _, v := range queueViews {
		link := views.Link{Text: v.label, URL: "/desk", Current: v.key == c.Query("view")}
		if v.key != "" {
			link.URL += "?view=" + v.key
		}
		for _, state := range v.states {
			link.Count += counts[state]
		}
		page.Views = append(page.Views, link)
		if link.Current {
			q.States = v.states
		}
	}
	if c.Query("view") == "mine" {
		q.Assignee = actorOf(c).Person
	}
	if q.After, err = parseCursor(c.Query("after")); err != nil {
		return err
	}
	rows, err := s.read(c).Queue(q)
	if err != nil {
		return err
	}
	if len(rows) > queueRows {
		rows = rows[:queueRows]
		last := rows[queueRows-1]
		page.Next = "/desk?" + with(c.Request.URL.Query(), "after", formatCursor(last.UpdatedAt, last.ID)).Encode()
	}
	for _, r := range rows {
		row := views.QueueRow{
			URL: deskClaim(r.ID), Text: text(r.Text, r.Language), Speaker: r.Speaker, State: r.State.Label(), Tone: stateTones[r.State],
			Assignee: r.Assignee, Changed: moment(r.UpdatedAt),
		}
		if r.PublishAt != nil {
			row.State += " for " + r.PublishAt.UTC().Format(comingForm)
		}
		page.Rows = append(page.Rows, row)
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.QueuePage(page))
}

// A cursor is opaque to those who page: microseconds and id.
func formatCursor(at time.Time, id kb.ID) string {
	return strconv.FormatInt(at.UnixMicro(), 36) + "." + string(id)
}

func parseCursor(s string) (store.Cursor, error) {
	if s == "" {
		return store.Cursor{}, nil
	}
	at, id, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(at, 36, 64)
	if err != nil || id == "" {
		return store.Cursor{}, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
	}
	return store.Cursor{At: time.UnixMicro(n).UTC(), ID: kb.ID(id)}, nil
}

// claimFields are the fields of a claim, as it is saved.
func claimFields(in kb.ClaimInput) []views.FieldGroup {
	claim := matched(large(hinted(areaField("text", "Claim", in.Text, 3), "One sentence that can be true or false, in neutral wording.")), "/desk/matches")
	return []views.FieldGroup{
		group("", claim,
			checkField("verbatim", "These are the speaker’s own words", in.Verbatim),
			textField("language", "Language", in.Language),
			selectField("kind", "Kind", in.Kind, kb.ClaimKinds),
			selectField("checkability", "Checkability", in.Checkability, kb.Checkabilities)),
		folded("Parts, topics, validity", "One part or topic a line.",
			optional(areaField("checkability_reason", "Why it cannot be ruled on", in.CheckabilityReason, 2)),
			optional(areaField("parts", "Parts that can be checked apart", strings.Join(in.Parts, "\n"), 3)),
			optional(areaField("topics", "Topics", strings.Join(in.Topics, "\n"), 2)),
			optional(hinted(areaField("note", "Note for the desk", in.Note, 3), "Never published."))),
		folded("When it holds", "For claims about a time.", append(dateFields("valid_from", "Holds from", in.ValidFrom), dateFields("valid_to", "Holds until", in.ValidTo)...)...),
		folded("Prediction or promise", "What it can be held to.",
			append([]views.Field{
				optional(areaField("prediction_condition", "Condition", in.PredictionCondition, 2)),
				optional(areaField("prediction_outcome", "Outcome", in.PredictionOutcome, 2)),
			}, dateFields("prediction_due", "Due", in.PredictionDue)...)...),
	}
}

func claimInput(v values) kb.ClaimInput {
	return kb.ClaimInput{Parts: v.lines("parts"), Topics: v.lines("topics"), Claim: kb.Claim{
		Text: v.text("text"), Verbatim: v.check("verbatim"), Language: v.text("language"), Kind: v.text("kind"),
		Checkability: v.text("checkability"), CheckabilityReason: v.text("checkability_reason"), Note: v.text("note"),
		ValidFrom: v.date("valid_from"), ValidTo: v.date("valid_to"), PredictionCondition: v.text("prediction_condition"),
		PredictionDue: v.date("prediction_due"), PredictionOutcome: v.text("prediction_outcome"), Version: v.version(),
	}}
}

// newClaimForm is "log a claim in a minute": the claim first, everything else
// may wait.
func (s *Server) newClaimForm(c *gin.Context) (views.Form, error) {
	// A bookmark on another page brings the selected words and where they stand.
	in := kb.ClaimInput{Claim: kb.Claim{Text: c.Query("text"), Language: "en", Kind: "other", Checkability: "checkable"}}
	a := kb.Appearance{Language: "en", Directness: "direct", Translation: "original"}
	if lang := c.Query("lang"); lang != "" {
		in.Language, a.Language = lang, lang
	}
	appearance, err := s.appearanceFields(c, a, "")
	if err != nil {
		return views.Form{}, err
	}
	publishers, err := s.publisherChoices(c)
	if err != nil {
		return views.Form{}, err
	}
	groups := claimFields(in)
	form := views.Form{
		Page: s.deskPage(c, "New claim"), Heading: "Log a claim", Action: "/desk/claims/new", Submit: "Save the claim", Draft: "claim-new",
		Cancel: views.Link{Text: "Cancel", URL: "/desk"}, Groups: groups,
	}
	if !desk.May(actorOf(c), desk.LogClaim) {
		form.Lead = "A researcher will look at it. Say in the note where you met it."
		return form, nil
	}
	said := group("Who said it, where and when", appearance...)
	said.Hint = "Leave all of this open if nothing is known yet."
	recorded := folded("Where it is recorded", "The work that shows that it was said. A known address is found again.",
		optional(textField("record_title", "Title", c.Query("title"))), optional(views.Field{Name: "record_url", Label: "Address", Kind: "url", Value: c.Query("url")}),
		optional(pickField("record_publisher", "Publisher", "", publishers)),
		selectField("record_kind", "Kind of source", "news-report", kb.SourceKinds))
	form.Groups = append([]views.FieldGroup{groups[0], said, recorded}, groups[1:]...)
	return form, nil
}

func (s *Server) logClaim(c *gin.Context, v values) (string, error) {
	in := desk.NewClaim{Claim: claimInput(v)}
	said := []string{"speaker", "speaker_name", "speaker_role", "words", "said_on", "said_on_note", "place", "medium", "translated_by", "earliest"}
	recorded := []string{"record_title", "record_url", "record_publisher"}
	if v.any(append(said, recorded...)...) {
		a := appearanceInput(v)
		in.Appearance = &a
	}
	if v.any(recorded...) {
		in.Record = &desk.SourceInput{Publisher: v.text("record_publisher"), Source: kb.Source{
			Title: v.text("record_title"), URL: v.text("record_url"), Kind: v.text("record_kind"),
			Language: v.text("appearance_language"), PublishedOn: kb.UnknownDate(),
		}}
	}
	id, err := s.desk.LogClaim(c.Request.Context(), actorOf(c), in)
	if err != nil {
		return "", recordFields(err)
	}
	return deskClaim(id), nil
}

// recordFields moves messages about the record to the fields of this form.
func recordFields(err error) error {
	return renameFields(err, map[string]string{"title": "record_title", "url": "record_url", "publisher": "record_publisher"})
}

func (s *Server) claimForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	in, err := s.savedClaim(c, id)
	if err != nil {
		return views.Form{}, err
	}
	return views.Form{
		Page: s.deskPage(c, "Edit claim"), Heading: "Edit the claim", Action: deskClaim(id, "edit"), Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)}, Draft: "claim-" + string(id),
		Hidden: []views.Hidden{version(in.Version)}, Groups: claimFields(in),
	}, nil
}

func (s *Server) savedClaim(c *gin.Context, id kb.ID) (kb.ClaimInput, error) {
	claim, err := s.read(c).Claim(id)
	if err != nil {
		return kb.ClaimInput{}, err
	}
	in := kb.ClaimInput{Claim: claim}
	parts, err := s.read(c).Parts(id)
	if err != nil {
		return in, err
	}
	for _, p := range parts {
		in.Parts = append(in.Parts, p.Text)
	}
	topics, err := s.read(c).ClaimTopics(id)
	for _, t := range topics {
		in.Topics = append(in.Topics, t.Name)
	}
	return in, err
}

func (s *Server) saveClaim(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	return deskClaim(id), s.desk.UpdateClaim(c.Request.Context(), actorOf(c), id, claimInput(v))
}

func (s *Server) appearanceFields(c *gin.Context, a kb.Appearance, speaker string) ([]views.Field, error) {
	speakers, err := s.speakerChoices(c)
	if err != nil {
		return nil, err
	}
	fields := []views.Field{
		hinted(optional(pickField("speaker", "Speaker", speaker, speakers)), "A name that nobody has yet is added. “Unknown” is a speaker too."),
		optional(hinted(textField("speaker_name", "Shown as", a.SpeakerName), "The name as shown then, if it differs.")),
		optional(textField("speaker_role", "Role at that time", a.SpeakerRole)),
		optional(textField("place", "Place", a.Place)),
		optional(textField("medium", "Medium", a.Medium)),
		optional(areaField("words", "Words as said", a.Words, 3)),
		textField("appearance_language", "Language of the words", a.Language),
		selectField("directness", "Directness", a.Directness, kb.Directness),
		selectField("translation", "Translation", a.Translation, kb.Translations),
		optional(textField("translated_by", "Translated by", a.TranslatedBy)),
	}
	fields = append(fields, dateFields("said_on", "Said on", a.SaidOn)...)
	return append(fields, checkField("earliest", "This is the earliest appearance known to us", a.Earliest)), nil
}

func appearanceInput(v values) desk.AppearanceInput {
	return desk.AppearanceInput{Speaker: v.text("speaker"), Appearance: kb.Appearance{
		SpeakerName: v.text("speaker_name"), SpeakerRole: v.text("speaker_role"), Words: v.text("words"),
		Language: v.text("appearance_language"), Directness: v.text("directness"), Translation: v.text("translation"),
		TranslatedBy: v.text("translated_by"), SaidOn: v.date("said_on"), Place: v.text("place"), Medium: v.text("medium"),
		Earliest: v.check("earliest"), Version: v.version(),
	}}
}

func (s *Server) newAppearanceForm(c *gin.Context) (views.Form, error) {
	return s.appearanceFormOf(c, kb.Appearance{Language: "en", Directness: "direct", Translation: "original"}, "", "new", "Add an appearance")
}

func (s *Server) appearanceForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return views.Form{}, err
	}
	a, err := s.read(c).Appearance(sub, id)
	if err != nil {
		return views.Form{}, err
	}
	speaker, err := s.read(c).Speaker(a.SpeakerID)
	if err != nil {
		return views.Form{}, err
	}
	return s.appearanceFormOf(c, a, choice(speaker.Name, speaker.ID), string(sub), "Edit the appearance")
}

func (s *Server) appearanceFormOf(c *gin.Context, a kb.Appearance, speaker, rest, heading string) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	fields, err := s.appearanceFields(c, a, speaker)
	if err != nil {
		return views.Form{}, err
	}
	claim, err := s.read(c).Claim(id)
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Lead: claim.Text, Action: deskClaim(id, "appearances", rest), Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)}, Draft: "appearance-" + string(id) + "-" + rest,
		Hidden: []views.Hidden{version(a.Version)}, Groups: []views.FieldGroup{group("", fields...)},
	}, err
}

func (s *Server) addAppearance(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := appearanceInput(v)
	in.ClaimID = id
	_, err = s.desk.AddAppearance(c.Request.Context(), actorOf(c), in)
	return deskClaim(id) + "#appearances", appearanceLanguage(err)
}

func (s *Server) saveAppearance(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := appearanceInput(v)
	in.ClaimID = id
	if in.ID, err = idParam(c, "sub"); err != nil {
		return "", err
	}
	return deskClaim(id) + "#appearances", appearanceLanguage(s.desk.UpdateAppearance(c.Request.Context(), actorOf(c), in))
}

func appearanceLanguage(err error) error {
	return renameFields(err, map[string]string{"language": "appearance_language"})
}

// onClaim adapts use cases that take a thing off a claim.
func (s *Server) onClaim(c *gin.Context, section string, f func(claim, sub kb.ID) error) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return err
	}
	if err := f(id, sub); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskClaim(id)+"#"+section)
	return nil
}

func (s *Server) removeAppearance(c *gin.Context) error {
	return s.onClaim(c, "appearances", func(claim, sub kb.ID) error {
		return s.desk.RemoveAppearance(c.Request.Context(), actorOf(c), claim, sub)
	})
}

func (s *Server) removeAttestation(c *gin.Context) error {
	return s.onClaim(c, "appearances", func(claim, sub kb.ID) error {
		return s.desk.RemoveAttestation(c.Request.Context(), actorOf(c), claim, sub)
	})
}

func (s *Server) unrelate(c *gin.Context) error {
	return s.onClaim(c, "relations", func(claim, sub kb.ID) error {
		return s.desk.Unrelate(c.Request.Context(), actorOf(c), claim, sub)
	})
}

func (s *Server) attestationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return views.Form{}, err
	}
	if _, err := s.read(c).Appearance(sub, id); err != nil {
		return views.Form{}, err
	}
	fields, err := s.sourceAndExcerptFields(c, "", "")
	if err != nil {
		return views.Form{}, err
	}
	return views.Form{
		Page: s.deskPage(c, "Add a record"), Heading: "Add a record of the appearance", Submit: "Save",
		Lead:   "A source that records that it was said. Whether it is true is another question.",
		Action: deskClaim(id, "appearances", string(sub), "attestations", "new"), Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
		Groups: []views.FieldGroup{group("", append(fields,
			checkField("own_reporting", "The source was there itself, besides what it has from others", false),
			optional(areaField("note", "Note", "", 2)))...)},
	}, nil
}

func (s *Server) addAttestation(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := desk.AttestationInput{Source: v.text("source"), Attestation: kb.Attestation{
		ClaimID: id, ExcerptID: v.id("excerpt"), OwnReporting: v.check("own_reporting"), Note: v.text("note"),
	}}
	if in.AppearanceID, err = idParam(c, "sub"); err != nil {
		return "", err
	}
	_, err = s.desk.AddAttestation(c.Request.Context(), actorOf(c), in)
	return deskClaim(id) + "#appearances", err
}

func (s *Server) relationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	claim, err := s.read(c).Claim(id)
	if err != nil {
		return views.Form{}, err
	}
	rows, err := s.read(c).Queue(store.QueueQuery{Limit: choicesShown})
	if err != nil {
		return views.Form{}, err
	}
	var choices []views.Option
	for _, r := range rows {
		if r.ID != id {
			choices = append(choices, views.Option{Value: choice(clippedTo(r.Text, 80), r.ID), Label: r.Speaker})
		}
	}
	return views.Form{
		Page: s.deskPage(c, "Relate"), Heading: "Relate to another claim", Lead: claim.Text, Action: deskClaim(id, "relations", "new"), Submit: "Save",
		Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
		Groups: []views.FieldGroup{group("",
			selectField("type", "This claim", "restates", kb.RelationTypes),
			large(hinted(pickField("to", "the other claim", c.Query("to"), choices), "Its id or address will do.")),
			areaField("rationale", "Why", "", 3))},
	}, nil
}

func (s *Server) relate(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := desk.RelationInput{To: v.text("to"), ClaimRelation: kb.ClaimRelation{Type: v.text("type"), Rationale: v.text("rationale")}}
	_, err = s.desk.Relate(c.Request.Context(), actorOf(c), id, in)
	return deskClaim(id) + "#relations", err
}
