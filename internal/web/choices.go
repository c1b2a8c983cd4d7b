package web

import (
	"errors"
	"slices"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// choicesShown bounds the suggestions under a field; what is not among them is
// found by its name, id or address all the same.
const choicesShown = 200

// choice is how a field names a thing without doubt.
func choice(name string, id kb.ID) string { return name + " · " + string(id) }

func (s *Server) speakerChoices(c *gin.Context) ([]views.Option, error) {
	rows, err := s.read(c).Speakers(store.NameQuery{Limit: choicesShown})
	return options(rows, func(r kb.Speaker) views.Option {
		return views.Option{Value: choice(r.Name, r.ID), Label: kb.Label(kb.SpeakerKinds, r.Kind)}
	}), err
}

func (s *Server) publisherChoices(c *gin.Context) ([]views.Option, error) {
	rows, err := s.read(c).Publishers(store.NameQuery{Limit: choicesShown})
	return options(rows, func(r kb.Publisher) views.Option {
		return views.Option{Value: choice(r.Name, r.ID), Label: kb.Label(kb.PublisherKinds, r.Kind)}
	}), err
}

func (s *Server) sourceChoices(c *gin.Context) ([]views.Option, error) {
	rows, err := s.read(c).Sources(store.NameQuery{Limit: choicesShown})
	return options(rows, func(r kb.Source) views.Option {
		return views.Option{Value: choice(r.Title, r.ID), Label: kb.Label(kb.SourceKinds, r.Kind)}
	}), err
}

func options[T any](rows []T, option func(T) views.Option) []views.Option {
	list := make([]views.Option, len(rows))
	for i, r := range rows {
		list[i] = option(r)
	}
	return list
}

// sourceAndExcerptFields ask for a quotation, or for a source without one.
func (s *Server) sourceAndExcerptFields(c *gin.Context, source string, excerpt kb.ID) ([]views.Field, error) {
	sources, err := s.sourceChoices(c)
	if err != nil {
		return nil, err
	}
	excerpts, err := s.read(c).ExcerptChoices(choicesShown)
	if err != nil {
		return nil, err
	}
	list := []kb.Option{{Value: "", Label: "no quotation"}}
	for _, e := range excerpts {
		list = append(list, kb.Option{Value: string(e.ID), Label: "“" + clippedTo(e.Segments.Text(), 70) + "” " + clippedTo(e.Title, 40)})
	}
	if excerpt != "" && !slices.ContainsFunc(list, func(o kb.Option) bool { return o.Value == string(excerpt) }) {
		list = append(list, kb.Option{Value: string(excerpt), Label: "the quotation as it is"})
	}
	return []views.Field{
		large(hinted(selectField("excerpt", "Quotation", string(excerpt), list), "Copy a quotation on the source’s page first; it names its source.")),
		large(hinted(optional(pickField("source", "Source", source, sources)), "Only needed without a quotation. Title, id or address.")),
	}, nil
}

// renameFields moves messages to the names that fields have in one form.
func renameFields(err error, names map[string]string) error {
	e, ok := errors.AsType[*kb.Error](err)
	if !ok {
		return err
	}
	for i, f := range e.Fields {
		if name, renamed := names[f.Field]; renamed {
			e.Fields[i].Field = name
		}
	}
	return err
}

// claimChoices offers the claims that can be worked on.
func (s *Server) claimChoices(c *gin.Context) ([]views.Option, error) {
	rows, err := s.read(c).Queue(store.QueueQuery{States: kb.EditableStates(), Limit: choicesShown})
	return options(rows, func(r store.QueueItem) views.Option {
		return views.Option{Value: choice(clippedTo(r.Text, 80), r.ID), Label: r.Speaker}
	}), err
}
