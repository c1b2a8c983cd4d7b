package api

import (
	"context"
	"net/http"

	"github.com/claimtrail/claimtrail/internal/search"
)

// MatchPath is where texts are looked up. Any page may ask: nothing is changed, and
// nobody is told who asks.
const MatchPath = Prefix + matchPath

const matchPath = "/matches"

// MatchQuery is a text that is looked up.
type MatchQuery struct {
	Body struct {
		Text  string `json:"text" minLength:"1" maxLength:"2000" doc:"a post as it was met, or a claim"`
		Claim bool   `json:"claim,omitempty" doc:"the text is a claim, not a post: more is asked of what is shown"`
		Limit int    `json:"limit,omitempty" minimum:"1" maximum:"50" default:"10"`
	}
}

type matchList struct{ Body MatchList }

// MatchList is the published claims that may say what a text says, the surest first.
type MatchList struct {
	Matches []Match `json:"matches"`
}

// Match is a claim with how sure the program is, and why.
type Match struct {
	Claim  Claim    `json:"claim"`
	Score  float64  `json:"score" doc:"of words, letters and meaning together; comparable between texts"`
	Surely string   `json:"surely" enum:"probably,possibly,related,hardly" doc:"what the score is worth: the claim is probably or possibly the same, or related; hardly ones are better not shown"`
	Words  []string `json:"words" doc:"that both have, the most telling first"`
}

var surely = map[search.Shown]string{search.Probably: "probably", search.Possibly: "possibly", search.Related: "related", search.NotShown: "hardly"}

func (a *API) matchOperation() {
	op := operation(http.MethodPost, matchPath, "matchText", "Published claims that may say what a text says, such as a post", "Published")
	op.Errors = append(op.Errors, http.StatusUnprocessableEntity, http.StatusTooManyRequests)
	register(a, op, a.match)
}

func (a *API) match(ctx context.Context, in *MatchQuery) (*matchList, error) {
	if err := a.Pace(ctx); err != nil {
		return nil, err
	}
	found, err := a.Follower.Match(ctx, in.Body.Text, in.Body.Claim)
	if err != nil {
		return nil, err
	}
	list := MatchList{Matches: []Match{}}
	found = found[:min(len(found), in.Body.Limit)]
	ids := make([]string, len(found))
	for i, m := range found {
		ids[i] = m.Digest.Claim
	}
	up := a.Follower.UnderReview(ids)
	for _, m := range found {
		list.Matches = append(list.Matches, Match{a.claim(m.Digest, up[m.Digest.Claim]), m.Score, surely[m.Shown], m.Words})
	}
	return &matchList{list}, nil
}
