package web

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

const deskTokens = "/desk/account/tokens"

func (s *Server) tokenRoutes(d *gin.RouterGroup) {
	s.get(d, "/account/tokens", s.tokens)
	s.get(d, "/account/tokens/new", s.showTokenForm)
	s.post(d, "/account/tokens/new", s.addToken)
	s.post(d, "/account/tokens/:id/revoke", s.revokeToken)
	s.get(d, "/account/bookmarklet", s.bookmarklet)
}

// tokens lists the actor's own tokens.
func (s *Server) tokens(c *gin.Context) error {
	return s.tokenSheet(c, http.StatusOK, nil)
}

// tokenSheet lists tokens, below the facts of one that was just made.
func (s *Server) tokenSheet(c *gin.Context, status int, made []views.Fact) error {
	tokens, err := s.read(c).Tokens(actorOf(c).Account)
	if err != nil {
		return err
	}
	section := views.CaseSection{ID: "tokens", Heading: "Tokens", Add: []views.Link{{Text: "Make a token", URL: deskTokens + "/new"}}, Empty: "You have none. A token lets a program log claims, add sources or draft rulings in your name; it never approves or publishes."}
	now := s.desk.Now()
	for _, t := range tokens {
		section.Items = append(section.Items, s.tokenItem(t, t.Good(now)))
	}
	sheet := views.Sheet{
		Page: s.deskPage(c, "Access tokens"), Heading: "Access tokens", Lead: views.Link{Text: "Your account", URL: "/desk/account"}, Facts: made,
		Links: []views.Link{{Text: "What programs can do", URL: "/api/docs"}}, Sections: []views.CaseSection{section},
	}
	return send(c.Request.Context(), c.Writer, status, views.SheetPage(sheet))
}

func (s *Server) tokenItem(t kb.APIToken, good bool) views.CaseItem {
	item := views.CaseItem{Title: views.Link{Text: t.Name + " (…" + t.Hint + ")"}, Chips: []views.Chip{{Text: "in force", Tone: "good"}}}
	meta := []string{strings.Join(t.Scopes, ", "), "made on " + moment(t.CreatedAt).Words}
	if t.UsedAt != nil {
		meta = append(meta, "last used on "+moment(*t.UsedAt).Exact)
	} else {
		meta = append(meta, "never used")
	}
	switch {
	case t.RevokedAt != nil:
		item.Chips[0] = views.Chip{Text: "revoked", Tone: "bad"}
		meta = append(meta, "revoked on "+moment(*t.RevokedAt).Words)
	case !good:
		item.Chips[0] = views.Chip{Text: "past", Tone: "bad"}
	case t.ExpiresAt != nil:
		meta = append(meta, "until "+moment(*t.ExpiresAt).Words)
	}
	item.Meta = strings.Join(meta, " · ")
	if good {
		item.Steps = []views.StepForm{{Label: "Revoke", URL: deskTokens + "/" + string(t.ID) + "/revoke"}}
	}
	return item
}

func (s *Server) newTokenForm(c *gin.Context) (views.Form, error) {
	return views.Form{
		Page: s.deskPage(c, "Make a token"), Heading: "Make a token", Action: deskTokens + "/new", Submit: "Make the token", Narrow: true,
		Lead:   "The program acts in your name, within what you may do yourself. It can never approve, publish, correct or retract.",
		Cancel: views.Link{Text: "Cancel", URL: deskTokens},
		Groups: []views.FieldGroup{group("", large(hinted(textField("name", "Program", ""), "So that you know it again when you revoke it")), checksField("scopes", "What it may do", kb.Scopes, nil), selectField("days", "For how long", "90", kb.TokenLives))},
	}, nil
}

func (s *Server) showTokenForm(c *gin.Context) error {
	if err := permitted(c, desk.OwnTokens); err != nil {
		return err
	}
	f, err := s.newTokenForm(c)
	if err != nil {
		return err
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.FormPage(f))
}

// addToken shows the new token in its answer and nowhere else: only its hash is
// kept.
func (s *Server) addToken(c *gin.Context) error {
	typed, err := parseForm(c)
	if err != nil {
		return err
	}
	if err := typed.readable(); err != nil {
		return s.showAgain(c, s.newTokenForm, typed, err)
	}
	secret, err := s.desk.AddToken(c.Request.Context(), actorOf(c), kb.TokenInput{Name: typed.text("name"), Scopes: typed.form["scopes"], Days: typed.text("days")})
	if err != nil {
		return s.showAgain(c, s.newTokenForm, typed, err)
	}
	return s.tokenSheet(c, http.StatusCreated, []views.Fact{
		{Label: "Copy it now", Value: "It is shown this once, and kept only as a hash. Programs send it as “Authorization: Bearer …”."}, {Label: "Your token", Value: secret},
	})
}

func (s *Server) revokeToken(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := s.desk.RevokeToken(c.Request.Context(), actorOf(c), id); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskTokens)
	return nil
}

// bookmarklet gives the bookmark that sends what is selected on any page to the
// form for a new claim.
func (s *Server) bookmarklet(c *gin.Context) error {
	if err := permitted(c, desk.SuggestClaim); err != nil {
		return err
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.BookmarkletPage(views.Bookmarklet{
		Page: s.deskPage(c, "Log claims from any page"), Address: bookmark(s.baseURL),
	}))
}

// bookmark is the program in the bookmark: it sends selection, address and title
// of the page that is open, and nothing else.
func bookmark(base string) string {
	return "javascript:(()=>{const s=String(getSelection()).trim().slice(0,1000),u=new URLSearchParams({text:s,url:location.href,title:document.title.slice(0,300),lang:document.documentElement.lang});" +
		"open('" + base + "/desk/claims/new?'+u,'_blank','noopener')})()"
}
