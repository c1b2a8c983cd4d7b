package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/quote"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// suggestionSection shows what the program noticed about a source.
func suggestionSection(f store.SourceFile) views.CaseSection {
	section := views.CaseSection{ID: "suggestions", Heading: "Suggestions of where it has something from", Empty: "Nothing was noticed."}
	for _, x := range f.Suggestions {
		section.Items = append(section.Items, suggestionItem(x, f.Titles, f.People))
	}
	return section
}

func suggestionItem(x kb.Suggestion, titles map[kb.ID]string, people map[kb.ID]kb.Person) views.CaseItem {
	item := views.CaseItem{Title: views.Link{Text: suggestionWords(x, titles), URL: "/desk/suggestions/" + string(x.ID)}}
	switch x.State {
	case kb.SuggestionOpen:
		item.Chips = []views.Chip{{Text: "waits for a decision", Tone: "mixed"}}
	case kb.SuggestionConfirmed:
		item.Chips = []views.Chip{{Text: "confirmed by " + people[x.DecidedBy].Name, Tone: "good"}}
	case kb.SuggestionRejected:
		item.Chips = []views.Chip{{Text: "rejected by " + people[x.DecidedBy].Name}}
	}
	item.Meta = x.Reason
	return item
}

func suggestionWords(x kb.Suggestion, titles map[kb.ID]string) string {
	if x.Kind == kb.Attributed {
		return fmt.Sprintf("“%s” names %s: “%s”", clippedTo(titles[x.SourceID], 80), x.Named, clippedTo(x.Phrase, 120))
	}
	return fmt.Sprintf("“%s” shares %s with “%s”, %d %% of one of them",
		clippedTo(titles[x.SourceID], 80), counted(x.Words, "word", "words"), clippedTo(titles[x.OtherID], 80), x.Share)
}

// suggestion shows what a suggestion rests on, and takes the decision.
func (s *Server) suggestion(c *gin.Context) error {
	v, err := s.suggestionView(c)
	if err != nil {
		return err
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.ComparisonPage(v))
}

func (s *Server) suggestionView(c *gin.Context) (views.Comparison, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return views.Comparison{}, err
	}
	x, err := s.read(c).Suggestion(id)
	if err != nil {
		return views.Comparison{}, err
	}
	v := views.Comparison{Page: s.deskPage(c, "Suggestion")}
	if x.Kind == kb.Attributed {
		err = s.phraseView(c, x, &v)
	} else {
		err = s.sharedView(c, x, &v)
	}
	if err != nil {
		return v, err
	}
	if x.State != kb.SuggestionOpen {
		person, err := s.read(c).Person(x.DecidedBy)
		if err != nil {
			return v, err
		}
		v.Decided = sentenceCase(x.State) + " by " + person.Name + ": " + x.Reason
		return v, nil
	}
	if desk.May(actorOf(c), desk.Decide) {
		v.Confirm, v.Reject, err = s.decisionForms(c, x)
	}
	return v, err
}

func (s *Server) sharedView(c *gin.Context, x kb.Suggestion, v *views.Comparison) error {
	shared, err := s.desk.Compare(c.Request.Context(), x)
	if err != nil {
		return err
	}
	v.Heading = "Does one of these have its text from the other?"
	v.Lead = fmt.Sprintf("They share %s in runs of six and more. Nothing follows from that by itself: both may quote a third.", counted(shared.Words, "word", "words"))
	v.A = views.Link{Text: shared.A.Source.Title, URL: deskSource(shared.A.Source.ID)}
	v.B = views.Link{Text: shared.B.Source.Title, URL: deskSource(shared.B.Source.ID)}
	v.AShare, v.BShare = shareWords(shared.A), shareWords(shared.B)
	for _, p := range shared.Passages {
		v.Passages = append(v.Passages, views.SharedPassage{A: surroundedView(p.A), B: surroundedView(p.B), Words: counted(p.Words, "word", "words")})
	}
	return nil
}

func shareWords(s desk.Side) string {
	return fmt.Sprintf("published %s; %d %% of it is shared", s.Source.PublishedOn.String(), s.Per)
}

func surroundedView(p desk.Surrounded) views.Place {
	return views.Place{Before: p.Before, Words: p.Words, After: p.After}
}

func (s *Server) phraseView(c *gin.Context, x kb.Suggestion, v *views.Comparison) error {
	source, err := s.read(c).Source(x.SourceID)
	if err != nil {
		return err
	}
	snapshot, err := s.read(c).Snapshot(x.SnapshotID)
	if err != nil {
		return err
	}
	v.Heading = "Does “" + clippedTo(source.Title, 120) + "” have something from " + x.Named + "?"
	v.Lead = "It says so in these words. Read on in the copy to see what it takes from there."
	text := quote.New(snapshot.Text)
	v.Phrase = &views.Place{
		Before: text.Slice(max(0, x.StartAt-200), x.StartAt), Words: text.Slice(x.StartAt, x.EndAt), After: text.Slice(x.EndAt, x.EndAt+200),
	}
	return nil
}

func (s *Server) decisionForms(c *gin.Context, x kb.Suggestion) (confirm, reject *views.Form, err error) {
	action := "/desk/suggestions/" + string(x.ID)
	kind := "republishes"
	fields := []views.Field{}
	if x.Kind == kb.Attributed {
		kind = "quotes"
		sources, err := s.worksOf(c, x.NamedKey)
		if err != nil {
			return nil, nil, err
		}
		fields = append(fields, large(optional(hinted(pickField("to", "The work of "+x.Named+" that is meant", "", sources),
			"Left open, a work of "+x.Named+" is recorded that was seen only through this one."))))
	}
	fields = append([]views.Field{selectField("kind", "It", kind, kb.DerivationKinds)}, fields...)
	fields = append(fields, checkField("reverse", "The other way round", false),
		large(hinted(areaField("reason", "What shows it", "", 2), "Readers see it beside the derivation.")))
	confirm = &views.Form{
		Action: action, Submit: "Confirm", Groups: []views.FieldGroup{group("", fields...)},
		Hidden: []views.Hidden{version(x.Version), {Name: "decision", Value: "confirm"}},
	}
	why := large(areaField("reason", "Why not", "", 2))
	why.Key = "reject-"
	reject = &views.Form{
		Action: action, Submit: "Reject for good", Groups: []views.FieldGroup{group("", why)},
		Hidden: []views.Hidden{version(x.Version), {Name: "decision", Value: "reject"}},
	}
	return confirm, reject, nil
}

// worksOf offers the known works of the publisher of a name.
func (s *Server) worksOf(c *gin.Context, nameKey string) ([]views.Option, error) {
	publishers, err := s.read(c).PublishersNamed(nameKey)
	if err != nil || len(publishers) == 0 {
		return nil, err
	}
	rows, err := s.read(c).SourcesOf(publishers[0].ID, choicesShown)
	return options(rows, func(r kb.Source) views.Option {
		return views.Option{Value: choice(r.Title, r.ID), Label: r.PublishedOn.String()}
	}), err
}

func (s *Server) decide(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	confirmed := v.text("decision") == "confirm"
	if err = v.readable(); err == nil && !confirmed && v.text("decision") != "reject" {
		err = kb.Errorf(kb.Malformed, "Say whether the suggestion is confirmed or rejected.")
	}
	if err == nil {
		err = s.desk.DecideSuggestion(c.Request.Context(), actorOf(c), desk.DecisionInput{To: v.text("to"), Decision: kb.Decision{
			ID: id, Confirm: confirmed, Reason: v.text("reason"), Kind: v.text("kind"), Reverse: v.check("reverse"), Version: v.version(),
		}})
	}
	if e, ok := errors.AsType[*kb.Error](err); ok && (e.Kind == kb.Invalid || e.Kind == kb.Conflict) {
		page, viewErr := s.suggestionView(c)
		if viewErr == nil && page.Confirm == nil { // somebody else decided meanwhile
			return s.showTyping(c, v, e)
		}
		if viewErr != nil {
			return err
		}
		if confirmed {
			refill(page.Confirm, v, e)
		} else {
			refill(page.Reject, v, e)
		}
		return send(c.Request.Context(), c.Writer, statuses[e.Kind].code, views.ComparisonPage(page))
	}
	if err != nil {
		return err
	}
	x, err := s.read(c).Suggestion(id)
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, deskSource(x.SourceID)+"#derivations")
	return nil
}

// tasksShown is how many of each kind the page of tasks lists.
const tasksShown = 100

// tasks lists what the program asks editors to look at.
func (s *Server) tasks(c *gin.Context) error {
	v, err := s.tasksView(c)
	if err != nil {
		return err
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.TasksPage(v))
}

func (s *Server) tasksView(c *gin.Context) (views.Tasks, error) {
	r := s.read(c)
	v := views.Tasks{Page: s.deskPage(c, "Tasks")}
	open, err := r.Tasks(true, tasksShown)
	if err != nil {
		return v, err
	}
	done, err := r.Tasks(false, tasksShown/5)
	if err != nil {
		return v, err
	}
	may := desk.May(actorOf(c), desk.DoTask)
	for _, t := range open {
		v.Open = append(v.Open, taskView(t, may))
	}
	for _, t := range done {
		v.Done = append(v.Done, taskView(t, false))
	}
	suggestions, err := r.OpenSuggestions(tasksShown)
	if err != nil {
		return v, err
	}
	jobs, err := r.CapturesUnderWay(tasksShown)
	if err != nil {
		return v, err
	}
	titles, err := r.Titles(aboutSources(suggestions, jobs))
	if err != nil {
		return v, err
	}
	for _, x := range suggestions {
		v.Suggestions = append(v.Suggestions, suggestionItem(x, titles, nil))
	}
	for _, j := range jobs {
		item := jobItem(desk.May(actorOf(c), desk.CaptureSource), j)
		item.Title = views.Link{Text: titles[j.SourceID], URL: deskSource(j.SourceID) + "#captures"}
		v.Captures = append(v.Captures, item)
	}
	return v, nil
}

func aboutSources(suggestions []kb.Suggestion, jobs []kb.CaptureJob) []kb.ID {
	var ids []kb.ID
	for _, x := range suggestions {
		ids = append(ids, x.SourceID, x.OtherID)
	}
	for _, j := range jobs {
		ids = append(ids, j.SourceID)
	}
	return ids
}

func taskView(t store.TaskItem, may bool) views.Task {
	v := views.Task{Kind: kb.Label(kb.TaskKinds, t.Kind), Tone: "mixed", Words: t.Words, Since: moment(t.CreatedAt), Note: t.Note}
	if t.ClaimID != "" {
		v.Claim = views.Link{Text: clippedTo(t.Claim, 90), URL: deskClaim(t.ClaimID)}
	}
	if t.SourceID != "" {
		v.Source = views.Link{Text: clippedTo(t.Source, 90), URL: deskSource(t.SourceID)}
	}
	if t.Kind == "dispute" && t.State == "open" {
		v.Source = views.Link{Text: "The dispute", URL: "/desk/disputes"}
		may = false // it is done when the dispute is settled
	}
	if t.State == "done" {
		v.Tone = "good"
	}
	if may {
		note := large(areaField("note", "What was done about it", "", 2))
		note.Key = string(t.ID) + "-"
		v.Form = &views.Form{
			Action: "/desk/tasks/" + string(t.ID), Submit: "Done", Hidden: []views.Hidden{version(t.Version)},
			Groups: []views.FieldGroup{group("", note)},
		}
	}
	return v
}

func (s *Server) closeTask(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	v, err := parseForm(c)
	if err != nil {
		return err
	}
	if err = v.readable(); err == nil {
		err = s.desk.CloseTask(c.Request.Context(), actorOf(c), kb.TaskDone{ID: id, Note: v.text("note"), Version: v.version()})
	}
	if e, ok := errors.AsType[*kb.Error](err); ok && (e.Kind == kb.Invalid || e.Kind == kb.Conflict) {
		return s.showTyping(c, v, e)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, "/desk/tasks")
	return nil
}

// waiting is how many tasks and suggestions wait, in words for the navigation.
func (s *Server) waiting(c *gin.Context) string {
	n, err := s.read(c).OpenTasks()
	if err != nil || n == 0 {
		return "Tasks"
	}
	return "Tasks (" + strconv.Itoa(n) + ")"
}
