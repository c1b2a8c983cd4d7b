package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// statuses maps kinds of errors to HTTP; headings are what a person reads first.
var statuses = map[kb.Kind]struct {
	code    int
	heading string
}{
	kb.Internal:        {http.StatusInternalServerError, "Something went wrong here"},
	kb.Malformed:       {http.StatusBadRequest, "This request cannot be read"},
	kb.Invalid:         {http.StatusUnprocessableEntity, "Something is missing or wrong"},
	kb.Unauthenticated: {http.StatusUnauthorized, "Sign in first"},
	kb.Forbidden:       {http.StatusForbidden, "You may not do this"},
	kb.NotFound:        {http.StatusNotFound, "Nothing here"},
	kb.WrongMethod:     {http.StatusMethodNotAllowed, "Not here"},
	kb.Conflict:        {http.StatusConflict, "This cannot be done as things stand"},
	kb.Gone:            {http.StatusGone, "Redacted"},
	kb.TooLarge:        {http.StatusRequestEntityTooLarge, "Too large"},
	kb.Unsupported:     {http.StatusUnsupportedMediaType, "Not in this form"},
	kb.Throttled:       {http.StatusTooManyRequests, "Too many attempts"},
	kb.Unavailable:     {http.StatusServiceUnavailable, "Back in a moment"},
	kb.NotOffered:      {http.StatusNotImplemented, "Not in this form"},
}

// handle adapts a handler that returns an error: the only way from an error to
// an answer.
func (s *Server) handle(h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if route := c.FullPath(); route != "" {
			askingOf(c.Request.Context()).route = route
		}
		if err := h(c); err != nil {
			s.writeError(c.Writer, c.Request, err)
			c.Abort()
		}
	}
}

// writeError answers with an error page, or problem+json for those who ask for
// JSON. The operator's words go to the log only.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
		return
	}
	e := readable(err)
	status := statuses[e.Kind]
	if status.code >= http.StatusInternalServerError {
		s.log.ErrorContext(r.Context(), "failed", "request", requestOf(r.Context()), "path", loggedPath(r.URL.Path), "error", err)
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Del("ETag")
	switch {
	case e.RetryAfter > 0:
		h.Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())+1))
	case e.Kind == kb.Unavailable:
		h.Set("Retry-After", "5")
	}
	if embeddable(r.URL.Path) {
		s.writeCardNote(w, r, status.code, e)
		return
	}
	if strings.HasPrefix(r.URL.Path, factCheckPath) {
		writeFactCheckError(w, status.code, e)
		return
	}
	if wantsJSON(r) {
		writeProblem(w, r, status.code, status.heading, e)
		return
	}
	page := views.Error{
		Page: s.errorPage(status.heading), Status: status.code, Heading: status.heading, Message: e.Message,
		Back: views.Link{Text: "To the front page", URL: "/"},
	}
	if status.code >= http.StatusInternalServerError {
		page.Request = requestOf(r.Context())
	}
	for _, f := range e.Fields {
		page.Fields = append(page.Fields, f.Message)
	}
	if e.Kind == kb.Unauthenticated {
		page.Back = views.Link{Text: "Sign in", URL: "/login"}
	}
	if strings.HasPrefix(r.URL.Path, "/desk/claims/") {
		page.Back = views.Link{Text: "Back to the claim", URL: strings.Join(strings.SplitN(r.URL.Path, "/", 5)[:4], "/")}
	} else if strings.HasPrefix(r.URL.Path, "/desk/") {
		page.Back = views.Link{Text: "To the queue", URL: "/desk"}
	}
	// The page is shown even when the request's time is over.
	if err := send(context.WithoutCancel(r.Context()), w, status.code, views.ErrorPage(page)); err != nil {
		s.log.WarnContext(r.Context(), "an error could not be shown", "request", requestOf(r.Context()), "error", err)
	}
}

// readable gives the error as a reader may see it.
func readable(err error) *kb.Error {
	if e, ok := errors.AsType[*kb.Error](err); ok && e.Kind != kb.Internal {
		return e
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return kb.Errorf(kb.TooLarge, "That is more than can be sent at once: at most %d MB.", e.Limit>>20)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return kb.Errorf(kb.Unavailable, "This took too long. Nothing was lost; try again in a moment.")
	}
	return kb.Errorf(kb.Internal, "It is our fault, and it was noted. Nothing was half saved; try again in a moment.")
}

func wantsJSON(r *http.Request) bool {
	return strings.HasSuffix(r.URL.Path, ".json") || r.URL.Path == "/oembed" || strings.HasPrefix(r.URL.Path, "/api/") && r.URL.Path != "/api/docs" || strings.Contains(r.Header.Get("Accept"), "application/problem+json")
}

// writeProblem answers in the form of RFC 9457.
func writeProblem(w http.ResponseWriter, r *http.Request, status int, title string, e *kb.Error) {
	type field struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	}
	problem := struct {
		Title    string  `json:"title"`
		Status   int     `json:"status"`
		Detail   string  `json:"detail"`
		Instance string  `json:"instance,omitempty"`
		Errors   []field `json:"errors,omitempty"`
	}{Title: title, Status: status, Detail: e.Message, Instance: requestOf(r.Context())}
	for _, f := range e.Fields {
		problem.Errors = append(problem.Errors, field{f.Field, f.Message})
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem)
}

// send renders into memory first, so that an error cannot leave half a page.
func send(ctx context.Context, w http.ResponseWriter, status int, page templ.Component) error {
	b, err := rendered(ctx, page)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err = w.Write(b)
	return err
}

func rendered(ctx context.Context, page templ.Component) ([]byte, error) {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	if err := page.Render(ctx, buf); err != nil {
		return nil, err
	}
	return bytes.Clone(buf.Bytes()), nil
}

func (s *Server) denyCrossOrigin(w http.ResponseWriter, r *http.Request) {
	s.writeError(w, r, kb.Errorf(kb.Forbidden, "This form was sent from another site."))
}

func (s *Server) sessionTrouble(w http.ResponseWriter, r *http.Request, err error) {
	s.writeError(w, r, err)
}
