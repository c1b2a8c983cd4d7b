package web

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

func (s *Server) derivationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(id)
	if err != nil {
		return views.Form{}, err
	}
	groups, err := s.derivationFields(c)
	return views.Form{
		Page: s.deskPage(c, "Add a derivation"), Heading: "Where does it come from?", Submit: "Save",
		Lead:   "“" + source.Title + "”, the whole of it. What only one quotation has from elsewhere is recorded on the claim.",
		Action: deskSource(id, "derivations", "new"), Cancel: views.Link{Text: "Cancel", URL: deskSource(id)}, Groups: groups,
	}, err
}

func (s *Server) derivationFields(c *gin.Context) ([]views.FieldGroup, error) {
	sources, err := s.sourceChoices(c)
	if err != nil {
		return nil, err
	}
	return []views.FieldGroup{group("",
		selectField("kind", "It", "republishes", kb.DerivationKinds),
		large(pickField("to", "That source", "", sources)),
		large(hinted(areaField("basis", "The words that show it", "", 2), "For example “per Reuters”.")),
		selectField("faithfulness", "Faithfulness", "unknown", kb.Faithfulnesses),
		optional(hinted(areaField("note", "What was left out or misdescribed", "", 2), "Needed when it was cut or misdescribed.")))}, nil
}

func derivationInput(v values) desk.DerivationInput {
	return desk.DerivationInput{To: v.text("to"), Derivation: kb.Derivation{
		Kind: v.text("kind"), Faithfulness: v.text("faithfulness"), Note: v.text("note"), Basis: v.text("basis"),
	}}
}

func (s *Server) addDerivation(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := derivationInput(v)
	in.FromID = id
	_, err = s.desk.Derive(c.Request.Context(), actorOf(c), in)
	return deskSource(id) + "#derivations", err
}

func (s *Server) removeDerivation(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return err
	}
	if err := s.desk.RemoveDerivation(c.Request.Context(), actorOf(c), sub); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(id)+"#derivations")
	return nil
}

// itemOf names the one evidence or attestation that a form is about.
func itemOf(c *gin.Context) string {
	if item := c.Query("item"); item != "" {
		return item
	}
	return c.Request.PostFormValue("item")
}

func (s *Server) itemDerivationForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.itemSource(c, id, kb.ID(itemOf(c)))
	if err != nil {
		return views.Form{}, err
	}
	groups, err := s.derivationFields(c)
	return views.Form{
		Page: s.deskPage(c, "Add a derivation"), Heading: "Where does this one have it from?", Submit: "Save",
		Lead:   "What this claim takes from “" + source.Title + "”, nothing else in it.",
		Action: deskClaim(id, "derivations", "new") + "?item=" + url.QueryEscape(itemOf(c)), Cancel: views.Link{Text: "Cancel", URL: deskClaim(id)},
		Hidden: []views.Hidden{{Name: "item", Value: itemOf(c)}}, Groups: groups,
	}, err
}

func (s *Server) itemSource(c *gin.Context, claim, item kb.ID) (kb.Source, error) {
	if e, err := s.read(c).Evidence(item, claim); err == nil {
		return s.read(c).Source(e.SourceID)
	}
	a, err := s.read(c).Attestation(item, claim)
	if err != nil {
		return kb.Source{}, err
	}
	return s.read(c).Source(a.SourceID)
}

func (s *Server) addItemDerivation(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	in := derivationInput(v)
	in.Claim = id
	item := kb.ID(itemOf(c))
	if _, err := s.read(c).Evidence(item, id); err == nil {
		in.EvidenceID = item
	} else {
		in.AttestationID = item
	}
	_, err = s.desk.Derive(c.Request.Context(), actorOf(c), in)
	return deskClaim(id), err
}
