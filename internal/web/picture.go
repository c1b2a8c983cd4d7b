package web

import (
	"context"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/socialcard"
	"github.com/claimtrail/claimtrail/internal/store"
)

// pictures keeps the drawn social cards of revisions, and draws
// one at a time: it takes a processor for some time.
type pictures struct {
	drawing chan struct{}
	mu      sync.Mutex
	png     map[string][]byte
}

const keptPictures = 200

func newPictures() *pictures {
	return &pictures{drawing: make(chan struct{}, 1), png: map[string][]byte{}}
}

func (x *pictures) kept(key string) ([]byte, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	b, ok := x.png[key]
	return b, ok
}

// of gives the picture of a card, drawn now unless it is kept under its key.
func (x *pictures) of(ctx context.Context, key string, card socialcard.Card) ([]byte, error) {
	if b, ok := x.kept(key); ok {
		return b, nil
	}
	select {
	case x.drawing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-x.drawing }()
	if b, ok := x.kept(key); ok { // somebody else drew it meanwhile
		return b, nil
	}
	b, err := socialcard.PNG(card)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.png) >= keptPictures {
		clear(x.png)
	}
	x.png[key] = b
	return b, nil
}

// picture serves the social card of one revision. It says what that revision
// ruled and when, for ever; a redaction takes it away.
func (p *public) picture(c *gin.Context) error {
	number, suffix, err := parseNumber(c.Param("n"))
	if err != nil || suffix != "" {
		return kb.Errorf(kb.NotFound, "There is no such revision.")
	}
	_, revisions, err := p.revisionsOf(c)
	if err != nil {
		return err
	}
	if number > len(revisions) {
		return kb.Errorf(kb.NotFound, "There is no such revision; the newest is %d.", len(revisions))
	}
	at := len(revisions) - number
	d, there, err := p.digestOf(c.Request.Context(), revisions[at].EventIdx)
	if err != nil {
		return err
	}
	if !there {
		return p.redacted(c.Request.Context(), revisions[at])
	}
	card := p.socialCard(d, revisions[at:])
	// A redaction of an earlier revision takes the rating away that is struck here.
	b, err := p.pictures.of(c.Request.Context(), revisions[at].Hash+" "+card.Struck, card)
	if err != nil {
		return err
	}
	c.Header("Cross-Origin-Resource-Policy", "cross-origin")
	return p.bytesFor(c, "image/png", b, "public, max-age=60")
}

// socialCard says in a picture what a digest says; revisions begin with its own.
func (p *public) socialCard(d record.Digest, revisions []store.Revision) socialcard.Card {
	words := wordsIn("en")
	rating := outcomeView(d.Rating, d.Outcome)
	card := socialcard.Card{
		Claim: d.Text, Verbatim: d.Verbatim && !text(d.Text, d.Language).Marked, Fallback: "A claim in " + languageName(d.Language), Said: saidLine(d),
		Rating: rating.Label, Tone: rating.Tone, Shape: rating.Shape, Site: p.site().Name(), Date: words.onStamp(words.rulingOf, d.PublishedAt),
		RightToLeft: kb.Direction(d.Language) == "rtl",
	}
	var states []string
	if d.Outcome == kb.Retracted || d.MergedInto != "" {
		card.Tone, card.Shape = "bad", "cross"
		if before := lastRuling(revisions[1:]); before != nil {
			card.Struck, _ = words.rating(before.Rating, before.Outcome)
		}
	} else if d.Correction != nil && prominent[d.Correction.Class] {
		states = append(states, kb.Label(kb.Classes, d.Correction.Class))
	}
	if d.Demonstration {
		states = append(states, words.demonstration)
	}
	card.State = strings.Join(states, " · ")
	return card
}

// languageName gives the English name of a language.
func languageName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil || t == language.Und {
		return "another language"
	}
	return display.English.Languages().Name(t)
}
