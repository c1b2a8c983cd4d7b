// Package seed loads a data set through the desk's use cases, so that whatever
// it holds is valid, authorised and audited like everything else. The data
// beside it demonstrates the product: claims met in four documents about one
// event, with invented editors, every ruling marked as a demonstration.
package seed

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

//go:embed data
var data embed.FS

// Data is the data set that comes with the program.
func Data() fs.FS {
	sub, err := fs.Sub(data, "data")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Account is a demonstration account with its password in clear.
type Account struct {
	Name     string
	Email    string
	Password string
	Roles    kb.Roles
}

// Accounts reads the accounts of a data set.
func Accounts(set fs.FS) ([]Account, error) {
	var accounts []account
	if err := read(set, "accounts.json", &accounts); err != nil {
		return nil, err
	}
	list := make([]Account, len(accounts))
	for i, a := range accounts {
		list[i] = Account{a.Name, a.Email, a.Password, a.Roles}
	}
	return list, nil
}

// loader carries what keys of the files have become.
type loader struct {
	desk       *desk.Desk
	actors     map[string]kb.Actor
	publishers map[string]kb.ID
	speakers   map[string]kb.ID
	sources    map[string]kb.ID
	captures   map[string]kb.ID
	excerpts   map[string]kb.ID
	claims     map[string]kb.ID
	ratings    map[string]ratingRef
	later      []source // those with copies that are made last
	fresh      bool     // a claim was logged, so what goes with claims is not there yet
}

type ratingRef struct {
	scale kb.ID
	key   string
}

// Load loads a data set. What is there already, by address or name, is left as
// it is, so that loading twice is loading once.
func Load(ctx context.Context, d *desk.Desk, set fs.FS) error {
	l := &loader{
		desk: d, actors: map[string]kb.Actor{}, publishers: map[string]kb.ID{}, speakers: map[string]kb.ID{},
		sources: map[string]kb.ID{}, captures: map[string]kb.ID{}, excerpts: map[string]kb.ID{}, claims: map[string]kb.ID{}, ratings: map[string]ratingRef{},
	}
	for _, step := range []func(context.Context, fs.FS) error{
		l.loadAccounts, l.loadMasthead, l.loadPolicy, l.loadScales, l.loadPublishers, l.loadSpeakers, l.loadSources, l.loadClaims, l.loadTips,
		l.loadLate, l.doChores,
	} {
		if err := step(ctx, set); err != nil {
			return fmt.Errorf("load data set: %w", err)
		}
	}
	return nil
}

func read(set fs.FS, name string, into any) error {
	f, err := set.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

func (l *loader) loadAccounts(ctx context.Context, set fs.FS) error {
	var accounts []account
	if err := read(set, "accounts.json", &accounts); err != nil {
		return err
	}
	for _, a := range accounts {
		if l.actors[a.Key].Account != "" {
			continue
		}
		known, err := l.desk.FindAccount(ctx, a.Email)
		if kb.KindOf(err) == kb.NotFound {
			in := kb.AccountInput{Name: a.Name, Email: a.Email, Roles: a.Roles}
			if _, _, err = l.desk.AddAccount(ctx, kb.System, in); err != nil {
				return fmt.Errorf("account %s: %w", a.Key, err)
			}
			if known, err = l.desk.FindAccount(ctx, a.Email); err == nil {
				err = l.desk.SetPassword(ctx, kb.System, known.Account, a.Password)
			}
		}
		if err != nil {
			return fmt.Errorf("account %s: %w", a.Key, err)
		}
		l.actors[a.Key] = known
	}
	return nil
}

func (l *loader) loadMasthead(ctx context.Context, set fs.FS) error {
	var m masthead
	if err := read(set, "masthead.json", &m); err != nil {
		return err
	}
	_, err := l.desk.FindMasthead(ctx)
	if kb.KindOf(err) != kb.NotFound {
		return err
	}
	_, err = l.desk.SaveMasthead(ctx, l.withRole(kb.Admin), kb.Masthead{
		Name: m.Name, Language: m.Language, Licence: m.Licence, LicenceURL: m.LicenceURL, CorrectionsPolicy: m.CorrectionsPolicy,
		Methodology: m.Methodology, Ownership: m.Ownership, Contact: m.Contact,
	})
	return err
}

// loadPolicy makes the house's own policy from the one that the program brings,
// if the data set has one. It comes before every publication.
func (l *loader) loadPolicy(ctx context.Context, set fs.FS) error {
	var p policy
	if err := read(set, "policy.json", &p); err != nil {
		return absent(err)
	}
	current, err := l.desk.FindPolicy(ctx)
	if err != nil || current.Number != kb.PolicyVersion {
		return err
	}
	_, err = l.desk.SavePolicy(ctx, l.withRole(kb.Admin), kb.Policy{Number: current.Number, Modes: p.Modes, Origins: p.Origins, Note: p.Note})
	if err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	return nil
}

// absent leaves out that a data set does not have a file which it may have.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (l *loader) loadScales(ctx context.Context, set fs.FS) error {
	var scales []scale
	if err := read(set, "scales.json", &scales); err != nil {
		return err
	}
	for _, s := range scales {
		ratings, err := kb.ParseRatings(strings.Join(s.Ratings, "\n"))
		if err != nil {
			return fmt.Errorf("scale %s: %w", s.Key, err)
		}
		id, err := l.desk.FindScale(ctx, s.Key)
		if kb.KindOf(err) == kb.NotFound {
			in := kb.ScaleInput{RatingScale: kb.RatingScale{Key: s.Key, Name: s.Name, Ordered: true, Methodology: s.Methodology}, Ratings: ratings}
			id, err = l.desk.AddScale(ctx, l.withRole(kb.Admin), in)
		}
		if err != nil {
			return fmt.Errorf("scale %s: %w", s.Key, err)
		}
		for _, r := range ratings {
			l.ratings[r.Key] = ratingRef{id, r.Key}
		}
	}
	return nil
}

// withRole gives an account of the data set that has the role, other than
// those given; the program itself when there is none.
func (l *loader) withRole(role kb.Role, but ...kb.Actor) kb.Actor {
	var names []string
	for key := range l.actors {
		names = append(names, key)
	}
	slices.Sort(names)
	for _, key := range names {
		a := l.actors[key]
		taken := slices.ContainsFunc(but, func(b kb.Actor) bool { return b.Person == a.Person })
		if a.Roles.Has(role) && !taken {
			return a
		}
	}
	return kb.System
}

func (l *loader) loadPublishers(ctx context.Context, set fs.FS) error {
	var publishers []publisher
	if err := read(set, "publishers.json", &publishers); err != nil {
		return err
	}
	for _, p := range publishers {
		owner, err := lookup(l.publishers, p.Owner, "publisher")
		if err != nil {
			return err
		}
		id, err := l.desk.FindPublisher(ctx, p.Name)
		if kb.KindOf(err) == kb.NotFound {
			in := desk.PublisherInput{Owner: string(owner), Publisher: kb.Publisher{
				Name: p.Name, Kind: p.Kind, Country: p.Country, Interest: p.Interest, Invented: p.Invented,
			}}
			id, err = l.desk.AddPublisher(ctx, l.withRole(kb.Researcher), in)
		}
		if err != nil {
			return fmt.Errorf("publisher %s: %w", p.Key, err)
		}
		l.publishers[p.Key] = id
	}
	return nil
}

func (l *loader) loadSpeakers(ctx context.Context, set fs.FS) error {
	var speakers []speaker
	if err := read(set, "speakers.json", &speakers); err != nil {
		return err
	}
	for _, s := range speakers {
		publisher, err := lookup(l.publishers, s.Publisher, "publisher")
		if err != nil {
			return err
		}
		id, err := l.desk.FindSpeaker(ctx, s.Name)
		if kb.KindOf(err) == kb.NotFound {
			id, err = l.addSpeaker(ctx, s, publisher)
		}
		if err != nil {
			return fmt.Errorf("speaker %s: %w", s.Key, err)
		}
		l.speakers[s.Key] = id
	}
	return nil
}

func (l *loader) addSpeaker(ctx context.Context, s speaker, publisher kb.ID) (kb.ID, error) {
	actor := l.withRole(kb.Researcher)
	id, err := l.desk.AddSpeaker(ctx, actor, desk.SpeakerInput{Publisher: string(publisher), Speaker: kb.Speaker{
		Kind: s.Kind, Name: s.Name, WikidataID: s.Wikidata, Note: s.Note,
	}})
	if err != nil {
		return "", err
	}
	for _, r := range s.Roles {
		err := l.desk.AddSpeakerRole(ctx, actor, kb.SpeakerRole{SpeakerID: id, Title: r.Title, Organisation: r.Organisation, HeldFrom: r.From, HeldTo: r.To})
		if err != nil {
			return "", err
		}
	}
	return id, nil
}

func lookup(ids map[string]kb.ID, key, what string) (kb.ID, error) {
	if key == "" {
		return "", nil
	}
	id, ok := ids[key]
	if !ok {
		return "", fmt.Errorf("there is no %s with the key %q", what, key)
	}
	return id, nil
}

func (l *loader) loadSources(ctx context.Context, set fs.FS) error {
	var sources []source
	if err := read(set, "sources.json", &sources); err != nil {
		return err
	}
	fresh := map[string]bool{}
	for _, s := range sources {
		added, err := l.loadSource(ctx, s)
		if err != nil {
			return fmt.Errorf("source %s: %w", s.Key, err)
		}
		fresh[s.Key] = added
	}
	for _, s := range sources {
		if !fresh[s.Key] {
			continue
		}
		if err := l.loadCaptures(ctx, s, false); err != nil {
			return fmt.Errorf("source %s: %w", s.Key, err)
		}
		l.later = append(l.later, s)
	}
	for _, s := range sources {
		if !fresh[s.Key] {
			continue
		}
		if err := l.loadExcerpts(ctx, s); err != nil {
			return fmt.Errorf("source %s: %w", s.Key, err)
		}
		for _, x := range s.Derivations {
			if err := l.derive(ctx, desk.DerivationInput{Derivation: kb.Derivation{FromID: l.sources[s.Key]}}, x); err != nil {
				return fmt.Errorf("source %s: %w", s.Key, err)
			}
		}
		if err := l.decide(ctx, s); err != nil {
			return fmt.Errorf("source %s: %w", s.Key, err)
		}
	}
	return nil
}

func (l *loader) loadSource(ctx context.Context, s source) (bool, error) {
	publisher, err := lookup(l.publishers, s.Publisher, "publisher")
	if err != nil {
		return false, err
	}
	carrier, err := lookup(l.sources, s.PartOf, "source")
	if err != nil {
		return false, err
	}
	speaker, err := lookup(l.speakers, s.Speaker, "speaker")
	if err != nil {
		return false, err
	}
	id, err := l.desk.FindSource(ctx, s.Title, s.URL, s.Locator)
	added := kb.KindOf(err) == kb.NotFound
	if added {
		id, err = l.desk.AddSource(ctx, l.withRole(kb.Researcher), desk.SourceInput{
			Publisher: string(publisher), PartOf: string(carrier), Speaker: string(speaker),
			Source: kb.Source{
				Title: s.Title, URL: s.URL, Locator: s.Locator, Authors: s.Authors, PublishedOn: s.PublishedOn,
				Kind: s.Kind, Interest: s.Interest, Language: s.Language, Note: s.Note,
			},
		})
	}
	l.sources[s.Key] = id
	return added, err
}

// loadLate captures what came after everything was published.
func (l *loader) loadLate(ctx context.Context, _ fs.FS) error {
	for _, s := range l.later {
		if err := l.loadCaptures(ctx, s, true); err != nil {
			return fmt.Errorf("source %s: %w", s.Key, err)
		}
	}
	return nil
}

// doChores opens the tasks that are due, without waiting for the clock.
func (l *loader) doChores(ctx context.Context, _ fs.FS) error {
	return l.desk.Chores(ctx)
}

func (l *loader) loadCaptures(ctx context.Context, s source, late bool) error {
	for _, c := range s.Captures {
		if c.Late != late {
			continue
		}
		id, err := l.desk.GiveCapture(ctx, l.actors[c.By], desk.GivenCapture{
			SourceID: l.sources[s.Key], Text: strings.Join(c.Text, "\n"), Complete: c.Complete, Rights: kb.Rights{Shown: c.Rights, Note: c.Note},
		})
		if err != nil {
			return fmt.Errorf("capture %s: %w", c.Key, err)
		}
		l.captures[c.Key] = id
	}
	return nil
}

// decide settles what the program suggested about a source.
func (l *loader) decide(ctx context.Context, s source) error {
	for _, x := range s.Decisions {
		other, err := lookup(l.sources, x.Other, "source")
		if err != nil {
			return err
		}
		to, err := lookup(l.sources, x.To, "source")
		if err != nil {
			return err
		}
		suggestion, err := l.desk.FindSuggestion(ctx, l.sources[s.Key], other, x.Named)
		if err != nil {
			return fmt.Errorf("suggestion of %s%s: %w", x.Other, x.Named, err)
		}
		err = l.desk.DecideSuggestion(ctx, l.actors[x.By], desk.DecisionInput{To: string(to), Decision: kb.Decision{
			ID: suggestion.ID, Version: suggestion.Version, Confirm: !x.Reject, Reason: x.Reason, Kind: x.Kind, Reverse: x.Reverse,
		}})
		if err != nil {
			return fmt.Errorf("suggestion of %s%s: %w", x.Other, x.Named, err)
		}
	}
	return nil
}

// excerpt keeps a quotation: anchored in a copy, or copied by hand.
func (l *loader) excerpt(ctx context.Context, s source, e excerpt) (kb.ID, error) {
	if e.From == "" {
		via, err := lookup(l.sources, e.Via, "source")
		if err != nil {
			return "", err
		}
		return l.desk.CopyExcerpt(ctx, l.actors[e.By], desk.ExcerptInput{Via: string(via), ExcerptInput: kb.ExcerptInput{
			SourceID: l.sources[s.Key], Exact: e.Exact, Prefix: e.Prefix, Suffix: e.Suffix,
		}})
	}
	snapshot, err := lookup(l.captures, e.From, "capture")
	if err != nil {
		return "", err
	}
	in := desk.QuoteInput{Work: string(l.sources[s.Key]), QuoteInput: kb.QuoteInput{
		SnapshotID: snapshot, Exact: e.Exact, Prefix: e.Prefix, Suffix: e.Suffix, Start: anywhere, Anyway: e.Place == 0,
	}}
	quoted, err := l.desk.Quote(ctx, l.actors[e.By], in)
	if e.Place > 0 && e.Place <= len(quoted.Result.Matches) && kb.KindOf(err) == kb.Invalid {
		in.Start = quoted.Result.Matches[e.Place-1].Start
		quoted, err = l.desk.Quote(ctx, l.actors[e.By], in)
	}
	return quoted.Excerpt, err
}

// anywhere says that nobody pointed to a place.
const anywhere = -1

func (l *loader) loadExcerpts(ctx context.Context, s source) error {
	for _, e := range s.Excerpts {
		id, err := l.excerpt(ctx, s, e)
		if err != nil {
			return fmt.Errorf("excerpt %s: %w", e.Key, err)
		}
		if e.AttestedBy != "" {
			if err := l.desk.AttestExcerpt(ctx, l.actors[e.AttestedBy], id); err != nil {
				return fmt.Errorf("excerpt %s: %w", e.Key, err)
			}
		}
		if _, twice := l.excerpts[e.Key]; twice {
			return fmt.Errorf("excerpt %s stands twice", e.Key)
		}
		l.excerpts[e.Key] = id
	}
	return nil
}

func (l *loader) derive(ctx context.Context, in desk.DerivationInput, x derivation) error {
	to, err := lookup(l.sources, x.To, "source")
	if err != nil {
		return err
	}
	in.To = string(to)
	in.Kind, in.Faithfulness, in.Note, in.Basis = x.Kind, x.Faithfulness, x.Note, x.Basis
	if in.Faithfulness == "" {
		in.Faithfulness = "unknown"
	}
	_, err = l.desk.Derive(ctx, l.withRole(kb.Researcher), in)
	return err
}

var citedKey = regexp.MustCompile(`\[@([a-z0-9-]+)\]`)

// cited turns [@key] into the citation of the evidence that the key became.
func cited(paragraphs []string, evidence map[string]kb.ID) (string, error) {
	var unknown error
	text := citedKey.ReplaceAllStringFunc(strings.Join(paragraphs, "\n\n"), func(m string) string {
		id, ok := evidence[citedKey.FindStringSubmatch(m)[1]]
		if !ok {
			unknown = errors.Join(unknown, fmt.Errorf("the reasoning cites %s, which is no evidence of the claim", m))
		}
		return kb.Citation(id)
	})
	return text, unknown
}
