package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

func (s *Server) speakers(c *gin.Context) error {
	t := views.Table{
		Heading: "Speakers", Action: "/desk/speakers", Add: addLink(c, desk.EditSpeaker, "Add a speaker", "/desk/speakers/new"), Head: []string{"Name", "Kind", "Note"},
	}
	return table(s, c, t, s.read(c).Speakers, func(r kb.Speaker) (string, kb.ID) { return r.NameKey, r.ID }, func(r kb.Speaker) views.TableRow {
		return views.TableRow{URL: "/desk/speakers/" + string(r.ID), Cells: []string{r.Name, kb.Label(kb.SpeakerKinds, r.Kind), r.Note}}
	})
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
