package desk

import (
	"errors"
	"regexp"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
)

// References are how people name things in a field: by id, by the address of
// its page, by the offered "name · id", or by its exact name.
var trailingID = regexp.MustCompile(`(?:^|[/·\s])([0-9a-hjkmnp-tv-z]{8})(?:-[^/\s]*)?/?$`)

// ReferredID gives the id that a reference ends with, if it does.
func ReferredID(ref string) (kb.ID, bool) {
	m := trailingID.FindStringSubmatch(strings.TrimSpace(ref))
	if m == nil {
		return "", false
	}
	return kb.ID(m[1]), true
}

// resolve finds what a reference names: first by id, then by what byName finds
// under the text. Errors: Invalid at the field when there is nothing or more
// than one.
func resolve[T any](ref, field, what string, byID func(kb.ID) (T, error), byName func(string) ([]T, error)) (T, error) {
	var none T
	if id, ok := ReferredID(ref); ok {
		found, err := byID(id)
		if kb.KindOf(err) != kb.NotFound || err == nil {
			return found, err
		}
	}
	rows, err := byName(ref)
	switch {
	case err != nil:
		return none, err
	case len(rows) == 1:
		return rows[0], nil
	case len(rows) == 0:
		return none, kb.InvalidField(field, "There is no %s “%s”. Choose one of the list, or add it first.", what, shorten(ref)).Because(errNothingNamed)
	}
	return none, kb.InvalidField(field, "There are %d of the name “%s”. Choose one of the list, with its id.", len(rows), shorten(ref))
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// findSource resolves a reference to a source; its web address serves as well.
func findSource(r store.Reader, ref, field string) (kb.Source, error) {
	return resolve(ref, field, "source", r.Source, func(text string) ([]kb.Source, error) {
		if key, err := kb.URLKey(strings.TrimSpace(text)); err == nil {
			s, err := r.SourceAt(key, "")
			if kb.KindOf(err) == kb.NotFound {
				return nil, nil
			}
			return []kb.Source{s}, err
		}
		return r.SourcesTitled(search.Fold(text))
	})
}

func findClaim(r store.Reader, ref, field string) (kb.Claim, error) {
	return resolve(ref, field, "claim", r.Claim, func(string) ([]kb.Claim, error) { return nil, nil })
}

// findPublisher resolves a reference to a publisher; nothing is the unknown
// one. A name that nobody has yet is added.
func findPublisher(tx *store.Tx, ref, field string) (kb.ID, error) {
	if strings.TrimSpace(ref) == "" {
		return "", nil
	}
	p, err := resolve(ref, field, "publisher", tx.Publisher, func(name string) ([]kb.Publisher, error) {
		return tx.PublishersNamed(search.Fold(name))
	})
	if err == nil || !errors.Is(err, errNothingNamed) {
		return p.ID, err
	}
	if chosen(ref) { // of a list that has it no more: not a new name
		return "", err
	}
	id, err := addPublisher(tx, kb.Publisher{Name: ref, Kind: "other"})
	return id, atField(err, "name", field)
}

// findSpeaker resolves a reference to a speaker; a name that nobody has yet is
// added as a person.
func findSpeaker(tx *store.Tx, ref, field string) (kb.Speaker, error) {
	s, err := resolve(ref, field, "speaker", tx.Speaker, func(name string) ([]kb.Speaker, error) {
		return tx.SpeakersNamed(search.Fold(name))
	})
	if err == nil || !errors.Is(err, errNothingNamed) {
		return s, err
	}
	if chosen(ref) { // of a list that has it no more: not a new name
		return s, err
	}
	s = kb.Speaker{Name: ref, Kind: "person"}
	if search.Fold(ref) == "unknown" {
		s.Kind = "unknown"
	}
	id, err := addSpeaker(tx, s)
	if err != nil {
		return s, atField(err, "name", field)
	}
	return tx.Speaker(id)
}

// chosen reports whether a reference is one that a list offered, "name · id".
func chosen(ref string) bool { return strings.Contains(ref, " · ") }

// errNothingNamed tells "nothing of that name" from every other trouble.
var errNothingNamed = errors.New("nothing has this name")

// atField moves a field's message to the field that the person sees.
func atField(err error, from, to string) error {
	e, ok := errors.AsType[*kb.Error](err)
	if !ok {
		return err
	}
	for i := range e.Fields {
		if e.Fields[i].Field == from {
			e.Fields[i].Field = to
		}
	}
	return e
}
