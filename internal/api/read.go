package api

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
)

// readOperations are what everybody may ask of the record.
func (a *API) readOperations() {
	register(a, operation(http.MethodGet, "/claims", "listClaims", "Published claims, the newest ruling first; with q, those that have all its words", "Published"), a.listClaims)
	register(a, operation(http.MethodGet, "/claims/{id}", "getClaim", "A published claim with the whole document of its newest revision", "Published"), a.getClaim)
	register(a, operation(http.MethodGet, "/claims/{id}/revisions", "listRevisions", "The revisions of a claim, the newest first", "Published"), a.listRevisions)
	register(a, operation(http.MethodGet, "/claims/{id}/revisions/{number}", "getRevision", "One revision, as it will be for ever", "Published"), a.getRevision)
	for _, kind := range []struct{ kind, path, one, many string }{
		{follow.Speaker, "/speakers", "Speaker", "Speakers"}, {follow.Publisher, "/publishers", "Publisher", "Publishers"},
		{follow.Source, "/sources", "Source", "Sources"}, {follow.Topic, "/topics", "Topic", "Topics"},
	} {
		register(a, operation(http.MethodGet, kind.path, "list"+kind.many, kind.many+" of published claims, by id", "Published"), a.listSubjects(kind.kind))
		register(a, operation(http.MethodGet, kind.path+"/{id}", "get"+kind.one, "What is published of a "+strings.ToLower(kind.one)+", and how many claims name it", "Published"), a.getSubject(kind.kind))
	}
}

// Claim is a published claim in short: what lists show.
type Claim struct {
	ID               string     `json:"id"`
	URL              string     `json:"url"`
	Text             string     `json:"text"`
	Language         string     `json:"language"`
	Verbatim         bool       `json:"verbatim" doc:"the wording is the speaker's own"`
	Kind             string     `json:"kind"`
	Speakers         []Ref      `json:"speakers"`
	SaidOn           kb.Date    `json:"saidOn" doc:"EDTF, or unknown; with its basis, stated or inferred"`
	Place            string     `json:"place,omitempty"`
	Topics           []Ref      `json:"topics"`
	Outcome          string     `json:"outcome" doc:"rated, or why there is no rating; retracted, merged"`
	Rating           *Rating    `json:"rating,omitempty" doc:"absent when it is not rated"`
	Summary          string     `json:"summary"`
	Demonstration    bool       `json:"demonstration"`
	Overtaken        bool       `json:"overtaken" doc:"true when said, no longer so"`
	UnderReview      bool       `json:"underReview"`
	Revision         int        `json:"revision"`
	PublishedAt      string     `json:"publishedAt" doc:"of the newest revision"`
	FirstPublishedAt string     `json:"firstPublishedAt"`
	Correction       *Corrected `json:"correction,omitempty" doc:"what the newest revision changed"`
	MergedInto       string     `json:"mergedInto,omitempty" doc:"id of the claim that this one is the same as"`
	Origins          Origins    `json:"origins"`
}

// Ref names a thing by id.
type Ref struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role,omitempty" doc:"of a speaker, at that time"`
}

// Rating is a place on a scale, or a word beside it.
type Rating struct {
	Key     string `json:"key"`
	Label   string `json:"label"`
	Scale   string `json:"scale"`
	Ordinal int    `json:"ordinal" doc:"from 1, the falsest; 0 stands off the scale"`
	Of      int    `json:"of"`
}

// Corrected says what a revision changed, and why.
type Corrected struct {
	Class string `json:"class"`
	Cause string `json:"cause"`
	Note  string `json:"note"`
}

// Origins is how many independent origins stand behind the sources.
type Origins struct {
	Sources int `json:"sources"`
	Low     int `json:"low" doc:"established"`
	High    int `json:"high" doc:"at most"`
}

func (a *API) claim(d record.Digest, underReview bool) Claim {
	c := Claim{
		ID: d.Claim, URL: a.site().ClaimURL(d.Claim), Text: d.Text, Language: d.Language, Verbatim: d.Verbatim, Kind: d.Kind, SaidOn: d.SaidOn, Place: d.Place,
		Outcome: d.Outcome, Summary: d.Summary, Demonstration: d.Demonstration, Overtaken: d.Overtaken, UnderReview: underReview, Revision: d.Number, MergedInto: d.MergedInto,
		PublishedAt: d.PublishedAt, Speakers: []Ref{}, Topics: []Ref{}, Origins: Origins{d.Origins.Sources, d.Origins.Low, d.Origins.High}, Rating: a.rating(d.Rating),
	}
	if r, known := a.Follower.Ruling(d.Claim); known {
		c.FirstPublishedAt = r.First
	}
	for _, s := range d.Speakers {
		c.Speakers = append(c.Speakers, Ref{s.ID, s.Name, s.Role})
	}
	for _, t := range d.Topics {
		c.Topics = append(c.Topics, Ref{ID: t.Slug, Name: t.Name})
	}
	if x := d.Correction; x != nil {
		c.Correction = &Corrected{x.Class, x.Cause, x.Note}
	}
	return c
}

func (a *API) rating(r *record.Rating) *Rating {
	if r == nil {
		return nil
	}
	return &Rating{r.Key, interchange.VerdictWord(r, "", a.site().Language()), r.Scale, r.Ordinal, r.Of}
}

// ClaimQuery is what a list of claims can be narrowed to.
type ClaimQuery struct {
	Q         string `query:"q" maxLength:"500" doc:"words that all must be there, in claim, summary, speaker or topic; “phrases in quotes”, -words that must not be there, beginnings*"`
	Order     string `query:"order" enum:"best,newest" default:"best" doc:"best first is for words; else the newest ruling comes first"`
	Rating    string `query:"rating" doc:"key of a rating, or an outcome such as opinion"`
	Speaker   string `query:"speaker" doc:"id"`
	Topic     string `query:"topic" doc:"slug"`
	Publisher string `query:"publisher" doc:"id"`
	Source    string `query:"source" doc:"id"`
	Language  string `query:"language" doc:"of the claim, such as en"`
	From      string `query:"from" doc:"said on this day or later, YYYY-MM-DD"`
	To        string `query:"to" doc:"said on this day or before"`
	Corrected bool   `query:"corrected" doc:"only those whose ruling was corrected"`
	After     string `query:"after" doc:"next of the page before"`
	Limit     int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type claimList struct{ Body ClaimList }

// ClaimList is one page of claims.
type ClaimList struct {
	Claims  []Claim `json:"claims"`
	Total   int     `json:"total" doc:"how many match in all"`
	Next    string  `json:"next,omitempty" doc:"give it as after for the next page"`
	Ratings []Count `json:"ratings" doc:"counts over all that match"`
	Topics  []Count `json:"topics"`
}

// Count is how many claims a filter would leave.
type Count struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Claims int    `json:"claims"`
}

func (a *API) listClaims(ctx context.Context, in *ClaimQuery) (*claimList, error) {
	for field, day := range map[string]string{"from": in.From, "to": in.To} {
		if _, err := time.Parse(time.DateOnly, day); day != "" && err != nil {
			return nil, malformed(field, "“%s” is no day such as 2024-06-20.", day)
		}
	}
	page, err := a.Follower.Claims(ctx, follow.Query{
		Rating: in.Rating, Speaker: in.Speaker, Topic: in.Topic, Publisher: in.Publisher, Source: in.Source, Language: in.Language, From: in.From, To: in.To,
		Corrected: in.Corrected, Wanted: search.Parse(in.Q), Strict: true, Newest: in.Order == "newest", After: in.After, Limit: in.Limit, Count: true,
	})
	if kb.KindOf(err) == kb.Malformed { // nothing else can be
		return nil, badCursor()
	}
	if err != nil {
		return nil, err
	}
	list := ClaimList{Claims: []Claim{}, Total: page.Total, Next: page.Next, Ratings: counts(page.Ratings), Topics: counts(page.Topics)}
	ids := make([]string, len(page.Digests))
	for i, d := range page.Digests {
		ids[i] = d.Claim
	}
	up := a.Follower.UnderReview(ids)
	for _, d := range page.Digests {
		list.Claims = append(list.Claims, a.claim(d, up[d.Claim]))
	}
	return &claimList{list}, nil
}

// malformed is an error about a parameter that cannot be read.
func malformed(field, format string, args ...any) error {
	e := kb.Errorf(kb.Malformed, format, args...)
	e.Fields = []kb.FieldError{{Field: field, Message: e.Message}}
	return e
}

func badCursor() error {
	return malformed("after", "This page of the list does not exist; start again at the first.")
}

func counts(found []follow.Count) []Count {
	list := make([]Count, len(found))
	for i, c := range found {
		list[i] = Count{c.Key, c.Name, c.N}
	}
	return list
}

// Revision is one published revision of a claim.
type Revision struct {
	Number      int     `json:"number"`
	URL         string  `json:"url"`
	PublishedAt string  `json:"publishedAt"`
	SHA256      string  `json:"sha256" doc:"of the document"`
	LogIndex    int64   `json:"logIndex"`
	Class       string  `json:"class,omitempty" doc:"of the correction"`
	Cause       string  `json:"cause,omitempty"`
	Note        string  `json:"note,omitempty"`
	Outcome     string  `json:"outcome,omitempty"`
	Rating      *Rating `json:"rating,omitempty"`
	MergedInto  string  `json:"mergedInto,omitempty"`
	Redacted    bool    `json:"redacted"`
	ProofURL    string  `json:"proofUrl"`
}

func (a *API) revision(r store.Revision) Revision {
	at := a.site().RevisionURL(r.ClaimID, r.Number)
	return Revision{
		Number: r.Number, URL: at, PublishedAt: record.Stamp(r.PublishedAt), SHA256: r.Hash, LogIndex: r.EventIdx, Class: r.Class, Cause: r.Cause, Note: r.Note,
		Outcome: r.Outcome, Rating: a.rating(r.Rating), MergedInto: r.MergedInto, Redacted: r.Redacted, ProofURL: at + ".tlog-proof",
	}
}

// ClaimPath names a published claim.
type ClaimPath struct {
	ID string `path:"id" doc:"of the claim; a slug after it is ignored"`
}

type revisionPath struct {
	ClaimPath

	Number int `path:"number" minimum:"1"`
}

type oneClaim struct{ Body WholeClaim }

// WholeClaim is a claim with the document of its newest revision.
type WholeClaim struct {
	Claim

	Document json.RawMessage `json:"document" doc:"what was hashed and logged; see docs/document.md"`
}

func (a *API) getClaim(ctx context.Context, in *ClaimPath) (*oneClaim, error) {
	revisions, err := a.revisionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	digests, err := a.public.Digests(ctx, []int64{revisions[0].EventIdx})
	if err != nil {
		return nil, err
	}
	body, err := a.public.Document(ctx, revisions[0].Hash)
	if err != nil {
		return nil, err
	}
	id := revisions[0].ClaimID
	return &oneClaim{WholeClaim{a.claim(digests[0], a.Follower.UnderReview([]string{id})[id]), body}}, nil
}

func (a *API) revisionsOf(ctx context.Context, ref string) ([]store.Revision, error) {
	id, err := parseID(ref)
	if err != nil {
		return nil, err
	}
	return a.public.Revisions(ctx, id)
}

// parseID reads an id as an address has it, perhaps with a slug.
func parseID(ref string) (kb.ID, error) {
	if i := slices.Index([]rune(ref), '-'); i > 0 {
		ref = string([]rune(ref)[:i])
	}
	return kb.ParseID(ref)
}

type revisionList struct{ Body RevisionList }

// RevisionList is all revisions of a claim.
type RevisionList struct {
	Revisions []Revision `json:"revisions"`
}

func (a *API) listRevisions(ctx context.Context, in *ClaimPath) (*revisionList, error) {
	revisions, err := a.revisionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list := RevisionList{Revisions: make([]Revision, len(revisions))}
	for i, r := range revisions {
		list.Revisions[i] = a.revision(r)
	}
	return &revisionList{list}, nil
}

type oneRevision struct{ Body WholeRevision }

// WholeRevision is a revision with its document.
type WholeRevision struct {
	Revision

	Document json.RawMessage `json:"document"`
}

func (a *API) getRevision(ctx context.Context, in *revisionPath) (*oneRevision, error) {
	revisions, err := a.revisionsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Number > len(revisions) {
		return nil, kb.Errorf(kb.NotFound, "There is no such revision; the newest is %d.", len(revisions))
	}
	r := revisions[len(revisions)-in.Number]
	body, err := a.public.Document(ctx, r.Hash)
	if err != nil {
		return nil, err
	}
	return &oneRevision{WholeRevision{a.revision(r), body}}, nil
}

// SubjectQuery pages through a list of subjects.
type SubjectQuery struct {
	After string `query:"after" doc:"next of the page before"`
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

type subjectList struct{ Body SubjectList }

// SubjectList is one page of what claims name.
type SubjectList struct {
	Items []Ref  `json:"items"`
	Next  string `json:"next,omitempty"`
}

// idAlphabet is what ids of subjects are spelt with: topics have words.
const idAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789-_"

func (a *API) listSubjects(kind string) func(context.Context, *SubjectQuery) (*subjectList, error) {
	return func(ctx context.Context, in *SubjectQuery) (*subjectList, error) {
		if strings.Trim(in.After, idAlphabet) != "" {
			return nil, badCursor()
		}
		ids := a.Follower.Subjects(kind, in.After, in.Limit+1)
		list := SubjectList{Items: []Ref{}}
		if len(ids) > in.Limit {
			ids = ids[:in.Limit]
			list.Next = ids[in.Limit-1]
		}
		names, err := a.Follower.Names(ctx, kind, ids)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			list.Items = append(list.Items, Ref{ID: id, Name: names[id]})
		}
		return &subjectList{list}, nil
	}
}

type subjectPath struct {
	ID string `path:"id"`
}

type oneSubject struct{ Body Subject }

// Subject is what is published of a speaker, publisher, source or topic, as the
// newest ruling that names it has it.
type Subject struct {
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	URL       string            `json:"url"`
	Claims    int               `json:"claims"`
	Source    *record.Source    `json:"source,omitempty"`
	Publisher *record.Publisher `json:"publisher,omitempty"`
	Speaker   *record.Speaker   `json:"speaker,omitempty"`
}

func (a *API) getSubject(kind string) func(context.Context, *subjectPath) (*oneSubject, error) {
	return func(ctx context.Context, in *subjectPath) (*oneSubject, error) {
		name, known, err := a.Follower.Name(ctx, follow.Subject{Kind: kind, ID: in.ID})
		if err != nil {
			return nil, err
		}
		if !known {
			return nil, kb.Errorf(kb.NotFound, "There is nothing published at this address.")
		}
		rulings := a.Follower.Rulings(queryBy(kind, in.ID))
		subject := Subject{ID: in.ID, Name: name, URL: a.BaseURL + "/" + kind + "s/" + in.ID, Claims: len(rulings)}
		if len(rulings) > 0 {
			documents, err := a.public.DocumentsAt(ctx, []int64{rulings[0].Event})
			if err != nil {
				return nil, err
			}
			if err := subject.fill(kind, documents); err != nil {
				return nil, err
			}
		}
		return &oneSubject{subject}, nil
	}
}

func queryBy(kind, id string) follow.Query {
	switch kind {
	case follow.Speaker:
		return follow.Query{Speaker: id}
	case follow.Publisher:
		return follow.Query{Publisher: id}
	case follow.Source:
		return follow.Query{Source: id}
	}
	return follow.Query{Topic: id}
}

// fill takes what a document says of the subject.
func (s *Subject) fill(kind string, documents [][]byte) error {
	for _, b := range documents {
		_, content, err := record.ReadPublished(b)
		if err != nil {
			return err
		}
		switch kind {
		case follow.Source:
			if x, ok := content.Source(s.ID); ok {
				s.Source = &x
			}
		case follow.Publisher:
			if x, ok := content.Publisher(s.ID); ok {
				s.Publisher = &x
			}
		case follow.Speaker:
			for _, x := range content.Appearances {
				if x.Speaker.ID == s.ID {
					s.Speaker = &x.Speaker
				}
			}
		}
	}
	return nil
}
