package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Title      string         `json:"title"`
	StatusCode int            `json:"status"`
	Detail     string         `json:"detail"`
	Instance   string         `json:"instance,omitempty" doc:"names the request, for reports"`
	Errors     []ProblemField `json:"errors,omitempty"`

	retryAfter string
}

// ProblemField is what is wrong with one field.
type ProblemField struct {
	Field  string `json:"field"`
	Detail string `json:"detail"`
}

// Error gives the words.
func (p *Problem) Error() string { return p.Detail }

// GetStatus is what huma asks for the status.
func (p *Problem) GetStatus() int { return p.StatusCode }

// ContentType is what huma asks for the kind of the answer.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders is what huma asks for more headers.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	return h
}

func init() { // huma makes all errors, and judges all bodies, by these variables
	huma.ValidateStrictCasing = true // of two spellings of one name, one would be passed over
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := &Problem{Title: http.StatusText(status), StatusCode: status, Detail: message}
		if status == http.StatusUnprocessableEntity {
			p.Title, p.Detail = "Something is missing or wrong", "Please look at the named fields."
		}
		for _, err := range errs {
			var detail huma.ErrorDetailer
			if errors.As(err, &detail) {
				d := detail.ErrorDetail()
				p.Errors = append(p.Errors, ProblemField{strings.TrimPrefix(strings.TrimPrefix(d.Location, "body."), "query."), d.Message})
			}
		}
		return p
	}
}

// problem gives an error of the desk or the store as a reader may see it.
func (a *API) problem(ctx context.Context, err error) *Problem {
	var known *Problem
	if errors.As(err, &known) {
		known.Instance = a.RequestID(ctx)
		return known
	}
	var e *kb.Error
	if !errors.As(err, &e) || e.Kind == kb.Internal {
		a.Logger.ErrorContext(ctx, "failed", "request", a.RequestID(ctx), "error", err)
		e = kb.Errorf(kb.Internal, "It is our fault, and it was noted. Nothing was half saved; try again in a moment.")
	}
	status, title := a.Status(e.Kind)
	p := &Problem{Title: title, StatusCode: status, Detail: e.Message, Instance: a.RequestID(ctx)}
	if errors.Is(err, kb.ErrSavedFirst) {
		p.StatusCode, p.Title, p.Detail = http.StatusPreconditionFailed, "Changed meanwhile", "Somebody else saved this since the version that If-Match names. Read it again."
	}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, ProblemField{jsonName(f.Field), f.Message})
	}
	if e.RetryAfter > 0 {
		p.retryAfter = strconv.Itoa(int(e.RetryAfter.Seconds()) + 1)
	}
	return p
}

// jsonName gives the name of a form's field as the API spells it: said_on is
// saidOn.
func jsonName(field string) string {
	for _, part := range []string{"basis", "zone"} { // of a date, which is an object here
		if date, found := strings.CutSuffix(field, "_"+part); found {
			return jsonName(date) + "." + part
		}
	}
	words := strings.Split(field, "_")
	for i, w := range words[1:] {
		if w != "" && w[0] < utf8.RuneSelf {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// fail answers with an error outside of any operation.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := a.problem(r.Context(), err)
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(p.StatusCode)
	_ = json.NewEncoder(w).Encode(p) // whoever asked may be gone
}
