package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/alexedwards/argon2id"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// hashing follows OWASP's recommendation for argon2id: 19 MiB, two passes.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Limits of signing in: so many failures within the window, and no more.
const (
	failureWindow     = 15 * time.Minute
	failuresOfAccount = 8
	failuresOfAddress = 40
	linkLife          = 72 * time.Hour
)

// AddAccount makes an account, and a person unless it is one more account of an
// existing one, and gives the token of a one-time link to set the password.
func (d *Desk) AddAccount(ctx context.Context, actor kb.Actor, in kb.AccountInput) (kb.ID, string, error) {
	if err := check(actor, ManageAccounts, &in); err != nil {
		return "", "", err
	}
	var id kb.ID
	token, hash := newToken()
	err := d.write(ctx, actor, ManageAccounts, func(tx *store.Tx) error {
		if _, err := tx.AccountByEmail(in.Email); kb.KindOf(err) != kb.NotFound {
			if err != nil {
				return err
			}
			return kb.InvalidField("email", "There is an account with this address already.")
		}
		person := in.PersonID
		if person != "" {
			if _, err := tx.Person(person); err != nil {
				return kb.InvalidField("person", "Choose a person of the list.").Because(err)
			}
		} else {
			var err error
			if person, err = tx.InsertPerson(kb.Person{Name: in.Name}); err != nil {
				return err
			}
		}
		var err error
		id, err = tx.InsertAccount(kb.Account{PersonID: person, Email: in.Email, EmailKey: kb.EmailKey(in.Email), Roles: in.Roles})
		if err != nil {
			return err
		}
		return tx.InsertLink(hash, "invitation", id, tx.Now().Add(linkLife))
	})
	return id, token, err
}

// RecoveryLink makes a one-time link by which an account's password can be set
// again, and gives its token.
func (d *Desk) RecoveryLink(ctx context.Context, actor kb.Actor, account kb.ID) (string, error) {
	token, hash := newToken()
	err := d.write(ctx, actor, ManageAccounts, func(tx *store.Tx) error {
		if _, err := tx.Account(account); err != nil {
			return err
		}
		return tx.InsertLink(hash, "recovery", account, tx.Now().Add(linkLife))
	})
	return token, err
}

// LinkAccount gives the account that a one-time link is for, while it can be used.
func (d *Desk) LinkAccount(ctx context.Context, token string) (kb.Account, error) {
	id, err := d.db.Desk(ctx).Link(tokenHash(token), time.Now())
	if err != nil {
		return kb.Account{}, err
	}
	return d.db.Desk(ctx).Account(id)
}

// SetPasswordByLink sets a password with a one-time link and signs the account
// out everywhere.
func (d *Desk) SetPasswordByLink(ctx context.Context, token, password string) error {
	if _, err := d.LinkAccount(ctx, token); err != nil {
		return err // before the costly hash: anybody can send this form
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, kb.System, func(tx *store.Tx) error {
		id, err := tx.UseLink(tokenHash(token))
		if err != nil {
			return err
		}
		return setPassword(tx, id, hash)
	})
}

// SetPassword sets an account's password and signs it out everywhere.
func (d *Desk) SetPassword(ctx context.Context, actor kb.Actor, account kb.ID, password string) error {
	hash, err := d.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.write(ctx, actor, ManageAccounts, func(tx *store.Tx) error { return setPassword(tx, account, hash) })
}

// ChangePassword sets the actor's own password, given the old one.
func (d *Desk) ChangePassword(ctx context.Context, actor kb.Actor, old, password string) error {
	a, err := d.db.Desk(ctx).Account(actor.Account)
	if err != nil {
		return err
	}
	good, err := d.matches(ctx, a.PasswordHash, old)
	if err != nil {
		return err
	}
	if !good {
		return kb.InvalidField("old", "This is not your present password.")
	}
	hash, err := d.hash(ctx, password)
	if err != nil {
		return err
	}
	return d.db.Write(ctx, actor, func(tx *store.Tx) error { return setPassword(tx, actor.Account, hash) })
}

func setPassword(tx *store.Tx, account kb.ID, hash string) error {
	a, err := tx.Account(account)
	if err != nil {
		return err
	}
	if err := tx.ExpireLinks(account); err != nil {
		return err
	}
	a.PasswordHash = hash
	a.Epoch++
	return tx.UpdateAccount("account.password", a)
}

// SignOutEverywhere ends every session of the actor's account.
func (d *Desk) SignOutEverywhere(ctx context.Context, actor kb.Actor) error {
	return d.db.Write(ctx, actor, func(tx *store.Tx) error {
		a, err := tx.Account(actor.Account)
		if err != nil {
			return err
		}
		a.Epoch++
		return tx.UpdateAccount("account.sign-out-everywhere", a)
	})
}

// SetRoles gives an account other roles. They hold from its next request on.
func (d *Desk) SetRoles(ctx context.Context, actor kb.Actor, account kb.ID, version int64, roles kb.Roles) error {
	if len(roles) == 0 {
		return kb.InvalidField("roles", "Choose one role at least; disable the account to take them all.")
	}
	return d.write(ctx, actor, ManageAccounts, func(tx *store.Tx) error {
		a, err := tx.Account(account)
		if err != nil {
			return err
		}
		if account == actor.Account && a.Roles.Has(kb.Admin) && !roles.Has(kb.Admin) {
			return kb.InvalidField("roles", "You cannot take the role admin from yourself.")
		}
		a.Roles, a.Version = roles, version
		return tx.UpdateAccount("account.roles", a)
	})
}

// SetDisabled closes or reopens an account; closing ends its sessions.
func (d *Desk) SetDisabled(ctx context.Context, actor kb.Actor, account kb.ID, disabled bool) error {
	return d.write(ctx, actor, ManageAccounts, func(tx *store.Tx) error {
		a, err := tx.Account(account)
		if err != nil {
			return err
		}
		if account == actor.Account {
			return kb.Errorf(kb.Conflict, "You cannot disable the account that you are signed in with.")
		}
		if err := tx.ExpireLinks(account); err != nil {
			return err
		}
		a.Disabled = disabled
		a.Epoch++
		if !disabled {
			return tx.UpdateAccount("account.enable", a)
		}
		return tx.UpdateAccount("account.disable", a)
	})
}

// SignIn checks e-mail address and password and gives the account. The answer
// to an unknown address takes as long as to a wrong password and reads the
// same. Errors: Invalid, Throttled. remote is the caller's network address.
func (d *Desk) SignIn(ctx context.Context, email, password, remote string) (kb.Account, error) {
	byAccount, byAddress := "account:"+tokenHash(kb.EmailKey(email)), "address:"+remote
	// Counted before the test, so that many at once gain nothing.
	if err := d.attempt(ctx, byAccount, failuresOfAccount); err != nil {
		return kb.Account{}, err
	}
	if err := d.attempt(ctx, byAddress, failuresOfAddress); err != nil {
		return kb.Account{}, err
	}
	a, err := d.db.Desk(ctx).AccountByEmail(email)
	if err != nil && kb.KindOf(err) != kb.NotFound {
		return kb.Account{}, err
	}
	good, err := d.matches(ctx, a.PasswordHash, password)
	if err != nil {
		return kb.Account{}, err
	}
	if !good || a.Disabled {
		return kb.Account{}, kb.InvalidField("password", "E-mail address and password do not belong together, or the account is closed.")
	}
	return a, d.db.Platform(ctx, func(p *store.Platform) error {
		if err := p.ClearFailures(byAccount); err != nil {
			return err
		}
		return p.ForgiveFailure(byAddress)
	})
}

// attempt counts one more attempt to sign in under a key and reports Throttled
// when there were too many.
func (d *Desk) attempt(ctx context.Context, key string, most int) error {
	return d.counted(ctx, key, most, failureWindow)
}

// counted counts one more attempt under a key and reports Throttled when there
// were too many within the window.
func (d *Desk) counted(ctx context.Context, key string, most int, window time.Duration) error {
	var n int
	var until time.Time
	err := d.db.Platform(ctx, func(p *store.Platform) error {
		var err error
		n, until, err = p.AddFailure(key, window)
		return err
	})
	if err != nil || n <= most {
		return err
	}
	left := time.Until(until)
	e := kb.Errorf(kb.Throttled, "Too many attempts. Try again in %d minutes.", int(left.Minutes())+1)
	e.RetryAfter = left
	return e
}

// slot waits for the one place where a password may be hashed.
func (d *Desk) slot(ctx context.Context) (release func(), err error) {
	select {
	case d.hashing <- struct{}{}:
		return func() { <-d.hashing }, nil
	case <-ctx.Done():
		return nil, kb.Errorf(kb.Unavailable, "Too many people sign in just now. Try again in a moment.").Because(ctx.Err())
	}
}

func (d *Desk) hash(ctx context.Context, password string) (string, error) {
	if err := kb.ValidatePassword(password); err != nil {
		return "", err
	}
	release, err := d.slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares a password; without a hash it does the same work in vain.
func (d *Desk) matches(ctx context.Context, hash, password string) (bool, error) {
	release, err := d.slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	if hash == "" {
		_, err := argon2id.CreateHash(password, hashing)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(password, hash)
}

func newToken() (token, hash string) {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, tokenHash(token)
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
