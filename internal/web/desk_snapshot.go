package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/markup"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/views"
)

// snapshotOf reads the snapshot that an address names, with its source.
func (s *Server) snapshotOf(c *gin.Context) (kb.Source, kb.Snapshot, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return kb.Source{}, kb.Snapshot{}, err
	}
	sub, err := idParam(c, "sub")
	if err != nil {
		return kb.Source{}, kb.Snapshot{}, err
	}
	snapshot, err := s.read(c).Snapshot(sub)
	if err != nil || snapshot.SourceID != id {
		return kb.Source{}, snapshot, kb.Errorf(kb.NotFound, "This source has no such copy.").Because(err)
	}
	source, err := s.read(c).Source(id)
	return source, snapshot, err
}

// copySheet shows a copy with what is quoted from it, and the form to quote more.
func (s *Server) copySheet(c *gin.Context) error {
	v, err := s.snapshotView(c)
	if err != nil {
		return err
	}
	if v.Form != nil {
		refill(v.Form, values{form: c.Request.URL.Query()}, kb.Errorf(kb.Invalid, ""))
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.SnapshotPage(v))
}

func (s *Server) snapshotView(c *gin.Context) (views.Snapshot, error) {
	source, snapshot, err := s.snapshotOf(c)
	if err != nil {
		return views.Snapshot{}, err
	}
	excerpts, err := s.read(c).ExcerptsOn(source.ID)
	if err != nil {
		return views.Snapshot{}, err
	}
	v := views.Snapshot{
		Page: s.deskPage(c, "Copy"), Kicker: "Copy of " + moment(snapshot.CapturedAt).Words, Heading: source.Title,
		Lead: views.Link{Text: "Back to the source", URL: deskSource(source.ID)}, Lang: source.Language, Dir: kb.Direction(source.Language),
		Facts: snapshotFacts(snapshot), Text: markup.Passages(snapshot.Text, quotedPassages(snapshot, excerpts)),
	}
	if snapshot.BodyHash != "" {
		v.File = deskSource(source.ID, "snapshots", string(snapshot.ID), "bytes")
	}
	if snapshot.Facts.Paywalled {
		v.Notes = append(v.Notes, "The page says that it must be paid for. This may be a part of it.")
	}
	if desk.May(actorOf(c), desk.CopyExcerpt) && snapshot.Whole() {
		if v.Form, err = s.quoteForm(c, source, snapshot); err != nil {
			return v, err
		}
		v.Rights = &views.Form{
			Action: deskSource(source.ID, "snapshots", string(snapshot.ID), "rights"), Submit: "Save",
			Groups: []views.FieldGroup{group("", rightsFields(snapshot.Rights, snapshot.RightsNote)...)},
		}
	}
	return v, nil
}

func snapshotFacts(s kb.Snapshot) []views.Fact {
	facts := []views.Fact{{Label: "How", Value: kb.Label(kb.CaptureMethods, s.Method)}}
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, views.Fact{Label: label, Value: value})
		}
	}
	add("From", s.FinalURL)
	if len(s.Redirects) > 0 {
		add("By way of", strings.Join(s.Redirects, " → "))
	}
	if s.Status != 0 {
		add("Answer", strconv.Itoa(s.Status)+" "+http.StatusText(s.Status)+", "+s.MediaType)
	}
	add("Text made by", strings.TrimSpace(s.Extractor+" "+s.ExtractorVersion))
	add("Length", counted(len([]rune(s.Text)), "character", "characters"))
	add("SHA-256 of the bytes", s.BodyHash)
	add("SHA-256 of the text", s.TextHash)
	add("Headers", strings.Join(s.Headers, "\n"))
	return facts
}

// quotedPassages are the places of a copy that are quoted, in order.
func quotedPassages(s kb.Snapshot, excerpts []kb.Excerpt) []markup.Passage {
	var list []markup.Passage
	for _, e := range excerpts {
		if e.SnapshotID != s.ID {
			continue
		}
		for i, segment := range e.Segments {
			if segment.End > segment.Start {
				list = append(list, markup.Passage{
					Start: segment.Start, End: segment.End, ID: "x" + string(e.ID) + "-" + strconv.Itoa(i), Note: "quoted: " + excerptWords[e.State],
				})
			}
		}
	}
	slices.SortFunc(list, func(a, b markup.Passage) int { return cmp.Compare(a.Start, b.Start) })
	return list
}

// excerptWords say how a quotation stands to the copy, for the desk.
var excerptWords = map[string]string{
	kb.Exact: "matches the copy exactly", kb.Normalised: "matches the copy but for typography", kb.Ambiguous: "stands in more than one place",
	kb.NotInCopy: "does not stand in the copy", kb.Unverifiable: "copied by hand",
}

func (s *Server) quoteForm(c *gin.Context, source kb.Source, snapshot kb.Snapshot) (*views.Form, error) {
	claims, err := s.claimChoices(c)
	if err != nil {
		return nil, err
	}
	sources, err := s.sourceChoices(c)
	if err != nil {
		return nil, err
	}
	exact := areaField("exact", "The words", "", 5)
	exact.Lang = source.Language
	stances := append([]kb.Option{{Value: "", Label: "nothing yet: keep it for later"}}, kb.Stances...)
	return &views.Form{
		Action: deskSource(source.ID, "snapshots", string(snapshot.ID)), Submit: "Quote", Draft: "quote-" + string(snapshot.ID),
		Hidden: []views.Hidden{{Name: "start", Value: cmp.Or(c.Request.PostForm.Get("start"), "-1")}, {Name: "replaces", Value: cmp.Or(c.Query("replaces"), c.Request.PostForm.Get("replaces"))}},
		Groups: []views.FieldGroup{
			group("",
				large(hinted(exact, "As they stand in the copy. […] stands for words left out. They are looked up when you send the form; nothing inexact is accepted.")),
				large(optional(pickField("claim", "For the claim", "", claims))),
				large(selectField("stance", "What they do to the claim", "", stances))),
			folded("Tell the place from others like it", "", large(optional(areaField("prefix", "What stands before", "", 2))), large(optional(areaField("suffix", "What stands after", "", 2)))),
			folded("These are the words of another work", "This copy only carries it; the original was not seen.",
				large(optional(pickField("work", "The work that is quoted here", "", sources)))),
			folded("Keep it all the same", "", large(hinted(checkField("anyway", "Keep it although it is ambiguous or not found", false), "It cannot be relied upon until it is settled."))),
		},
	}, nil
}

// takeQuote anchors a passage. What needs a decision comes back with the places
// to choose from, and with everything typed.
func (s *Server) takeQuote(c *gin.Context) error {
	typed, err := parseForm(c)
	if err != nil {
		return err
	}
	_, snapshot, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	var quoted desk.Quoted
	if err = typed.readable(); err == nil {
		var in desk.QuoteInput
		if in, err = quoteInput(snapshot, typed); err == nil {
			quoted, err = s.desk.Quote(c.Request.Context(), actorOf(c), in)
		}
	}
	if err == nil {
		next := deskSource(quoted.Source) + "#x" + string(quoted.Excerpt)
		if claim, ok := desk.ReferredID(typed.text("claim")); ok && typed.text("stance") != "" {
			next = deskClaim(claim) + "#evidence"
		}
		c.Redirect(http.StatusSeeOther, next)
		return nil
	}
	e, ok := errors.AsType[*kb.Error](err)
	if !ok || (e.Kind != kb.Invalid && e.Kind != kb.Conflict) {
		return err
	}
	v, err := s.snapshotView(c)
	if err != nil {
		return err
	}
	if v.Form == nil {
		return e
	}
	refill(v.Form, typed, e)
	v.PlaceOf, v.Places = offeredPlaces(quote.New(snapshot.Text), quoted.Result, typed)
	return send(c.Request.Context(), c.Writer, statuses[e.Kind].code, views.SnapshotPage(v))
}

func quoteInput(snapshot kb.Snapshot, v values) (desk.QuoteInput, error) {
	start, err := strconv.Atoi(cmp.Or(v.text("start"), "-1"))
	if err != nil {
		start = quote.Anywhere
	}
	in := desk.QuoteInput{Work: v.text("work"), Stance: v.text("stance"), QuoteInput: kb.QuoteInput{
		SnapshotID: snapshot.ID, Exact: v.text("exact"), Prefix: v.text("prefix"), Suffix: v.text("suffix"), Start: start,
		Anyway: v.check("anyway"), Replaces: v.id("replaces"),
	}}
	claim := strings.TrimSpace(v.text("claim"))
	switch {
	case claim == "" && in.Stance == "":
		return in, nil
	case claim == "":
		return in, kb.InvalidField("claim", "Choose the claim that the words bear on.")
	case in.Stance == "":
		return in, kb.InvalidField("stance", "Say what the words do to the claim, or leave the claim open.")
	}
	id, ok := desk.ReferredID(claim)
	if !ok {
		return in, kb.InvalidField("claim", "There is no such claim. Choose one of the list.")
	}
	in.ClaimID = id
	return in, nil
}

// shownPlaces is how many places are offered at once.
const shownPlaces = 20

// shownContext is how much of its surroundings a place shows, in code points.
const shownContext = 80

// offeredPlaces shows where the words stand, or what they may have meant, each
// as a choice.
func offeredPlaces(text *quote.Text, r quote.Result, typed values) (string, []views.Place) {
	var places []views.Place
	offer := func(start, end int, note, exact, submit string) {
		if len(places) == shownPlaces {
			return
		}
		places = append(places, views.Place{
			Before: text.Slice(max(0, start-shownContext), start), Words: text.Slice(start, end), After: text.Slice(end, end+shownContext),
			Note: note, Submit: submit, Hidden: carried(typed, start, exact),
		})
	}
	if r.State == kb.Ambiguous {
		for _, m := range r.Matches {
			offer(m.Start, m.End, "", typed.text("exact"), "This place")
		}
		return "Where the words stand", places
	}
	for _, n := range r.Near {
		offer(n.Start, n.End, wordDifference(n.Part, n.Text), strings.Replace(typed.text("exact"), n.Part, n.Text, 1), "Quote these words instead")
	}
	return "The nearest words in the copy", places
}

// wordDifference says in words what differs between what was typed and what
// stands there.
func wordDifference(typed, stands string) string {
	var parts []string
	for _, run := range markup.WordDiff(typed, stands) {
		switch word := strings.TrimSpace(run.Text); {
		case word == "":
		case run.Op == markup.Removed:
			parts = append(parts, "not “"+word+"”")
		case run.Op == markup.Added:
			parts = append(parts, "but “"+word+"”")
		}
	}
	return clippedTo(strings.Join(parts, ", "), 300)
}

// carried takes the rest of the form along with a choice.
func carried(typed values, start int, exact string) []views.Hidden {
	hidden := []views.Hidden{{Name: "start", Value: strconv.Itoa(start)}, {Name: "exact", Value: exact}}
	for _, name := range []string{"claim", "stance", "work", "replaces", "prefix", "suffix", "anyway"} {
		if v := typed.text(name); v != "" {
			hidden = append(hidden, views.Hidden{Name: name, Value: v})
		}
	}
	return hidden
}

func (s *Server) setRights(c *gin.Context) error {
	source, snapshot, err := s.snapshotOf(c)
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	index, err := s.desk.SetRights(c.Request.Context(), actorOf(c), snapshot.ID, kb.Rights{Shown: v.text("rights"), Note: v.text("rights_note")})
	if e, ok := errors.AsType[*kb.Error](err); ok && e.Kind == kb.Invalid {
		page, viewErr := s.snapshotView(c)
		if viewErr != nil || page.Rights == nil {
			return err
		}
		refill(page.Rights, v, e)
		return send(c.Request.Context(), c.Writer, http.StatusUnprocessableEntity, views.SnapshotPage(page))
	}
	if err != nil {
		return err
	}
	if index >= 0 {
		s.seen(c, index)
	}
	c.Redirect(http.StatusSeeOther, deskSource(source.ID)+"#captures")
	return nil
}
