package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// sourceOperations are what a token may do with works, and with who made them.
func (a *API) sourceOperations() {
	register(a, created("/desk/sources", "addSource", "Record a work", "Sources"), a.addSource)
	register(a, operation(http.MethodGet, "/desk/sources/{id}", "getDeskSource", "A work as the desk has it, with its captures", "Sources"), a.deskSource)
	register(a, operation(http.MethodPut, "/desk/sources/{id}", "editSource", "Change a work; needs If-Match", "Sources"), a.editSource)
	register(a, created("/desk/sources/{id}/captures", "capture", "Archive a work's page, or keep a text that you give", "Sources"), a.capture)
	register(a, operation(http.MethodGet, "/desk/captures/{number}", "getCapture", "How far a capture is", "Sources"), a.captureJob)
	register(a, created("/desk/snapshots/{id}/quotes", "quote", "Keep a quotation, checked against a capture", "Evidence"), a.quote)
	register(a, created("/desk/sources/{id}/derivations", "addDerivation", "Say that a whole work comes from another", "Evidence"), a.addDerivation)
	register(a, created("/desk/speakers", "addSpeaker", "Record a speaker", "Sources"), a.addSpeaker)
	register(a, created("/desk/publishers", "addPublisher", "Record a publisher", "Sources"), a.addPublisher)
}

// SourceIn is a work as it is entered.
type SourceIn struct {
	Title       string   `json:"title"`
	URL         string   `json:"url,omitempty"`
	Locator     string   `json:"locator,omitempty" doc:"what tells works on one page apart"`
	PartOf      string   `json:"partOf,omitempty" doc:"id or address of the page that carries it"`
	Publisher   string   `json:"publisher,omitempty" doc:"name or id; left out: unknown"`
	Speaker     string   `json:"speaker,omitempty" doc:"whose own work it is"`
	Authors     []string `json:"authors,omitempty"`
	PublishedOn kb.Date  `json:"publishedOn,omitempty"`
	Kind        string   `json:"kind,omitempty" default:"other"`
	Interest    string   `json:"interest,omitempty"`
	Language    string   `json:"language,omitempty" default:"en"`
	Note        string   `json:"note,omitempty"`
}

func (in SourceIn) input() desk.SourceInput {
	return desk.SourceInput{Publisher: in.Publisher, PartOf: in.PartOf, Speaker: in.Speaker, Source: kb.Source{
		Title: in.Title, URL: in.URL, Locator: in.Locator, Authors: in.Authors, PublishedOn: in.PublishedOn, Kind: in.Kind, Interest: in.Interest, Language: in.Language, Note: in.Note,
	}}
}

func (a *API) addSource(ctx context.Context, in *struct{ Body SourceIn }) (*made, error) {
	id, err := a.Desk.AddSource(ctx, actorOf(ctx), in.Body.input())
	return a.madeAt(id, "sources", string(id)), err
}

// DeskSource is a work with its captures.
type DeskSource struct {
	SourceIn

	ID        string     `json:"id"`
	Snapshots []Snapshot `json:"snapshots"`
}

// Snapshot is an archived capture.
type Snapshot struct {
	ID         string    `json:"id"`
	CapturedAt time.Time `json:"capturedAt"`
	Method     string    `json:"method"`
	MediaType  string    `json:"mediaType"`
	TextHash   string    `json:"textHash"`
	Complete   string    `json:"complete"`
	Rights     string    `json:"rights"`
}

type deskSource struct {
	ETag string `header:"ETag"`
	Body DeskSource
}

func (a *API) deskSource(ctx context.Context, in *DraftPath) (*deskSource, error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	file, err := a.DB.Desk(ctx).SourceFile(id)
	if err != nil {
		return nil, err
	}
	s := file.Source
	v := DeskSource{ID: string(s.ID), Snapshots: []Snapshot{}, SourceIn: SourceIn{
		Title: s.Title, URL: s.URL, Locator: s.Locator, PartOf: string(s.PartOfID), Publisher: string(s.PublisherID), Speaker: string(s.SpeakerID), Authors: s.Authors,
		PublishedOn: s.PublishedOn, Kind: s.Kind, Interest: s.Interest, Language: s.Language, Note: s.Note,
	}}
	for _, x := range file.Snapshots {
		if x.SourceID == s.ID {
			v.Snapshots = append(v.Snapshots, Snapshot{string(x.ID), x.CapturedAt.UTC(), x.Method, x.MediaType, x.TextHash, x.Complete, x.Rights})
		}
	}
	sortSnapshots(v.Snapshots)
	return &deskSource{etag(s.Version), v}, nil
}

func (a *API) editSource(ctx context.Context, in *struct {
	DraftPath
	Precondition

	Body SourceIn
},
) (*saved, error) {
	id, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	if err := desk.Authorise(actorOf(ctx), desk.EditSource); err != nil {
		return nil, err
	}
	current, err := a.DB.Desk(ctx).Source(id)
	if err != nil {
		return nil, err
	}
	input := in.Body.input()
	input.ID, input.RecaptureDays = id, current.RecaptureDays
	if input.Version, err = in.version(current.Version); err != nil {
		return nil, err
	}
	if err := a.Desk.UpdateSource(ctx, actorOf(ctx), input); err != nil {
		return nil, err
	}
	return savedAfter(id, input.Version), nil
}

// CaptureIn asks for a capture. Without a text the work's page is fetched.
type CaptureIn struct {
	Text       string `json:"text,omitempty" doc:"the text, when you have it; otherwise its page is fetched"`
	Complete   string `json:"complete,omitempty" default:"unknown" enum:"yes,no,unknown"`
	Rights     string `json:"rights,omitempty" default:"quotation" enum:"quotation,full,none" doc:"what of the text readers may see"`
	RightsNote string `json:"rightsNote,omitempty"`
}

// Captured is a capture: done, or under way.
type Captured struct {
	Snapshot string `json:"snapshot,omitempty" doc:"when it is kept"`
	Number   int64  `json:"number,omitempty" doc:"of the capture that is under way"`
	State    string `json:"state" doc:"queued, running, kept, unchanged, failed, cancelled"`
	Words    string `json:"words,omitempty"`
}

type captured struct {
	Location string `header:"Location"`
	Body     Captured
}

func (a *API) capture(ctx context.Context, in *struct {
	DraftPath

	Body CaptureIn
},
) (*captured, error) {
	source, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	if b.Text == "" {
		number, err := a.Desk.AskCapture(ctx, actorOf(ctx), source)
		return &captured{a.captureURL(number), Captured{Number: number, State: kb.Queued}}, err
	}
	id, err := a.Desk.GiveCapture(ctx, actorOf(ctx), desk.GivenCapture{SourceID: source, Text: b.Text, Complete: b.Complete, Rights: kb.Rights{Shown: b.Rights, Note: b.RightsNote}})
	return &captured{a.BaseURL + "/desk/sources/" + string(source) + "/snapshots/" + string(id), Captured{Snapshot: string(id), State: kb.Kept}}, err
}

func (a *API) captureURL(number int64) string {
	return a.BaseURL + Prefix + "/desk/captures/" + strconv.FormatInt(number, 10)
}

func (a *API) captureJob(ctx context.Context, in *struct {
	Number int64 `path:"number" minimum:"1"`
},
) (*captured, error) {
	if err := mayRead(ctx); err != nil {
		return nil, err
	}
	j, err := a.DB.Desk(ctx).CaptureJob(in.Number)
	if kb.KindOf(err) == kb.NotFound {
		return nil, kb.Errorf(kb.NotFound, "There is no such capture.")
	}
	return &captured{a.captureURL(j.ID), Captured{string(j.SnapshotID), j.ID, j.State, j.Words}}, err
}

// QuoteIn is a passage of a capture.
type QuoteIn struct {
	Exact  string `json:"exact" doc:"the words, as they stand there; … for what is left out"`
	Prefix string `json:"prefix,omitempty" doc:"what stands before, to tell like places apart"`
	Suffix string `json:"suffix,omitempty"`
	Start  *int   `json:"start,omitempty" doc:"the place, in code points, when there are more than one"`
	Work   string `json:"work,omitempty" doc:"the work whose words these are, when the capture only carries it"`
}

// Quoted is a quotation that was kept, and how it stands to the capture.
type Quoted struct {
	Excerpt string `json:"excerpt"`
	Source  string `json:"source"`
	State   string `json:"state" doc:"exact or normalised"`
}

func (a *API) quote(ctx context.Context, in *struct {
	DraftPath

	Body QuoteIn
},
) (*struct{ Body Quoted }, error) {
	snapshot, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	input := desk.QuoteInput{Work: b.Work, QuoteInput: kb.QuoteInput{SnapshotID: snapshot, Exact: b.Exact, Prefix: b.Prefix, Suffix: b.Suffix, Start: -1}}
	if b.Start != nil {
		input.Start = *b.Start
	}
	q, err := a.Desk.Quote(ctx, actorOf(ctx), input)
	return &struct{ Body Quoted }{Quoted{string(q.Excerpt), string(q.Source), q.Result.State}}, err
}

func (a *API) addDerivation(ctx context.Context, in *struct {
	DraftPath

	Body DerivationIn
},
) (*made, error) {
	source, err := kb.ParseID(in.ID)
	if err != nil {
		return nil, err
	}
	input := in.Body.input()
	input.FromID = source
	id, err := a.Desk.Derive(ctx, actorOf(ctx), input)
	return a.madeAt(id, "sources", string(source)), err
}

// SpeakerIn is a speaker as it is entered.
type SpeakerIn struct {
	Name      string `json:"name"`
	Kind      string `json:"kind,omitempty" default:"person"`
	Wikidata  string `json:"wikidata,omitempty"`
	Publisher string `json:"publisher,omitempty" doc:"the publisher that it is, or controls"`
	Note      string `json:"note,omitempty"`
}

func (a *API) addSpeaker(ctx context.Context, in *struct{ Body SpeakerIn }) (*made, error) {
	b := in.Body
	id, err := a.Desk.AddSpeaker(ctx, actorOf(ctx), desk.SpeakerInput{Publisher: b.Publisher, Speaker: kb.Speaker{Kind: b.Kind, Name: b.Name, WikidataID: b.Wikidata, Note: b.Note}})
	return a.madeAt(id, "speakers", string(id)), err
}

// PublisherIn is a publisher as it is entered.
type PublisherIn struct {
	Name     string `json:"name"`
	Kind     string `json:"kind,omitempty" default:"other"`
	Owner    string `json:"owner,omitempty" doc:"name or id"`
	Country  string `json:"country,omitempty"`
	Interest string `json:"interest,omitempty"`
}

func (a *API) addPublisher(ctx context.Context, in *struct{ Body PublisherIn }) (*made, error) {
	b := in.Body
	id, err := a.Desk.AddPublisher(ctx, actorOf(ctx), desk.PublisherInput{Owner: b.Owner, Publisher: kb.Publisher{Name: b.Name, Kind: b.Kind, Country: b.Country, Interest: b.Interest}})
	return a.madeAt(id, "publishers", string(id)), err
}

func sortSnapshots(list []Snapshot) {
	slices.SortFunc(list, func(x, y Snapshot) int { return cmp.Or(x.CapturedAt.Compare(y.CapturedAt), cmp.Compare(x.ID, y.ID)) })
}
