package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// What a session holds.
const (
	sessionAccount = "account"
	sessionEpoch   = "epoch"
	actorKey       = "actor"
)

// signedIn lets only signed-in people pass, as the accounts stand now: a role
// taken away or a sign-out everywhere holds from the next request on.
func (s *Server) signedIn(c *gin.Context) {
	actor, err := s.currentActor(c)
	if err == nil && actor.Anonymous() {
		if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
			c.Redirect(http.StatusSeeOther, "/login?next="+url.QueryEscape(c.Request.URL.RequestURI()))
			c.Abort()
			return
		}
		err = kb.Errorf(kb.Unauthenticated, "You are signed out by now. Sign in again in another tab, come back here and send again.")
	}
	if err == nil {
		err = desk.Authorise(actor, desk.ReadDesk)
	}
	if err != nil {
		s.writeError(c.Writer, c.Request, err)
		c.Abort()
		return
	}
	c.Set(actorKey, actor)
}

func (s *Server) currentActor(c *gin.Context) (kb.Actor, error) {
	ctx := c.Request.Context()
	account := s.sessions.GetString(ctx, sessionAccount)
	if account == "" {
		return kb.Actor{}, nil
	}
	actor, good, err := s.db.Desk(ctx).Actor(kb.ID(account), s.sessions.GetInt64(ctx, sessionEpoch))
	if err != nil || !good {
		return kb.Actor{}, err
	}
	return actor, nil
}

func actorOf(c *gin.Context) kb.Actor {
	actor, _ := c.Value(actorKey).(kb.Actor)
	return actor
}

func (s *Server) plainPage(title string) views.Page {
	page := s.public.page(title, "")
	page.NoIndex = true
	return page
}

func (s *Server) loginForm(c *gin.Context) (views.Form, error) {
	email := views.Field{Name: "email", Label: "E-mail address", Kind: "email", Complete: "username"}
	password := views.Field{Name: "password", Label: "Password", Kind: "password", Complete: "current-password"}
	return views.Form{
		Page: s.plainPage("Sign in"), Heading: "Sign in", Action: "/login", Submit: "Sign in", Narrow: true,
		Lead:   "The desk is for those who research, review and publish. Reading needs no account.",
		Hidden: []views.Hidden{{Name: "next", Value: localPath(c.Query("next")+c.Request.PostFormValue("next"), "/desk")}},
		Groups: []views.FieldGroup{group("", large(email), large(password))},
	}, nil
}

func (s *Server) login(c *gin.Context, v values) (string, error) {
	ctx := c.Request.Context()
	account, err := s.desk.SignIn(ctx, v.text("email"), v.text("password"), c.ClientIP())
	if err != nil {
		return "", err
	}
	if err := s.startSession(c, account); err != nil {
		return "", err
	}
	return localPath(v.text("next"), "/desk"), nil
}

// startSession begins a session under a new token, so that one planted before
// is worth nothing.
func (s *Server) startSession(c *gin.Context, account kb.Account) error {
	ctx := c.Request.Context()
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	s.sessions.Put(ctx, sessionAccount, string(account.ID))
	s.sessions.Put(ctx, sessionEpoch, account.Epoch)
	return nil
}

func (s *Server) logout(c *gin.Context) error {
	if err := s.sessions.Destroy(c.Request.Context()); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/")
	return nil
}

// linkForm shows the form behind a one-time link: an invitation or a recovery.
func (s *Server) linkForm(c *gin.Context) (views.Form, error) {
	account, err := s.desk.LinkAccount(c.Request.Context(), c.Param("token"))
	if err != nil {
		return views.Form{}, err
	}
	password := views.Field{Name: "password", Label: "New password", Kind: "password", Complete: "new-password"}
	again := views.Field{Name: "again", Label: "The same again", Kind: "password", Complete: "new-password"}
	page := s.plainPage("Set your password")
	return views.Form{
		Page: page, Heading: "Set your password", Lead: "For " + account.Email + ". The link works once.", Submit: "Set password", Narrow: true,
		Action: "/login/link/" + url.PathEscape(c.Param("token")),
		Groups: []views.FieldGroup{group("", large(hinted(password, "At least 10 characters. A few words make a good one.")), large(again))},
	}, nil
}

func (s *Server) useLink(c *gin.Context, v values) (string, error) {
	if v.text("password") != v.text("again") {
		return "", kb.InvalidField("again", "The two are not the same.")
	}
	err := s.desk.SetPasswordByLink(c.Request.Context(), c.Param("token"), v.text("password"))
	return "/login", err
}

func (s *Server) ownAccountForm(c *gin.Context) (views.Form, error) {
	actor := actorOf(c)
	old := views.Field{Name: "old", Label: "Present password", Kind: "password", Complete: "current-password"}
	password := views.Field{Name: "password", Label: "New password", Kind: "password", Complete: "new-password"}
	return views.Form{
		Page: s.deskPage(c, "Your account"), Heading: "Your account", Action: "/desk/account", Submit: "Change password", Narrow: true,
		Lead:   "Signed in as " + actor.Name + " (" + strings.Join(strings.Fields(actor.Roles.String()), ", ") + "). A new password signs you out everywhere.",
		Groups: []views.FieldGroup{group("", large(old), large(hinted(password, "At least 10 characters.")))},
		Steps:  []views.StepForm{{Label: "Sign out everywhere", URL: "/desk/account/sign-out-everywhere"}},
		Links:  []views.Link{{Text: "Access tokens for programs", URL: "/desk/account/tokens"}, {Text: "Log claims from any page", URL: "/desk/account/bookmarklet"}},
	}, nil
}

func (s *Server) changePassword(c *gin.Context, v values) (string, error) {
	err := s.desk.ChangePassword(c.Request.Context(), actorOf(c), v.text("old"), v.text("password"))
	return "/login", err
}

func (s *Server) signOutEverywhere(c *gin.Context) error {
	if err := s.desk.SignOutEverywhere(c.Request.Context(), actorOf(c)); err != nil {
		return err
	}
	return s.logout(c)
}
