package web

import (
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/views"
)

// form serves one form at one address: GET shows what build makes; POST hands
// what was typed to save, which gives the address to go on to. What is invalid
// or in conflict comes back as the same form with the messages at the fields
// and everything typed still there.
//
// Only those who may do the action see the form; "" is for everybody.
func (s *Server) form(r gin.IRoutes, path string, action desk.Action, build func(*gin.Context) (views.Form, error), save func(*gin.Context, values) (string, error)) {
	s.get(r, path, func(c *gin.Context) error {
		if err := permitted(c, action); err != nil {
			return err
		}
		f, err := build(c)
		if err != nil {
			return err
		}
		return send(c.Request.Context(), c.Writer, http.StatusOK, views.FormPage(f))
	})
	s.post(r, path, func(c *gin.Context) error {
		if err := permitted(c, action); err != nil {
			return err
		}
		typed, err := parseForm(c)
		if err != nil {
			return err
		}
		var next string
		if err = typed.readable(); err == nil {
			next, err = save(c, typed)
		}
		if err == nil {
			c.Redirect(http.StatusSeeOther, next)
			return nil
		}
		return s.showAgain(c, build, typed, err)
	})
}

func permitted(c *gin.Context, action desk.Action) error {
	if action == "" {
		return nil
	}
	return desk.Authorise(actorOf(c), action)
}

// showAgain shows a form that could not be saved, with what was typed. When
// what it is about is gone by now, the typing is shown by itself.
func (s *Server) showAgain(c *gin.Context, build func(*gin.Context) (views.Form, error), typed values, err error) error {
	e, ok := errors.AsType[*kb.Error](err)
	if !ok || (e.Kind != kb.Invalid && e.Kind != kb.Conflict && e.Kind != kb.Throttled && e.Kind != kb.NotFound) {
		return err
	}
	f, buildErr := build(c)
	switch {
	case kb.KindOf(buildErr) == kb.NotFound && buildErr != nil && actorOf(c).Account != "":
		return s.showTyping(c, typed, kb.Errorf(kb.Conflict, "Somebody else removed this meanwhile. What you typed is below."))
	case buildErr != nil:
		return buildErr
	case e.Kind == kb.NotFound:
		return err
	}
	refill(&f, typed, e)
	if e.RetryAfter > 0 {
		c.Header("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds())+1))
	}
	return send(c.Request.Context(), c.Writer, statuses[e.Kind].code, views.FormPage(f))
}

// typingLabels name the fields that a form shows again without knowing more of
// them.
var typingLabels = map[string]string{"reason": "Why", "note": "Note", "into": "The other claim", "person": "Person"}

// showTyping shows what was typed in a form of its own, so that nothing is lost
// when there is no form to go back to, and lets it be sent again.
func (s *Server) showTyping(c *gin.Context, typed values, e *kb.Error) error {
	f := views.Form{
		Page: s.deskPage(c, statuses[e.Kind].heading), Heading: statuses[e.Kind].heading, Action: c.Request.URL.RequestURI(), Submit: "Send again",
		Message: e.Message, Groups: []views.FieldGroup{{}}, Cancel: views.Link{Text: "Back to the claim", URL: claimOf(c)},
	}
	for _, name := range slices.Sorted(maps.Keys(typed.form)) {
		label, known := typingLabels[name]
		if !known {
			label = name
		}
		if name == "hash" || name == "version" || !utf8.ValidString(typed.text(name)) {
			f.Hidden = append(f.Hidden, views.Hidden{Name: name, Value: strings.ToValidUTF8(typed.text(name), "")})
			continue
		}
		x := large(areaField(name, label, typed.text(name), 3))
		for _, problem := range e.Fields {
			if problem.Field == name {
				x.Error = problem.Message
			}
		}
		f.Groups[0].Fields = append(f.Groups[0].Fields, x)
	}
	return send(c.Request.Context(), c.Writer, statuses[e.Kind].code, views.FormPage(f))
}

// claimOf gives the claim's page that an address below it belongs to.
func claimOf(c *gin.Context) string {
	if id, err := idParam(c, "id"); err == nil && strings.HasPrefix(c.Request.URL.Path, "/desk/claims/") {
		return deskClaim(id)
	}
	return "/desk"
}

func parseForm(c *gin.Context) (values, error) {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if kind == "multipart/form-data" && takesFiles(c.Request.URL.Path) {
		return parseFiles(c)
	}
	if c.Request.ContentLength != 0 && (err != nil || kind != "application/x-www-form-urlencoded") {
		return values{}, kb.Errorf(kb.Unsupported, "Send this as a form (application/x-www-form-urlencoded).")
	}
	if err := c.Request.ParseForm(); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return values{}, err
		}
		return values{}, kb.Errorf(kb.Malformed, "The form that was sent cannot be read.").Because(err)
	}
	return values{form: c.Request.PostForm}, nil
}

// filesInMemory is how much of a form with files is read into memory at once.
const filesInMemory = 4 << 20

// parseFiles reads a form that carries one file, named "file".
func parseFiles(c *gin.Context) (values, error) {
	if err := c.Request.ParseMultipartForm(filesInMemory); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return values{}, err
		}
		if errors.Is(err, multipart.ErrMessageTooLarge) {
			return values{}, kb.Errorf(kb.TooLarge, "That is more text than can be pasted at once. Upload it as a file.")
		}
		return values{}, kb.Errorf(kb.Malformed, "The form that was sent cannot be read.").Because(err)
	}
	defer c.Request.MultipartForm.RemoveAll() //nolint:errcheck // temporary files; the system clears them too
	v := values{form: c.Request.MultipartForm.Value}
	for _, header := range c.Request.MultipartForm.File["file"] {
		f, err := header.Open()
		if err != nil {
			return v, kb.Errorf(kb.Malformed, "The file that was sent cannot be read.").Because(err)
		}
		v.fileName = header.Filename
		v.file, err = io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil {
			return v, kb.Errorf(kb.Malformed, "The file that was sent cannot be read.").Because(err)
		}
	}
	return v, nil
}

// refill puts what was typed back into a form, with what is wrong with it. When
// somebody else saved meanwhile, each field shows their text too, and sending
// again overwrites knowingly.
func refill(f *views.Form, typed values, e *kb.Error) {
	f.Message = e.Message
	overtaken := errors.Is(e, kb.ErrSavedFirst)
	f.Conflict = overtaken
	if overtaken {
		f.Message += " To keep yours, send again; it replaces theirs."
	}
	if !overtaken { // the version stays the one that was read, so that a later save is noticed
		for i, h := range f.Hidden {
			if h.Name == "version" && typed.form.Has("version") {
				f.Hidden[i].Value = typed.text("version")
			}
		}
	}
	for i, h := range f.Hidden {
		if h.Name == "hash" && typed.form.Has("hash") { // what was read, not what came to stand in its place
			f.Hidden[i].Value = typed.text("hash")
		}
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
	case "password", "file":
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
		x.Value = strings.ToValidUTF8(typed.text(x.Name), "\ufffd")
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

// values is what was typed into a form, and the file that came with it.
type values struct {
	form     url.Values
	file     []byte
	fileName string
}

// readable reports the fields that no database can keep.
func (v values) readable() error {
	e := kb.Errorf(kb.Invalid, "Please look at the marked fields.")
	for name, all := range v.form {
		for _, s := range all {
			switch {
			case !utf8.ValidString(s) || !utf8.ValidString(name):
				e.Fields = append(e.Fields, kb.FieldError{Field: name, Message: "This is not valid text (UTF-8)."})
			case strings.ContainsRune(s, 0):
				e.Fields = append(e.Fields, kb.FieldError{Field: name, Message: "This has a control character (U+0000) that cannot be kept. Remove it, please."})
			}
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// typed reports whether a person typed something, beyond choosing.
func (v values) typed() bool { return v.text("reason")+v.text("note")+v.text("into") != "" }

func (v values) text(name string) string { return v.form.Get(name) }

// any reports whether one of the fields holds something.
func (v values) any(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return v.form.Get(name) != "" })
}

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

// checksField offers options of which any number can be chosen.
func checksField(name, label string, options []kb.Option, chosen []string) views.Field {
	x := views.Field{Name: name, Label: label, Kind: "checks"}
	for _, o := range options {
		x.Options = append(x.Options, views.Option{Value: o.Value, Label: o.Label, Selected: slices.Contains(chosen, o.Value)})
	}
	return x
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

// dayField asks for a day of our own work, which is known.
func dayField(name, label string, d kb.Date) views.Field {
	value := d.EDTF
	if d.Unknown() {
		value = ""
	}
	return hinted(optional(textField(name, label, value)), "2026-11-20 or 20 November 2026")
}

func optional(x views.Field) views.Field { x.Optional = true; return x }

func hinted(x views.Field, hint string) views.Field { x.Hint = hint; return x }

// matched has what is typed looked up among the published claims.
func matched(x views.Field, address string) views.Field { x.Matches = address; return x }

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
