package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

const tableRows = 50

// table lists things by name, with search by the beginning of a word and
// keyset paging.
func table[T any](s *Server, c *gin.Context, t views.Table, list func(store.NameQuery) ([]T, error), key func(T) (string, kb.ID), row func(T) views.TableRow) error {
	after, err := parseNameCursor(c.Query("after"))
	if err != nil {
		return err
	}
	rows, err := list(store.NameQuery{Text: search.Fold(c.Query("q")), AfterKey: after[0], AfterID: kb.ID(after[1]), Limit: tableRows + 1})
	if err != nil {
		return err
	}
	if len(rows) > tableRows {
		rows = rows[:tableRows]
		k, id := key(rows[tableRows-1])
		t.Next = t.Action + "?" + with(c.Request.URL.Query(), "after", string(id)+k).Encode()
	}
	t.Page, t.Search, t.Empty = s.deskPage(c, t.Heading), c.Query("q"), "Nothing here yet."
	if t.Search != "" {
		t.Empty = "Nothing begins with “" + t.Search + "”."
	}
	for _, r := range rows {
		t.Rows = append(t.Rows, row(r))
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.TablePage(t))
}

// addLink offers to add something to those who may.
func addLink(c *gin.Context, action desk.Action, words, url string) views.Link {
	if !desk.May(actorOf(c), action) {
		return views.Link{}
	}
	return views.Link{Text: words, URL: url}
}

const idRunes = 8

func parseNameCursor(s string) ([2]string, error) {
	if s == "" {
		return [2]string{}, nil
	}
	if len(s) < idRunes {
		return [2]string{}, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
	}
	return [2]string{s[idRunes:], s[:idRunes]}, nil
}
