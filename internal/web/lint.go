package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/interchange"
	"github.com/claimtrail/claimtrail/views"
)

// mostLinted is how many items of what is pasted are looked at.
const mostLinted = 100

var errEnoughLinted = errors.New("enough was looked at")

// lintPage shows the form in which anybody can have ClaimReview looked at.
func (p *public) lintPage(c *gin.Context) error {
	return p.show(c, views.LintPage(p.lintView("")))
}

func (p *public) lintView(text string) views.Lint {
	v := views.Lint{Page: p.page("Check ClaimReview", "/lint"), Action: "/lint", Text: text, Name: "text"}
	v.Description = "Names the defects of ClaimReview markup that are seen in the wild."
	return v
}

// lint names the defects of what was pasted. Nothing of it is kept, or fetched.
func (p *public) lint(c *gin.Context) error {
	typed, err := parseForm(c)
	if err == nil {
		err = typed.readable()
	}
	if err != nil {
		return err
	}
	v := p.lintView(typed.text("text"))
	status := http.StatusOK
	if strings.TrimSpace(v.Text) == "" {
		v.Problem, status = "Paste a ClaimReview, or the source of a page that carries one.", http.StatusUnprocessableEntity
	} else if err := lintInto(&v, p.record.Now()); err != nil && !errors.Is(err, errEnoughLinted) {
		v.Problem, status = sentenceCase(err.Error())+".", http.StatusUnprocessableEntity
	}
	c.Header("Cache-Control", "no-store")
	return send(c.Request.Context(), c.Writer, status, views.LintPage(v))
}

func lintInto(v *views.Lint, now time.Time) error {
	today := now.Format(time.DateOnly)
	return interchange.ReadClaimReviews(strings.NewReader(v.Text), func(i interchange.Item) error {
		if len(v.Items) == mostLinted {
			return errEnoughLinted
		}
		item := views.LintItem{Heading: "Item " + strconv.Itoa(i.Number)}
		if i.Err != nil {
			item.Defects = []views.LintDefect{{Rule: "unreadable", Tone: "bad", Severity: interchange.Fault, Words: sentenceCase(i.Err.Error()) + "."}}
		} else {
			item.Claim = clippedTo(i.Review.ClaimReviewed, 200)
			item.Defects = lintDefects(interchange.Lint(i.Review, i.Raw, today))
		}
		v.Items = append(v.Items, item)
		return nil
	})
}

func lintDefects(found []interchange.Defect) []views.LintDefect {
	var list []views.LintDefect
	for _, d := range found {
		tone := "mixed"
		if d.Severity == interchange.Fault {
			tone = "bad"
		}
		list = append(list, views.LintDefect{Rule: d.Rule, Severity: d.Severity, Tone: tone, Field: d.Field, Words: d.Words})
	}
	return list
}
