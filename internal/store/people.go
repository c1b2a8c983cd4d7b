package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// InsertPerson stores a person and gives its id.
func (tx *Tx) InsertPerson(p kb.Person) (kb.ID, error) {
	id, err := tx.newID("person")
	if err != nil {
		return "", err
	}
	p.ID, p.CreatedAt = id, tx.now
	return id, insert(tx, object{"person", id, ""}, &p)
}

// InsertAccount stores an account and gives its id. Errors: Conflict when the
// e-mail address is taken.
func (tx *Tx) InsertAccount(a kb.Account) (kb.ID, error) {
	id, err := tx.newID("account")
	if err != nil {
		return "", err
	}
	a.ID, a.CreatedAt, a.Version = id, tx.now, 1
	return id, insert(tx, object{"account", id, ""}, &a)
}

// UpdateAccount stores a changed account; action says what was done to it.
func (tx *Tx) UpdateAccount(action string, a kb.Account) error {
	version := a.Version
	a.Version++
	return update(tx, action, object{"account", a.ID, ""}, "id", version, &a)
}

// Account reads an account.
func (r Reader) Account(id kb.ID) (kb.Account, error) {
	return take[kb.Account](r, "account", "id = ?", id)
}

// AccountByEmail reads the account of an e-mail address.
func (r Reader) AccountByEmail(email string) (kb.Account, error) {
	return take[kb.Account](r, "account", "email_key = ?", kb.EmailKey(email))
}

// Accounts lists all accounts by address.
func (r Reader) Accounts() ([]kb.Account, error) {
	return find[kb.Account](r, "accounts", "email_key", "1 = 1")
}

// Person reads a person.
func (r Reader) Person(id kb.ID) (kb.Person, error) {
	return take[kb.Person](r, "person", "id = ?", id)
}

// People lists all persons by name.
func (r Reader) People() ([]kb.Person, error) {
	return find[kb.Person](r, "people", "name, id", "1 = 1")
}

// Actor reads who acts through an account and reports whether a session of the
// given epoch is still good.
func (r Reader) Actor(account kb.ID, epoch int64) (kb.Actor, bool, error) {
	var row struct {
		kb.Account

		Name string
	}
	err := r.g.Table("account").Select("account.*, person.name").
		Joins("JOIN person ON person.id = account.person_id").
		Where("account.id = ?", account).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return kb.Actor{}, false, nil
	}
	if err != nil {
		return kb.Actor{}, false, translate(fmt.Errorf("read actor: %w", err))
	}
	actor := kb.Actor{Account: row.ID, Person: row.PersonID, Name: row.Name, Roles: row.Roles}
	return actor, !row.Disabled && row.Epoch == epoch, nil
}

type oneTimeLink struct {
	TokenHash string
	AccountID kb.ID
	Purpose   string
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// InsertLink stores a one-time link by the hash of its token. Older links of
// the account lose their force.
func (tx *Tx) InsertLink(tokenHash, purpose string, account kb.ID, expires time.Time) error {
	if err := tx.ExpireLinks(account); err != nil {
		return err
	}
	row := oneTimeLink{TokenHash: tokenHash, AccountID: account, Purpose: purpose, ExpiresAt: expires}
	if err := tx.g.Create(&row).Error; err != nil {
		return translate(fmt.Errorf("insert link: %w", err))
	}
	return tx.audit("account."+purpose, object{"account", account, ""}, nil, nil)
}

// ExpireLinks takes the force from an account's open links.
func (tx *Tx) ExpireLinks(account kb.ID) error {
	expired := tx.g.Model(&oneTimeLink{}).Where("account_id = ? AND used_at IS NULL", account).UpdateColumn("used_at", tx.now)
	if expired.Error != nil {
		return translate(fmt.Errorf("expire links: %w", expired.Error))
	}
	return nil
}

// UseLink takes a one-time link and gives its account. Errors: NotFound when it
// is unknown, used or expired.
func (tx *Tx) UseLink(tokenHash string) (kb.ID, error) {
	row, err := tx.Link(tokenHash, tx.now)
	if err != nil {
		return "", err
	}
	used := tx.g.Model(&oneTimeLink{}).Where("token_hash = ? AND used_at IS NULL", tokenHash).UpdateColumn("used_at", tx.now)
	if used.Error != nil {
		return "", translate(fmt.Errorf("use link: %w", used.Error))
	}
	if used.RowsAffected != 1 {
		return "", errLinkGone()
	}
	return row, nil
}

// Link gives the account of a one-time link that can still be used.
func (r Reader) Link(tokenHash string, now time.Time) (kb.ID, error) {
	row, err := take[oneTimeLink](r, "link", "token_hash = ? AND used_at IS NULL AND expires_at > ?", tokenHash, now)
	if kb.KindOf(err) == kb.NotFound {
		return "", errLinkGone()
	}
	return row.AccountID, err
}

func errLinkGone() error {
	return kb.Errorf(kb.NotFound, "This link was used already or has expired. Ask an administrator for a new one.")
}

// Platform is a transaction on the platform's own tables.
type Platform struct {
	g       *gorm.DB
	now     time.Time
	dialect dialect
}

// Now is the transaction's frozen time.
func (p *Platform) Now() time.Time { return p.now }

type throttle struct {
	Key      string
	Failures int
	Until    time.Time
}

// AddFailure counts one more failure under a key within a window of time, and
// gives the count and when the window ends.
func (p *Platform) AddFailure(key string, window time.Duration) (int, time.Time, error) {
	fresh := throttle{Key: key, Failures: 1, Until: p.now.Add(window)}
	err := p.g.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "key"}},
		DoUpdates: clause.Assignments(map[string]any{
			"failures": gorm.Expr("CASE WHEN throttle.until > ? THEN throttle.failures + 1 ELSE 1 END", p.now),
			"until":    gorm.Expr("CASE WHEN throttle.until > ? THEN throttle.until ELSE ? END", p.now, fresh.Until),
		}),
	}).Create(&fresh).Error
	if err != nil {
		return 0, time.Time{}, translate(fmt.Errorf("count failure: %w", err))
	}
	row, err := take[throttle](Reader{p.g}, "throttle", "key = ?", key)
	return row.Failures, row.Until.UTC(), err
}

// ForgiveFailure takes one count back.
func (p *Platform) ForgiveFailure(key string) error {
	return translate(p.g.Model(&throttle{}).Where("key = ? AND failures > 0", key).UpdateColumn("failures", gorm.Expr("failures - 1")).Error)
}

// ClearFailures forgets the failures under a key, and all that are past.
func (p *Platform) ClearFailures(key string) error {
	return translate(p.g.Where("key = ? OR until < ?", key, p.now).Delete(&throttle{}).Error)
}

// DropPast forgets the counts whose window is over.
func (p *Platform) DropPast() error {
	return translate(p.g.Where("until < ?", p.now).Delete(&throttle{}).Error)
}

// Failures gives the count under a key and when its window ends.
func (r Reader) Failures(key string, now time.Time) (int, time.Time, error) {
	row, err := take[throttle](r, "throttle", "key = ? AND until > ?", key, now)
	if kb.KindOf(err) == kb.NotFound {
		return 0, time.Time{}, nil
	}
	return row.Failures, row.Until.UTC(), err
}

type session struct {
	Token  string
	Data   []byte
	Expiry time.Time
}

// Sessions keeps the server-side sessions; it is what scs asks for. Tokens come
// hashed.
type Sessions struct{ DB *DB }

// FindCtx reads a session that has not expired.
func (s Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	row, err := take[session](s.DB.Desk(ctx), "session", "token = ? AND expiry > ?", token, s.DB.clock())
	if kb.KindOf(err) == kb.NotFound {
		return nil, false, nil
	}
	return row.Data, err == nil, err
}

// CommitCtx stores a session.
func (s Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	return s.DB.Platform(ctx, func(p *Platform) error {
		if err := p.g.Where("expiry < ?", p.now).Delete(&session{}).Error; err != nil {
			return err
		}
		row := session{token, data, expiry.UTC().Truncate(time.Microsecond)}
		return p.g.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "token"}}, UpdateAll: true}).Create(&row).Error
	})
}

// DeleteCtx removes a session.
func (s Sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.DB.Platform(ctx, func(p *Platform) error {
		return p.g.Where("token = ?", token).Delete(&session{}).Error
	})
}

// Find reads a session, for callers without a context.
func (s Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit stores a session.
func (s Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete removes a session.
func (s Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
