package web

import (
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

func (s *Server) publishers(c *gin.Context) error {
	t := views.Table{
		Heading: "Publishers", Action: "/desk/publishers", Add: addLink(c, desk.EditPublisher, "Add a publisher", "/desk/publishers/new"),
		Head: []string{"Name", "Kind", "Country", "Interest"},
	}
	return table(s, c, t, s.read(c).Publishers, func(r kb.Publisher) (string, kb.ID) { return r.NameKey, r.ID }, func(r kb.Publisher) views.TableRow {
		return views.TableRow{URL: address(desk.May(actorOf(c), desk.EditPublisher), "/desk/publishers/"+string(r.ID)), Cells: []string{r.Name, kb.Label(kb.PublisherKinds, r.Kind), r.Country, r.Interest}}
	})
}

func (s *Server) newPublisherForm(c *gin.Context) (views.Form, error) {
	return s.publisherFormOf(c, desk.PublisherInput{Publisher: kb.Publisher{Kind: "newspaper"}}, "/desk/publishers/new", "Add a publisher")
}

func (s *Server) publisherForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	p, err := s.read(c).Publisher(id)
	if err != nil {
		return views.Form{}, err
	}
	in := desk.PublisherInput{Publisher: p}
	if p.OwnerID != "" {
		owner, err := s.read(c).Publisher(p.OwnerID)
		if err != nil {
			return views.Form{}, err
		}
		in.Owner = choice(owner.Name, owner.ID)
	}
	return s.publisherFormOf(c, in, "/desk/publishers/"+string(id), "Edit the publisher")
}

func (s *Server) publisherFormOf(c *gin.Context, in desk.PublisherInput, action, heading string) (views.Form, error) {
	publishers, err := s.publisherChoices(c)
	return views.Form{
		Page: s.deskPage(c, heading), Heading: heading, Action: action, Submit: "Save", Cancel: views.Link{Text: "Cancel", URL: "/desk/publishers"},
		Hidden: []views.Hidden{version(in.Version)},
		Groups: []views.FieldGroup{group("",
			textField("name", "Name", in.Name), selectField("kind", "Kind", in.Kind, kb.PublisherKinds),
			hinted(optional(pickField("owner", "Owner", in.Owner, publishers)), "Publishers under one owner count as one origin."),
			optional(textField("country", "Country", in.Country)),
			large(hinted(optional(areaField("interest", "Interest", in.Interest, 2)), "What readers should know: whose it is, what it stands to gain.")),
			checkField("invented", "Invented, for a demonstration", in.Invented))},
	}, err
}

func publisherInput(v values) desk.PublisherInput {
	return desk.PublisherInput{Owner: v.text("owner"), Publisher: kb.Publisher{
		Name: v.text("name"), Kind: v.text("kind"), Country: v.text("country"), Interest: v.text("interest"),
		Invented: v.check("invented"), Version: v.version(),
	}}
}

func (s *Server) addPublisher(c *gin.Context, v values) (string, error) {
	_, err := s.desk.AddPublisher(c.Request.Context(), actorOf(c), publisherInput(v))
	return "/desk/publishers", err
}

func (s *Server) savePublisher(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := publisherInput(v)
	in.ID = id
	return "/desk/publishers", s.desk.UpdatePublisher(c.Request.Context(), actorOf(c), in)
}
