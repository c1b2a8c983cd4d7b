package desk

import (
	"context"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
)

// The finders below are for callers that load data by name, such as seeds and
// imports. Errors: NotFound when nothing has the name.

// FindAccount gives who signs in with an e-mail address.
func (d *Desk) FindAccount(ctx context.Context, email string) (kb.Actor, error) {
	a, err := d.db.Desk(ctx).AccountByEmail(email)
	if err != nil {
		return kb.Actor{}, err
	}
	p, err := d.db.Desk(ctx).Person(a.PersonID)
	return kb.Actor{Account: a.ID, Person: a.PersonID, Name: p.Name, Roles: a.Roles}, err
}

// FindMasthead gives the masthead.
func (d *Desk) FindMasthead(ctx context.Context) (kb.Masthead, error) {
	return d.db.Desk(ctx).Masthead()
}

// FindPolicy gives the house policy in force.
func (d *Desk) FindPolicy(ctx context.Context) (kb.Policy, error) {
	return d.db.Desk(ctx).Policy()
}

// Now gives the time that the desk goes by.
func (d *Desk) Now() time.Time { return d.db.Now() }

// FindScale gives the newest version of a rating scale.
func (d *Desk) FindScale(ctx context.Context, key string) (kb.ID, error) {
	scales, err := d.db.Desk(ctx).Scales()
	if err != nil {
		return "", err
	}
	for _, s := range scales {
		if s.Key == key {
			return s.ID, nil
		}
	}
	return "", kb.Errorf(kb.NotFound, "There is no scale %q.", key)
}

// FindPublisher gives the publisher of a name.
func (d *Desk) FindPublisher(ctx context.Context, name string) (kb.ID, error) {
	rows, err := d.db.Desk(ctx).PublishersNamed(search.Fold(name))
	if err != nil || len(rows) == 0 {
		return "", nothingNamed(name, err)
	}
	return rows[0].ID, nil
}

// FindSpeaker gives the speaker of a name.
func (d *Desk) FindSpeaker(ctx context.Context, name string) (kb.ID, error) {
	rows, err := d.db.Desk(ctx).SpeakersNamed(search.Fold(name))
	if err != nil || len(rows) == 0 {
		return "", nothingNamed(name, err)
	}
	return rows[0].ID, nil
}

// FindSource gives the source at an address and place, or of a title when it
// has no address.
func (d *Desk) FindSource(ctx context.Context, title, address, locator string) (kb.ID, error) {
	if key, err := kb.URLKey(address); err == nil {
		s, err := d.db.Desk(ctx).SourceAt(key, locator)
		return s.ID, err
	}
	rows, err := d.db.Desk(ctx).SourcesTitled(search.Fold(title))
	if err != nil || len(rows) == 0 {
		return "", nothingNamed(title, err)
	}
	return rows[0].ID, nil
}

// FindClaim gives the claim of exactly this wording.
func (d *Desk) FindClaim(ctx context.Context, text string) (kb.ID, error) {
	c, err := d.db.Desk(ctx).ClaimWorded(text)
	return c.ID, err
}

// Parts lists a claim's parts.
func (d *Desk) Parts(ctx context.Context, claim kb.ID) ([]kb.ClaimPart, error) {
	return d.db.Desk(ctx).Parts(claim)
}

// Draft gives a claim's ruling draft.
func (d *Desk) Draft(ctx context.Context, claim kb.ID) (kb.RulingDraft, error) {
	return d.db.Desk(ctx).Draft(claim)
}

func nothingNamed(name string, err error) error {
	if err != nil {
		return err
	}
	return kb.Errorf(kb.NotFound, "There is nothing of the name %q.", name)
}

// FindActor gives the account of an e-mail address, or the first that may do
// something.
func (d *Desk) FindActor(ctx context.Context, email string, action Action) (kb.Actor, error) {
	if email != "" {
		actor, err := d.FindAccount(ctx, email)
		if kb.KindOf(err) == kb.NotFound {
			return actor, kb.Errorf(kb.NotFound, "There is no account of %s.", email)
		}
		return actor, err
	}
	accounts, err := d.db.Desk(ctx).Accounts()
	if err != nil {
		return kb.Actor{}, err
	}
	for _, a := range accounts {
		if !a.Disabled && May(kb.Actor{Account: a.ID, Person: a.PersonID, Roles: a.Roles}, action) {
			return d.FindAccount(ctx, a.Email)
		}
	}
	return kb.Actor{}, kb.Errorf(kb.NotFound, "There is no account that may %s; add one with user add --role %s.", action, rights[action][0])
}

// FindSuggestion gives the open suggestion that a source has something from
// another, or from a publisher that it names.
func (d *Desk) FindSuggestion(ctx context.Context, source, other kb.ID, named string) (kb.Suggestion, error) {
	rows, err := d.db.Desk(ctx).SuggestionsAbout(source)
	if err != nil {
		return kb.Suggestion{}, err
	}
	for _, s := range rows {
		between := (s.SourceID == source && s.OtherID == other) || (s.OtherID == source && s.SourceID == other)
		if s.State == kb.SuggestionOpen && (other != "" && between || named != "" && s.NamedKey == search.Fold(named)) {
			return s, nil
		}
	}
	return kb.Suggestion{}, nothingNamed(string(other)+named, nil)
}

// UnderReview gives the hash of the content of a claim that waits for a decision.
// Errors: NotFound when nothing does.
func (d *Desk) UnderReview(ctx context.Context, claim kb.ID) (string, error) {
	c, err := d.db.Desk(ctx).OpenCandidate(claim)
	return c.ContentHash, err
}
