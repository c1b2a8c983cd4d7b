package web

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// captureStates colours the state of a capture; the word says it too.
var captureStates = map[string]views.Chip{
	kb.Queued:    {Text: "waiting", Tone: "mixed"},
	kb.Running:   {Text: "under way", Tone: "mixed"},
	kb.Kept:      {Text: "kept", Tone: "good"},
	kb.Unchanged: {Text: "unchanged", Tone: "good"},
	kb.FailedJob: {Text: "failed", Tone: "bad"},
	kb.Cancelled: {Text: "cancelled"},
}

// captureSection shows the copies of a source, and the captures that are under
// way or came to nothing.
func captureSection(may bool, f store.SourceFile) views.CaseSection {
	id := f.Source.ID
	section := views.CaseSection{ID: "captures", Heading: "Copies", Empty: "There is no copy of it yet: quotations can only be copied by hand."}
	if may {
		section.Add = []views.Link{{Text: "Paste or upload", URL: deskSource(id, "captures", "new")}}
	}
	for _, j := range f.Jobs {
		if j.State != kb.Kept && j.State != kb.Unchanged {
			section.Items = append(section.Items, jobItem(may, j))
		}
	}
	for _, s := range f.Captures {
		item := views.CaseItem{
			Anchor: "s" + string(s.ID), Title: views.Link{Text: "Copy of " + moment(s.CapturedAt).Words, URL: deskSource(id, "snapshots", string(s.ID))},
			Chips: []views.Chip{{Text: kb.Label(kb.CaptureMethods, s.Method)}, {Text: "readers see: " + kb.Label(kb.RightsOptions, s.Rights)}},
			Meta:  "by " + f.People[s.CapturedBy].Name,
		}
		if s.Complete == "no" {
			item.Chips = append(item.Chips, views.Chip{Text: "not the whole of it", Tone: "mixed"})
		}
		if s.FinalURL != "" {
			item.Meta += ", " + s.FinalURL
		}
		for _, j := range f.Jobs {
			if j.State == kb.Unchanged && j.SnapshotID == s.ID && j.FinishedAt != nil {
				item.Chips = append(item.Chips, views.Chip{Text: "the page was the same on " + moment(*j.FinishedAt).Words, Tone: "good"})
				break
			}
		}
		if may {
			item.Links = append(item.Links, views.Link{Text: "Quote from it", URL: deskSource(id, "snapshots", string(s.ID))})
			if hint := factsHint(f.Source, s.Facts); hint != "" {
				item.Meta += "\n" + hint
				item.Links = append(item.Links, views.Link{Text: "Take over what the page says of itself", URL: deskSource(id, "edit") + "?from=" + string(s.ID)})
			}
		}
		section.Items = append(section.Items, item)
	}
	return section
}

// jobItem shows a capture that has not, or not yet, brought a copy.
func jobItem(may bool, j kb.CaptureJob) views.CaseItem {
	item := views.CaseItem{Title: views.Link{Text: "Capture asked for on " + moment(j.RequestedAt).Words}, Chips: []views.Chip{captureStates[j.State]}, Meta: j.Words, Live: j.Under()}
	if j.Failure != "" {
		item.Chips = append(item.Chips, views.Chip{Text: kb.Label(kb.CaptureFailures, j.Failure), Tone: "bad"})
	}
	if may && j.Under() {
		item.Action, item.Verb = deskSource(j.SourceID, "captures", strconv.FormatInt(j.ID, 10), "cancel"), "Cancel"
	}
	return item
}

// factsHint says what a page says of itself and the source does not have yet.
func factsHint(s kb.Source, f kb.PageFacts) string {
	var lacks string
	add := func(label, value string) {
		if lacks != "" {
			lacks += "; "
		}
		lacks += label + ": " + value
	}
	if f.Title != "" && f.Title != s.Title {
		add("title", f.Title)
	}
	if f.Published != "" && s.PublishedOn.Unknown() {
		add("published", f.Published)
	}
	if f.Publisher != "" && s.PublisherID == "" {
		add("publisher", f.Publisher)
	}
	if len(f.Authors) > 0 && len(s.Authors) == 0 {
		add("by", f.Authors[0])
	}
	if lacks == "" {
		return ""
	}
	return "The page says of itself: " + lacks
}

// captureNow asks for a capture of the live page.
func (s *Server) captureNow(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if _, err := s.desk.AskCapture(c.Request.Context(), actorOf(c), id); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(id)+"#captures")
	return nil
}

func (s *Server) cancelCapture(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(c.Param("sub"), 10, 64)
	if err != nil {
		return kb.Errorf(kb.NotFound, "This source has no such capture.").Because(err)
	}
	if err := s.desk.CancelCapture(c.Request.Context(), actorOf(c), id, n); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(id)+"#captures")
	return nil
}

var completeness = []kb.Option{{Value: "unknown", Label: "nobody knows"}, {Value: "yes", Label: "yes, the whole of it"}, {Value: "no", Label: "no, a part"}}

func rightsFields(shown, note string) []views.Field {
	return []views.Field{
		selectField("rights", "Readers may see", shown, kb.RightsOptions),
		optional(hinted(textField("rights_note", "Why", note), "Needed when the whole text may be shown. Readers see it.")),
	}
}

func (s *Server) captureForm(c *gin.Context) (views.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Form{}, err
	}
	source, err := s.read(c).Source(id)
	if err != nil {
		return views.Form{}, err
	}
	text := areaField("text", "The text", "", 12)
	text.Lang = source.Language
	return views.Form{
		Page: s.deskPage(c, "Give a copy"), Heading: "Give a copy", Lead: "Of “" + source.Title + "”, for when the page cannot be fetched, or is no page.",
		Action: deskSource(id, "captures", "new"), Submit: "Keep", Cancel: views.Link{Text: "Cancel", URL: deskSource(id)}, Files: true,
		Draft: "capture-" + string(id),
		Groups: []views.FieldGroup{
			group("",
				large(optional(hinted(text, "The whole of it, as it stands there: comments too."))),
				large(optional(hinted(views.Field{Name: "file", Label: "Or a file", Kind: "file"}, "A saved page, a text or a PDF, at most 16 MB. Choose it again when the form comes back."))),
				selectField("complete", "Is it complete?", "unknown", completeness)),
			group("Rights", rightsFields("quotation", "")...),
		},
	}, nil
}

func (s *Server) giveCapture(c *gin.Context, v values) (string, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return "", err
	}
	snapshot, err := s.desk.GiveCapture(c.Request.Context(), actorOf(c), desk.GivenCapture{
		SourceID: id, Text: v.text("text"), FileName: v.fileName, File: v.file, Complete: v.text("complete"),
		Rights: kb.Rights{Shown: v.text("rights"), Note: v.text("rights_note")},
	})
	return deskSource(id, "snapshots", string(snapshot)), err
}

// file hands out the bytes of a capture, to be saved and never shown: a captured
// page may hold anything.
func (s *Server) file(c *gin.Context) error {
	_, snapshot, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	if snapshot.BodyHash == "" || s.bytesOf == nil {
		return kb.Errorf(kb.NotFound, "No bytes are kept of this copy.")
	}
	b, err := s.bytesOf(c.Request.Context(), snapshot.BodyHash)
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	h.Set("Content-Disposition", `attachment; filename="`+snapshot.BodyHash+`.bin"`)
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	c.Data(http.StatusOK, "application/octet-stream", b)
	return nil
}
