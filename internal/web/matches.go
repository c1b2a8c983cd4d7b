package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/search"
	"github.com/claimtrail/claimtrail/views"
)

// longestMatched is how much of a text is matched, in characters.
const longestMatched = 2000

// sharedShown is how many of the words that two texts share are told.
const sharedShown = 8

// matches shows published claims that may say what a reader met.
func (p *public) matches(c *gin.Context) error {
	c.Header("Cache-Control", "no-store")
	text, err := matchedText(c)
	if err != nil {
		return err
	}
	from(c)
	if err := p.pace.take(c.Request.Context()); err != nil {
		return err
	}
	found, err := p.follower.Match(c.Request.Context(), text, false)
	if err != nil {
		return err
	}
	page := views.Matches{
		Page: p.page("Checked already?", "/matches"), Heading: "Checked already?", Lead: clippedTo(text, 300), List: p.matchViews(worth(found)),
		Empty: "No published claim says this, as far as the program can tell.",
	}
	page.NoIndex = true
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.MatchesPage(page))
}

func matchedText(c *gin.Context) (string, error) {
	text := strings.TrimSpace(strings.ReplaceAll(c.Query("text"), "\r\n", "\n"))
	if len([]rune(text)) > longestMatched {
		return "", kb.Errorf(kb.Malformed, "The text is too long to be looked up: at most %d characters.", longestMatched)
	}
	return text, nil
}

// mostMatches is how many cards are shown beside a text.
const mostMatches = 3

func worth(found []follow.Matched) []follow.Matched {
	found = slices.DeleteFunc(slices.Clone(found), func(m follow.Matched) bool { return m.Shown == search.NotShown })
	return found[:min(mostMatches, len(found))]
}

var surely = map[search.Shown]struct{ words, tone string }{
	search.Probably: {"Probably the same", "good"}, search.Possibly: {"Possibly the same", "mixed"}, search.Related: {"Related", ""},
}

func (p *public) matchViews(found []follow.Matched) []views.Match {
	list := make([]views.Match, len(found))
	for i, m := range found {
		d := m.Digest
		list[i] = views.Match{
			ID: d.Claim, Surely: surely[m.Shown].words, Tone: surely[m.Shown].tone, URL: claimURL(d.Claim, d.Text), Text: text(d.Text, d.Language),
			Said: saidLine(d), Rating: outcomeView(d.Rating, d.Outcome), Shared: shared(m.Words),
		}
	}
	return list
}

// deskMatches shows the same to an editor who logs a claim.
func (s *Server) deskMatches(c *gin.Context) error {
	text, err := matchedText(c)
	if err != nil {
		return err
	}
	list, err := s.matchesOf(c, text, "")
	if err != nil {
		return err
	}
	page := views.Matches{
		Page: s.deskPage(c, "Checked already?"), Heading: "Checked already?", Lead: clippedTo(text, 300), List: list, Text: text, Judge: s.judge(c),
		Empty: "No published claim says this, as far as the program can tell.",
	}
	return send(c.Request.Context(), c.Writer, http.StatusOK, views.MatchesPage(page))
}

// judge gives where judgements go, if the account may give one.
func (s *Server) judge(c *gin.Context) string {
	if permitted(c, desk.JudgeMatch) != nil {
		return ""
	}
	return "/desk/matches"
}

// matchesOf gives what is worth showing beside the text of a claim, published or worked
// on at the desk, but for the claim itself and what somebody said is not the same.
func (s *Server) matchesOf(c *gin.Context, text string, claim kb.ID) ([]views.Match, error) {
	ctx := c.Request.Context()
	published, err := s.follower.Match(ctx, text, true)
	if err != nil {
		return nil, err
	}
	drafts, err := s.drafts.Match(ctx, text)
	if err != nil {
		return nil, err
	}
	judged, err := s.read(c).Judged(text)
	if err != nil {
		return nil, err
	}
	passed := func(id kb.ID) bool { return id == claim || judged[id] == kb.NotSame }
	published = slices.DeleteFunc(published, func(m follow.Matched) bool { return passed(kb.ID(m.Digest.Claim)) })
	drafts = slices.DeleteFunc(drafts, func(m follow.DraftMatch) bool { return passed(m.ID) || m.Shown == search.NotShown })
	list := s.public.matchViews(worth(published))
	for _, m := range drafts[:min(mostMatches, len(drafts))] {
		list = append(list, draftView(m))
	}
	for i, m := range list {
		if judged[kb.ID(m.ID)] == kb.SameClaim {
			list[i].Judged = "said to be the same"
		}
		list[i].Links = []views.Link{{Text: "Use this one", URL: deskClaim(kb.ID(m.ID))}}
		if claim != "" {
			list[i].Links = append(list[i].Links, views.Link{Text: "Link as …", URL: deskClaim(claim, "relations", "new") + "?to=" + m.ID})
		}
	}
	return list, nil
}

func draftView(m follow.DraftMatch) views.Match {
	return views.Match{
		ID: string(m.ID), Surely: surely[m.Shown].words, Tone: surely[m.Shown].tone, URL: deskClaim(m.ID), Text: text(m.Text, m.Language),
		Said: "At the desk: " + m.State.Label(), Shared: shared(m.Words),
	}
}

// shared tells the reason of a match.
func shared(words []string) string {
	return "Both have: " + strings.Join(words[:min(sharedShown, len(words))], ", ")
}

// judgeMatch keeps what an editor says of a match.
func (s *Server) judgeMatch(c *gin.Context) error {
	in := kb.Judgement{Text: c.PostForm("text"), Verdict: c.PostForm("verdict")}
	var err error
	if in.ClaimID, err = kb.ParseID(c.PostForm("claim")); err != nil {
		return err
	}
	if err := s.desk.Judge(c.Request.Context(), actorOf(c), in); err != nil {
		return err
	}
	next := "/desk"
	if back := c.Request.Referer(); strings.HasPrefix(back, s.baseURL+"/desk/") {
		next = strings.TrimPrefix(back, s.baseURL)
	}
	c.Redirect(http.StatusSeeOther, next)
	return nil
}
