package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// form serves one form at one address: GET shows what build makes; POST hands
// what was typed to save, which gives the address to go on to. What is invalid
// or in conflict comes back as the same form with the messages at the fields
// and everything typed still there.
func (s *Server) form(r gin.IRoutes, path string, build func(*gin.Context) (views.Form, error), save func(*gin.Context, values) (string, error)) {
	s.get(r, path, func(c *gin.Context) error {
		f, err := build(c)
		if err != nil {
			return err
		}
		return send(c.Request.Context(), c.Writer, http.StatusOK, views.FormPage(f))
	})
	s.post(r, path, func(c *gin.Context) error {
		typed, err := parseForm(c)
		if err != nil {
			return err
		}
		next, err := save(c, typed)
		if err == nil {
			c.Redirect(http.StatusSeeOther, next)
			return nil
		}
		e, ok := errors.AsType[*kb.Error](err)
		if !ok || (e.Kind != kb.Invalid && e.Kind != kb.Conflict) {
			return err
		}
		f, err := build(c)
		if err != nil {
			return err
		}
		refill(&f, typed, e)
		return send(c.Request.Context(), c.Writer, statuses[e.Kind].code, views.FormPage(f))
	})
}

func parseForm(c *gin.Context) (values, error) {
	if err := c.Request.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return values{}, err
		}
		return values{}, kb.Errorf(kb.Malformed, "The form that was sent cannot be read.").Because(err)
	}
	return values{c.Request.PostForm}, nil
}

// refill puts what was typed back into a form, with what is wrong with it. When
// somebody else saved meanwhile, each field shows their text too, and sending
// again overwrites knowingly.
func refill(f *views.Form, typed values, e *kb.Error) {
	f.Message = e.Message
	overtaken := e.Kind == kb.Conflict && hiddenValue(*f, "version") != typed.text("version")
	f.Conflict = overtaken
	if overtaken {
		f.Message += " To keep yours, send again; it replaces theirs."
	}
	placed := map[string]bool{}
	for g := range f.Groups {
		for i := range f.Groups[g].Fields {
			x := &f.Groups[g].Fields[i]
			refillField(x, typed, overtaken)
			for _, problem := range e.Fields {
				if problem.Field == x.Name {
					x.Error = problem.Message
					placed[problem.Field] = true
				}
			}
		}
	}
	for _, problem := range e.Fields {
		if !placed[problem.Field] {
			f.Message += " " + problem.Message
		}
	}
}

func refillField(x *views.Field, typed values, overtaken bool) {
	saved := shownValue(*x)
	switch x.Kind {
	case "password":
		x.Value = ""
		return
	case "checks":
		for i := range x.Options {
			x.Options[i].Selected = slices.Contains(typed.form[x.Name], x.Options[i].Value)
		}
	case "select":
		for i := range x.Options {
			x.Options[i].Selected = x.Options[i].Value == typed.text(x.Name)
		}
	default:
		x.Value = typed.text(x.Name)
	}
	if mine := shownValue(*x); overtaken && plain(mine) != plain(saved) {
		x.Theirs, x.Changed = saved, true
	}
}

// shownValue gives a field's value as a person reads it.
func shownValue(x views.Field) string {
	if x.Kind != "select" && x.Kind != "checks" {
		return x.Value
	}
	var labels []string
	for _, o := range x.Options {
		if o.Selected {
			labels = append(labels, o.Label)
		}
	}
	return strings.Join(labels, ", ")
}

func plain(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }

func hiddenValue(f views.Form, name string) string {
	for _, h := range f.Hidden {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}

// values is what was typed into a form.
type values struct{ form url.Values }

func (v values) text(name string) string { return v.form.Get(name) }

func (v values) check(name string) bool { return v.form.Get(name) != "" }

func (v values) lines(name string) []string { return kb.Lines(v.form.Get(name)) }

func (v values) id(name string) kb.ID { return kb.ID(strings.TrimSpace(v.form.Get(name))) }

func (v values) version() int64 {
	n, _ := strconv.ParseInt(v.form.Get("version"), 10, 64) // nonsense is version 0: a conflict
	return n
}

// date reads the three fields of a date. What cannot be read stays as typed, so
// that validation names the field.
func (v values) date(name string) kb.Date {
	d, err := kb.ParseDate(v.form.Get(name))
	if err != nil {
		d = kb.StatedDate(strings.TrimSpace(v.form.Get(name)))
	}
	if !d.Unknown() && v.form.Get(name+"_basis") != "" {
		d.Basis = v.form.Get(name + "_basis")
	}
	d.Note, d.Zone = v.form.Get(name+"_note"), v.form.Get(name+"_zone")
	return d
}

// The makers of fields.

func textField(name, label, value string) views.Field {
	return views.Field{Name: name, Label: label, Kind: "text", Value: value}
}

func areaField(name, label, value string, rows int) views.Field {
	return views.Field{Name: name, Label: label, Kind: "area", Value: value, Rows: rows}
}

func checkField(name, label string, on bool) views.Field {
	value := ""
	if on {
		value = "yes"
	}
	return views.Field{Name: name, Label: label, Kind: "check", Value: value}
}

func selectField(name, label, value string, options []kb.Option) views.Field {
	x := views.Field{Name: name, Label: label, Kind: "select"}
	for _, o := range options {
		x.Options = append(x.Options, views.Option{Value: o.Value, Label: o.Label, Selected: o.Value == value})
	}
	return x
}

func pickField(name, label, value string, options []views.Option) views.Field {
	return views.Field{Name: name, Label: label, Kind: "pick", Value: value, Options: options}
}

var bases = []kb.Option{{Value: kb.Stated, Label: "stated"}, {Value: kb.Inferred, Label: "inferred"}}

const dateHint = "2024-06-20, June 2024, 20 June 2024, 2024-06-22/.., or unknown"

func dateFields(name, label string, d kb.Date) []views.Field {
	value := d.EDTF
	if d.Unknown() {
		value = ""
	}
	date := hinted(optional(textField(name, label, value)), dateHint)
	basis := selectField(name+"_basis", label+": how it is known", d.Basis, bases)
	note := optional(textField(name+"_note", label+": note", d.Note))
	fields := []views.Field{date, basis, note}
	if d.Zone != "" {
		fields = append(fields, optional(textField(name+"_zone", label+": time zone", d.Zone)))
	}
	return fields
}

func optional(x views.Field) views.Field { x.Optional = true; return x }

func hinted(x views.Field, hint string) views.Field { x.Hint = hint; return x }

func large(x views.Field) views.Field { x.Large = true; return x }

func limitedTo(x views.Field, n int) views.Field { x.Limit = n; return x }

func group(heading string, fields ...views.Field) views.FieldGroup {
	return views.FieldGroup{Heading: heading, Fields: fields}
}

func folded(heading, hint string, fields ...views.Field) views.FieldGroup {
	return views.FieldGroup{Heading: heading, Hint: hint, Folded: true, Fields: fields}
}

func version(n int64) views.Hidden {
	return views.Hidden{Name: "version", Value: strconv.FormatInt(n, 10)}
}
