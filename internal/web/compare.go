package web

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/views"
)

// goToCompare leads from the choice of two revisions to their comparison.
func (p *public) goToCompare(c *gin.Context) error {
	a, err := parseClaim(c.Param("claim"))
	if err != nil {
		return err
	}
	from, to, err := parseRange(c.Query("a") + ".." + c.Query("b"))
	if err != nil {
		return err
	}
	c.Redirect(http.StatusFound, compareURL(string(a.id), from, to))
	return nil
}

func compareURL(claim string, a, b int) string {
	return fmt.Sprintf("/claims/%s/compare/%d..%d", claim, a, b)
}

// compare shows by words what differs between two revisions of a claim.
func (p *public) compare(c *gin.Context) error {
	from, to, err := parseRange(c.Param("range"))
	if err != nil {
		return err
	}
	a, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	if max(from, to) > len(revisions) {
		return kb.Errorf(kb.NotFound, "There is no such revision; the newest is %d.", len(revisions))
	}
	before, after := revisions[len(revisions)-from], revisions[len(revisions)-to]
	old, err := p.content(c, before)
	if err != nil {
		return err
	}
	now, err := p.content(c, after)
	if err != nil {
		return err
	}
	v := views.Compare{
		Page: p.page("Revisions "+strconv.Itoa(from)+" and "+strconv.Itoa(to), compareURL(string(a.id), from, to)), Claim: text(now.Claim.Text, now.Claim.Language),
		ClaimURL: claimURL(string(a.id), now.Claim.Text), Changes: changedTexts(old, now), Before: revisionView(before, revisions[0].Number), After: revisionView(after, revisions[0].Number),
		Action: "/claims/" + string(a.id) + "/compare",
	}
	v.NoIndex = true
	for _, r := range revisions {
		n := strconv.Itoa(r.Number)
		v.From = append(v.From, views.Option{Value: n, Label: "Revision " + n + ", " + moment(r.PublishedAt).Exact, Selected: r.Number == from})
		v.To = append(v.To, views.Option{Value: n, Label: "Revision " + n + ", " + moment(r.PublishedAt).Exact, Selected: r.Number == to})
	}
	return p.show(c, views.ComparePage(v))
}

func (p *public) content(c *gin.Context, r store.Revision) (record.Content, error) {
	body, err := p.record.Document(c.Request.Context(), r.Hash)
	if err != nil {
		return record.Content{}, err
	}
	_, content, err := record.ReadPublished(body)
	return content, err
}
