package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

const (
	auditRows    = 60
	exportedRows = 1000 // read at once
)

// audit lists every change of state, with filters.
func (s *Server) audit(c *gin.Context) error {
	q, err := auditQuery(c)
	if err != nil {
		return err
	}
	q.Limit = auditRows + 1
	rows, err := s.read(c).Audit(q)
	if err != nil {
		return err
	}
	page := views.Audit{Page: s.deskPage(c, "Audit"), From: c.Query("from"), To: c.Query("to"), Object: c.Query("object"), Export: "/desk/audit.csv?" + c.Request.URL.RawQuery}
	if page.Actions, page.People, err = s.auditChoices(c, q); err != nil {
		return err
	}
	if len(rows) > auditRows {
		rows = rows[:auditRows]
		page.Next = "/desk/audit?" + with(c.Request.URL.Query(), "before", strconv.FormatInt(rows[auditRows-1].ID, 10)).Encode()
	}
	for _, r := range rows {
		row := views.AuditRow{Action: r.Action, Who: who(r), At: moment(r.At), Object: r.ObjectKind + " " + r.ObjectID, Before: r.BeforeHash, After: r.AfterHash}
		if r.ClaimID != "" {
			row.URL = deskClaim(kb.ID(r.ClaimID))
		}
		page.Rows = append(page.Rows, row)
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.AuditPage(page))
}

// who names who acted: a person, the program itself, or a reader.
func who(r store.AuditItem) string {
	switch {
	case r.Person != "":
		return r.Person
	case r.AccountID == "" && r.PersonID == "":
		return "nobody signed in"
	}
	return "the program"
}

func auditQuery(c *gin.Context) (store.AuditQuery, error) {
	if err := desk.Authorise(actorOf(c), desk.ReadAudit); err != nil {
		return store.AuditQuery{}, err
	}
	q := store.AuditQuery{Action: c.Query("action"), Person: kb.ID(c.Query("person")), Object: c.Query("object")}
	from, err := dayQuery(c, "from")
	if err != nil {
		return q, err
	}
	to, err := dayQuery(c, "to")
	if err != nil {
		return q, err
	}
	if from != "" {
		q.From, _ = time.Parse(time.DateOnly, from) // dayQuery read it already
	}
	if to != "" {
		q.To, _ = time.Parse(time.DateOnly, to)
		q.To = q.To.AddDate(0, 0, 1)
	}
	if before := c.Query("before"); before != "" {
		if q.Before, err = strconv.ParseInt(before, 10, 64); err != nil || q.Before < 1 {
			return q, kb.Errorf(kb.Malformed, "This page of the list does not exist; start again at the first.")
		}
	}
	return q, nil
}

func (s *Server) auditChoices(c *gin.Context, q store.AuditQuery) (actions, people []views.Option, err error) {
	counts, err := s.read(c).AuditActions()
	if err != nil {
		return nil, nil, err
	}
	for _, a := range counts {
		actions = append(actions, views.Option{Value: a.Action, Label: a.Action + " (" + strconv.Itoa(a.N) + ")", Selected: a.Action == q.Action})
	}
	persons, err := s.read(c).People()
	for _, p := range persons {
		people = append(people, views.Option{Value: string(p.ID), Label: p.Name, Selected: p.ID == q.Person})
	}
	return actions, people, err
}

// auditExport writes what the filters leave as CSV, row by row: the audit may be
// longer than memory.
func (s *Server) auditExport(c *gin.Context) error {
	q, err := auditQuery(c)
	if err != nil {
		return err
	}
	q.Limit = exportedRows
	rows, err := s.read(c).Audit(q)
	if err != nil {
		return err
	}
	c.Header("Content-Type", "text/csv; charset=utf-8")
	c.Header("Content-Disposition", `attachment; filename="audit.csv"`)
	w := csv.NewWriter(c.Writer)
	head := []string{"id", "at", "person", "person_id", "account_id", "action", "object_kind", "object_id", "claim_id", "before_hash", "after_hash"}
	if err := w.Write(head); err != nil {
		return err
	}
	for {
		for _, r := range rows {
			line := []string{
				strconv.FormatInt(r.ID, 10), r.At.UTC().Format(time.RFC3339Nano), cell(r.Person), r.PersonID, r.AccountID, r.Action, r.ObjectKind, r.ObjectID, r.ClaimID, r.BeforeHash, r.AfterHash,
			}
			if err := w.Write(line); err != nil {
				return err
			}
		}
		w.Flush()
		if w.Error() != nil || len(rows) < exportedRows {
			return w.Error()
		}
		q.Before = rows[len(rows)-1].ID
		if rows, err = s.read(c).Audit(q); err != nil {
			// A part of the file is sent: cut it off, so that nobody takes it for all.
			s.log.ErrorContext(c.Request.Context(), "exporting the audit", "error", err)
			panic(http.ErrAbortHandler)
		}
	}
}

// cell keeps a spreadsheet from taking a text for a formula.
func cell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t') {
		return "'" + s
	}
	return s
}

func query(name, value string) string { return url.Values{name: {value}}.Encode() }
