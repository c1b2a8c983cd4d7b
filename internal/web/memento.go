package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// stampForm is a moment as addresses of the past have it, in UTC.
const stampForm = "20060102150405"

// inForce gives the revision that readers saw at a moment: the newest published
// by then, or the first one for an earlier moment (RFC 7089, 4.1.1).
func inForce(revisions []store.Revision, at time.Time) store.Revision {
	i := slices.IndexFunc(revisions, func(r store.Revision) bool { return !r.PublishedAt.Truncate(time.Second).After(at) })
	if i < 0 {
		i = len(revisions) - 1
	}
	return revisions[i]
}

// timegate answers a request that names a moment with the way to the revision in
// force then. It reports whether the request was one.
func (p *public) timegate(c *gin.Context, claim kb.ID, suffix string, revisions []store.Revision) (bool, error) {
	c.Writer.Header().Add("Vary", "Accept-Datetime")
	for _, link := range p.mementoLinks(claim) {
		c.Writer.Header().Add("Link", link)
	}
	asked := c.GetHeader("Accept-Datetime")
	if asked == "" {
		return false, nil
	}
	at, err := http.ParseTime(asked)
	if err != nil {
		return true, kb.Errorf(kb.Malformed, "Accept-Datetime should look like “Fri, 20 Nov 2026 09:00:00 GMT”.").Because(err)
	}
	c.Redirect(http.StatusFound, p.baseURL+mementoURL(claim, inForce(revisions, at))+suffix)
	return true, nil
}

func mementoURL(claim kb.ID, r store.Revision) string {
	return "/claims/" + string(claim) + "/at/" + r.PublishedAt.Format(stampForm)
}

func (p *public) mementoLinks(claim kb.ID) []string {
	u := p.baseURL + "/claims/" + string(claim)
	return []string{
		fmt.Sprintf(`<%s>; rel="original timegate"`, u),
		fmt.Sprintf(`<%s/timemap>; rel="timemap"; type="application/link-format"`, u),
	}
}

// asMemento marks an answer as what a page was at a moment.
func (p *public) asMemento(c *gin.Context, r store.Revision) {
	h := c.Writer.Header()
	h.Set("Memento-Datetime", r.PublishedAt.Format(http.TimeFormat))
	for _, link := range p.mementoLinks(kb.ID(r.ClaimID)) {
		h.Add("Link", link)
	}
}

// at serves the page as it stood at a moment: a day, or a second in UTC.
func (p *public) at(c *gin.Context) error {
	stamp, suffix, err := parseStamp(c.Param("stamp"))
	if err != nil {
		return err
	}
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	if err := notBefore(revisions, stamp); err != nil {
		return err
	}
	r := inForce(revisions, stamp)
	if exact := "/claims/" + string(a.id) + "/at/" + r.PublishedAt.Format(stampForm) + suffix; c.Param("stamp") != r.PublishedAt.Format(stampForm)+suffix && suffix == "" {
		c.Header("Cache-Control", fresh)
		c.Redirect(http.StatusFound, exact)
		return nil
	}
	p.asMemento(c, r)
	return p.serveRevision(c, revisions, r, suffix)
}

// notBefore says that nothing was there before the first revision.
func notBefore(revisions []store.Revision, at time.Time) error {
	first := revisions[len(revisions)-1].PublishedAt
	if at.Before(first.Truncate(time.Second)) {
		return kb.Errorf(kb.NotFound, "Nothing was published here by %s. The first revision is of %s.", at.Format("2 January 2006, 15:04 UTC"), first.Format("2 January 2006, 15:04 UTC"))
	}
	return nil
}

// parseStamp reads a moment of an address. A day means its end: the page as it
// stood when the day was over.
func parseStamp(s string) (time.Time, string, error) {
	suffix := ""
	if rest, found := strings.CutSuffix(s, ".json"); found {
		s, suffix = rest, ".json"
	}
	if at, err := time.Parse(stampForm, s); err == nil {
		return at, suffix, nil
	}
	if day, err := time.Parse("20060102", s); err == nil {
		return day.Add(24*time.Hour - time.Second), suffix, nil
	}
	return time.Time{}, "", kb.Errorf(kb.Malformed, "Give the moment as year, month, day, hour, minute and second in UTC, such as 20261120090000, or the day alone.")
}

// goToDate leads from the date picker to the page as it stood then.
func (p *public) goToDate(c *gin.Context) error {
	a, err := parseClaim(c.Param("claim"))
	if err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, c.Query("date"))
	if err != nil {
		return kb.Errorf(kb.Malformed, "Give a day such as 2026-11-20.")
	}
	c.Redirect(http.StatusFound, "/claims/"+string(a.id)+"/at/"+day.Format("20060102"))
	return nil
}

// timemap lists every revision with the moment from which it was in force
// (RFC 7089, application/link-format).
func (p *public) timemap(c *gin.Context) error {
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	u := p.baseURL + "/claims/" + string(a.id)
	lines := []string{
		fmt.Sprintf(`<%s>; rel="original timegate"`, u),
		fmt.Sprintf(`<%s/timemap>; rel="self"; type="application/link-format"; from=%q; until=%q`, u,
			revisions[len(revisions)-1].PublishedAt.Format(http.TimeFormat), revisions[0].PublishedAt.Format(http.TimeFormat)),
	}
	for i, r := range slices.Backward(revisions) {
		lines = append(lines, fmt.Sprintf(`<%s%s>; rel=%q; datetime=%q`, p.baseURL, mementoURL(a.id, r), mementoRel(i, len(revisions)), r.PublishedAt.Format(http.TimeFormat)))
	}
	return p.bytes(c, "application/link-format", []byte(strings.Join(lines, ",\n")+"\n"))
}

// mementoRel names the place of a revision among n, of which the newest is 0.
func mementoRel(i, n int) string {
	rel := "memento"
	if i == 0 {
		rel = "last " + rel
	}
	if i == n-1 {
		rel = "first " + rel
	}
	return rel
}

// parseRange reads "1..3".
func parseRange(s string) (a, b int, err error) {
	from, to, found := strings.Cut(s, "..")
	a, errA := strconv.Atoi(from)
	b, errB := strconv.Atoi(to)
	plain := strconv.Itoa(a) == from && strconv.Itoa(b) == to
	if !found || errA != nil || errB != nil || a < 1 || b < 1 || !plain {
		return 0, 0, kb.Errorf(kb.NotFound, "Name two revisions, such as 1..2.")
	}
	return a, b, nil
}
