package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// InsertToken stores a token of an account. Its audit entry has no hash of it.
func (tx *Tx) InsertToken(t kb.APIToken) (kb.ID, error) {
	id, err := tx.newID("token")
	if err != nil {
		return "", err
	}
	t.ID, t.CreatedAt = id, tx.now
	if err := tx.g.Create(&t).Error; err != nil {
		return "", translate(fmt.Errorf("insert token: %w", err))
	}
	return id, tx.audit("token.add", object{"token", id, ""}, nil, nil)
}

// RevokeToken ends a token. Errors: Conflict when it has ended already.
func (tx *Tx) RevokeToken(id kb.ID) error {
	r := tx.g.Model(&kb.APIToken{}).Where("id = ? AND revoked_at IS NULL", id).UpdateColumn("revoked_at", tx.now)
	if r.Error != nil {
		return translate(fmt.Errorf("revoke token: %w", r.Error))
	}
	if r.RowsAffected != 1 {
		return kb.Errorf(kb.Conflict, "This token is revoked already.")
	}
	return tx.audit("token.revoke", object{"token", id, ""}, nil, nil)
}

// Token reads a token by its id.
func (r Reader) Token(id kb.ID) (kb.APIToken, error) {
	return take[kb.APIToken](r, "token", "id = ?", id)
}

// TokenByHash reads a token by the hash of its secret.
func (r Reader) TokenByHash(hash string) (kb.APIToken, error) {
	return take[kb.APIToken](r, "token", "token_hash = ?", hash)
}

// Tokens lists the tokens of an account, the newest first.
func (r Reader) Tokens(account kb.ID) ([]kb.APIToken, error) {
	return find[kb.APIToken](r, "tokens", "created_at DESC, id", "account_id = ?", account)
}

// ActorNow reads who acts through an account as it stands now; false when the
// account is closed.
func (r Reader) ActorNow(account kb.ID) (kb.Actor, bool, error) {
	a, err := r.Account(account)
	if err != nil {
		return kb.Actor{}, false, err
	}
	return r.Actor(account, a.Epoch)
}

// TokenUsed remembers when a token was used last.
func (p *Platform) TokenUsed(id kb.ID) error {
	return translate(p.g.Model(&kb.APIToken{}).Where("id = ?", id).UpdateColumn("used_at", p.now).Error)
}

// Once names a request, so that it is carried out once however often it is sent:
// the account that sends it, its key, and what it asks for.
type Once struct {
	Account          kb.ID
	Key, Fingerprint string
}

type onceKey struct{}

// WithOnce makes the next Write carry the name of its request: the name is
// stored in the same transaction, or refused with ErrRepeated.
func WithOnce(ctx context.Context, o Once) context.Context {
	return context.WithValue(ctx, onceKey{}, o)
}

// ErrRepeated is the cause of a Conflict over a request that was carried out, or
// is being carried out, already.
var ErrRepeated = errors.New("this request was sent before")

type idempotencyKey struct {
	AccountID   kb.ID
	Key         string
	Fingerprint string
	Status      int
	Headers     string
	Answer      []byte
	CreatedAt   time.Time
}

func (tx *Tx) once(ctx context.Context) error {
	o, named := ctx.Value(onceKey{}).(Once)
	if !named {
		return nil
	}
	row := idempotencyKey{AccountID: o.Account, Key: o.Key, Fingerprint: o.Fingerprint, CreatedAt: tx.now}
	r := tx.g.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if r.Error != nil {
		return translate(fmt.Errorf("name the request: %w", r.Error))
	}
	if r.RowsAffected == 0 {
		return kb.Errorf(kb.Conflict, "A request with this key is being carried out. Ask again in a moment.").Because(ErrRepeated)
	}
	return nil
}

// Answer is what a request was answered with; Status is 0 when the answer was
// lost.
type Answer struct {
	Fingerprint string
	Status      int
	Headers     string
	Body        []byte
}

// Answered reads what a request with a key was answered with. Errors: NotFound
// when there was none.
func (r Reader) Answered(account kb.ID, key string) (Answer, error) {
	row, err := take[idempotencyKey](r, "request", "account_id = ? AND key = ?", account, key)
	return Answer{row.Fingerprint, row.Status, row.Headers, row.Answer}, err
}

// KeepAnswer stores what a request was answered with.
func (p *Platform) KeepAnswer(account kb.ID, key string, a Answer) error {
	return translate(p.g.Model(&idempotencyKey{}).Where("account_id = ? AND key = ?", account, key).
		UpdateColumns(map[string]any{"status": a.Status, "headers": a.Headers, "answer": a.Body}).Error)
}

// DropAnswers forgets requests that were carried out before a time.
func (p *Platform) DropAnswers(before time.Time) error {
	return translate(p.g.Where("created_at < ?", before).Delete(&idempotencyKey{}).Error)
}
