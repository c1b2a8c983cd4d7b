package desk

import (
	"context"
	"crypto/rand"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// OwnTokens is to make and revoke tokens for programs that act for oneself.
const OwnTokens Action = "make access tokens"

// ImportClaims is to take over claims, and what others ruled about them.
const ImportClaims Action = "import claims"

// scopeActions says what each scope of a token allows. An action that stands in
// none of them takes a person: approving, returning, publishing, correcting,
// retracting, attesting, deciding, administering.
var scopeActions = map[string][]Action{
	kb.ScopeRead:     {ReadDesk},
	kb.ScopeClaims:   {SuggestClaim, LogClaim, EditClaim, EditAppearance, RelateClaims},
	kb.ScopeSources:  {EditSource, EditPublisher, EditSpeaker, CaptureSource, CopyExcerpt},
	kb.ScopeEvidence: {EditEvidence, EditDerivation},
	kb.ScopeRulings:  {EditRuling, EditReply},
	kb.ScopeSubmit:   {StepAction(kb.Submit)},
}

// inScope reports Forbidden when a token acts beyond its scopes.
func inScope(actor kb.Actor, action Action) error {
	if actor.Token == "" {
		return nil
	}
	for _, scope := range actor.Scopes {
		if slices.Contains(scopeActions[scope], action) {
			return nil
		}
	}
	for _, o := range kb.Scopes {
		if slices.Contains(scopeActions[o.Value], action) {
			return kb.Errorf(kb.Forbidden, "This token may not %s; that takes the scope %s.", action, o.Value)
		}
	}
	return kb.Errorf(kb.Forbidden, "No token may %s; that takes a person who is signed in.", action)
}

// tokenPrefix lets people and scanners of leaked secrets know a token.
const tokenPrefix = "ctk_"

// How tokens are used.
const (
	hintLength  = 4
	usedEvery   = time.Minute // how exactly the last use is kept
	mostWrites  = 600         // by one token, in a window
	writeWindow = time.Minute
	answersKept = 48 * time.Hour
)

// AddToken makes a token for the actor's own account. The secret is shown this
// once.
func (d *Desk) AddToken(ctx context.Context, actor kb.Actor, in kb.TokenInput) (secret string, err error) {
	if err := check(actor, OwnTokens, &in); err != nil {
		return "", err
	}
	secret = tokenPrefix + strings.ToLower(rand.Text()+rand.Text())
	t := kb.APIToken{AccountID: actor.Account, Name: in.Name, Scopes: in.Scopes, TokenHash: tokenHash(secret), Hint: secret[len(secret)-hintLength:]}
	days, err := strconv.Atoi(in.Days)
	if err != nil {
		return "", err
	}
	return secret, d.write(ctx, actor, OwnTokens, func(tx *store.Tx) error {
		if days > 0 {
			ends := tx.Now().AddDate(0, 0, days)
			t.ExpiresAt = &ends
		}
		_, err := tx.InsertToken(t)
		return err
	})
}

// RevokeToken ends a token of one's own; an administrator ends anybody's.
// Errors: NotFound for somebody else's.
func (d *Desk) RevokeToken(ctx context.Context, actor kb.Actor, id kb.ID) error {
	return d.write(ctx, actor, OwnTokens, func(tx *store.Tx) error {
		t, err := tx.Token(id)
		if err != nil {
			return err
		}
		if t.AccountID != actor.Account && !May(actor, ManageAccounts) {
			return kb.Errorf(kb.NotFound, "You have no such token.")
		}
		return tx.RevokeToken(id)
	})
}

// TokenActor gives who acts with a token, with the rights that the account has
// now. Errors: Unauthenticated for a token that is unknown, revoked or past, and
// for one of a closed account.
func (d *Desk) TokenActor(ctx context.Context, secret string) (kb.Actor, error) {
	refused := kb.Errorf(kb.Unauthenticated, "This token is not in force: it is unknown, revoked or past its time.")
	r := d.db.Desk(ctx)
	t, err := r.TokenByHash(tokenHash(secret))
	if kb.KindOf(err) == kb.NotFound {
		return kb.Actor{}, refused
	}
	if err != nil {
		return kb.Actor{}, err
	}
	actor, open, err := r.ActorNow(t.AccountID)
	if err != nil {
		return kb.Actor{}, err
	}
	if !open || !t.Good(d.db.Now()) {
		return kb.Actor{}, refused
	}
	actor.Token, actor.Scopes = t.ID, t.Scopes
	if t.UsedAt == nil || d.db.Now().Sub(*t.UsedAt) > usedEvery {
		err = d.db.Platform(ctx, func(p *store.Platform) error { return p.TokenUsed(t.ID) })
	}
	return actor, err
}

// CountWrite counts a write of a token. Errors: Throttled when there were too
// many of late.
func (d *Desk) CountWrite(ctx context.Context, actor kb.Actor) error {
	return d.counted(ctx, "token:"+string(actor.Token), mostWrites, writeWindow)
}

// Answered gives what a request with a key of the actor's was answered with.
// Errors: NotFound when there was none.
func (d *Desk) Answered(ctx context.Context, actor kb.Actor, key string) (store.Answer, error) {
	return d.db.Desk(ctx).Answered(actor.Account, key)
}

// Once makes what is done in a context happen once under a key, however often it
// is asked for. Errors of it are Conflict, because of store.ErrRepeated.
func (d *Desk) Once(ctx context.Context, actor kb.Actor, key, fingerprint string) context.Context {
	return store.WithOnce(ctx, store.Once{Account: actor.Account, Key: key, Fingerprint: fingerprint})
}

// KeepAnswer keeps what a request was answered with, for when it is sent again.
func (d *Desk) KeepAnswer(ctx context.Context, actor kb.Actor, key string, a store.Answer) error {
	return d.db.Platform(ctx, func(p *store.Platform) error { return p.KeepAnswer(actor.Account, key, a) })
}
