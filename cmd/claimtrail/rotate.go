package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

type logKeyCmd struct {
	Show    showKeyCmd    `cmd:"" help:"Print the keys that the log is verified with, the newest first."`
	Rotate  rotateCmd     `cmd:"" help:"Add a new key: both sign until the old one is retired."`
	Retire  retireCmd     `cmd:"" help:"Retire the oldest key: from then on the others sign alone."`
	Restart restartLogCmd `cmd:"" help:"Begin a new log with a new key, after entries were lost for good."`
}

// keyFlags are what the commands about keys share. The server must not run
// meanwhile: it holds the keys that it read when it started.
type keyFlags struct {
	databaseFlags

	BaseURL string `name:"base-url" required:"" help:"Public origin of the site, as the server has it."`
	Reason  string `required:"" help:"Why; everybody can read it in the log."`
}

// check refuses a reason that nobody should read for ever.
func (c *keyFlags) check() error { return kb.ValidateReason("reason", &c.Reason, true) }

type showKeyCmd struct{ databaseFlags }

// Run prints the verifying keys.
func (c *showKeyCmd) Run(env *environment) error {
	signer, err := loadSigner(c.keyFile(), "")
	if err != nil {
		return err
	}
	if signer == nil {
		return fmt.Errorf("there is no log key at %s yet; the server makes one when it first starts", c.keyFile())
	}
	for _, key := range signer.VerifierKeys() {
		fmt.Fprintln(env.stdout, key)
	}
	return nil
}

type rotateCmd struct{ keyFlags }

// Run adds a key. The file is written before the log says so: a key that signs
// without being announced does no harm, an announced one that is lost does.
func (c *rotateCmd) Run(env *environment) error {
	return c.change(env, func(old *record.Signer) (*record.Signer, record.KeyChange, error) {
		key, err := record.NewKey(old.Origin())
		if err != nil {
			return nil, record.KeyChange{}, err
		}
		next, err := old.With(key)
		if err != nil {
			return nil, record.KeyChange{}, err
		}
		return next, record.KeyChange{Action: "added", Key: next.VerifierKey(), Old: old.VerifierKey()}, nil
	})
}

type retireCmd struct{ keyFlags }

// Run retires the oldest key.
func (c *retireCmd) Run(env *environment) error {
	return c.change(env, func(old *record.Signer) (*record.Signer, record.KeyChange, error) {
		next, err := old.WithoutOldest()
		if err != nil {
			return nil, record.KeyChange{}, err
		}
		keys := old.VerifierKeys()
		return next, record.KeyChange{Action: "retired", Key: keys[len(keys)-1], Old: next.VerifierKey()}, nil
	})
}

// change replaces the keys, announces it in the log and signs with the new ones.
func (c *keyFlags) change(env *environment, next func(*record.Signer) (*record.Signer, record.KeyChange, error)) error {
	if err := c.check(); err != nil {
		return err
	}
	s, err := openSite(env.ctx, c.databaseFlags, strings.TrimSuffix(c.BaseURL, "/"), newLogger(env.stderr, ""))
	if err != nil {
		return err
	}
	err = c.replace(env, s, next)
	return errors.Join(err, s.close())
}

func (c *keyFlags) replace(env *environment, s *site, next func(*record.Signer) (*record.Signer, record.KeyChange, error)) error {
	old, err := loadSigner(c.keyFile(), "")
	if err != nil {
		return err
	}
	signer, change, err := next(old)
	if err != nil {
		return err
	}
	change.Reason = c.Reason
	write := func() error {
		if err := writeDurably(c.keyFile(), []byte(signer.String())); err != nil {
			return fmt.Errorf("write log key: %w", err)
		}
		return nil
	}
	tell := func() error { return s.desk.AnnounceKey(env.ctx, change) }
	// A new key is in the file before the log speaks of it; an old one leaves the
	// file after that.
	steps := []func() error{write, tell}
	if change.Action == "retired" {
		steps = []func() error{tell, write}
	}
	for _, step := range append(steps, func() error { return c.sign(env, s, signer) }) {
		if err := step(); err != nil {
			return err
		}
	}
	fmt.Fprintf(env.stdout, "The log is signed with:\n")
	for _, key := range signer.VerifierKeys() {
		fmt.Fprintln(env.stdout, " ", key)
	}
	fmt.Fprintln(env.stdout, "Start the server again, and give the keys to those who verify.")
	return nil
}

// sign signs the log with keys that are not those that the site was opened with.
func (f databaseFlags) sign(env *environment, s *site, signer *record.Signer) error {
	return desk.New(desk.Options{DB: s.db, BaseURL: s.base, Signer: signer, Memory: f.checkpointFile(), NewLog: f.newLog, Logger: s.log}).Sign(env.ctx)
}

type restartLogCmd struct {
	keyFlags

	Force bool `help:"Also when nothing is lost and the key is there."`
}

// Run begins a new log over the entries that are left. The old key and the
// checkpoint that proves what is lost are set aside, never overwritten; the
// first new entry says in public that the log begins anew, with that checkpoint.
func (c *restartLogCmd) Run(env *environment) error {
	if err := c.check(); err != nil {
		return err
	}
	old, err := loadSigner(c.keyFile(), "")
	if err != nil {
		return err
	}
	last, err := c.endedLog(env, old)
	if err != nil {
		return err
	}
	key, err := record.NewKey(nextOrigin(last.origin))
	if err != nil {
		return err
	}
	signer, err := record.NewSigner(key)
	if err != nil {
		return err
	}
	c.newLog = true
	s, err := openSite(env.ctx, c.databaseFlags, strings.TrimSuffix(c.BaseURL, "/"), newLogger(env.stderr, ""))
	if err != nil {
		return err
	}
	// The log says it first: whatever happens after that, an entry names the log
	// that ended and the checkpoint that proves what is lost.
	err = s.desk.AnnounceKey(env.ctx, record.KeyChange{Action: "restarted", Key: signer.VerifierKey(), Old: last.vkey, Reason: c.Reason, Lost: last.checkpoint})
	if err == nil {
		err = c.setAside(time.Now().UTC().Format("20060102T150405Z"))
	}
	if err == nil {
		err = writeDurably(c.keyFile(), []byte(key))
	}
	if err == nil {
		err = c.sign(env, s, signer)
	}
	if err == nil {
		fmt.Fprintf(env.stdout, "A new log begins: %s\nIts first entries are those that are left. The old key and the last checkpoint were set aside beside %s.\nTell everybody who verifies: they need the new key.\n", signer.VerifierKey(), c.keyFile())
	}
	return errors.Join(err, s.close())
}

// ended is the log that a new one takes the place of.
type ended struct{ origin, vkey, checkpoint string }

// endedLog says which log ends: that of the key at hand, or, when the key is
// lost, the one that the database's newest checkpoint is of. A log that is whole
// does not end by mistake.
func (c *restartLogCmd) endedLog(env *environment, old *record.Signer) (ended, error) {
	if file, embedded := strings.CutPrefix(c.address(), "sqlite:"); embedded && old == nil {
		if _, err := os.Stat(file); err != nil {
			return ended{}, c.nothing()
		}
	}
	remembered, err := c.checkpointFile().Load()
	if err != nil {
		return ended{}, err
	}
	db, err := store.Open(env.ctx, c.address(), store.Options{})
	if err != nil {
		return ended{}, err
	}
	e, err := c.ended(env, db, old, string(remembered))
	return e, errors.Join(err, db.Close())
}

func (c *restartLogCmd) ended(env *environment, db *store.DB, old *record.Signer, remembered string) (ended, error) {
	stored, err := db.Public().Checkpoint(env.ctx)
	if err != nil {
		return ended{}, err
	}
	if old == nil && stored == nil {
		return ended{}, c.nothing()
	}
	if old == nil {
		checkpoint, err := record.ReadCheckpoint(stored)
		return ended{checkpoint.Origin, "", string(stored)}, err
	}
	e := ended{old.Origin(), old.VerifierKey(), cmp.Or(remembered, string(stored))}
	d := desk.New(desk.Options{DB: db, BaseURL: c.BaseURL, Signer: old, Memory: c.checkpointFile()})
	switch whole := d.Sign(env.ctx); {
	case errors.Is(whole, record.ErrFork):
		return e, nil
	case whole == nil && !c.Force:
		return e, errors.New("this log is whole: nothing has to begin anew; to change its key use log-key rotate")
	case errors.Is(whole, record.ErrOtherKey) && !c.Force:
		return e, fmt.Errorf("%w; to begin a new log all the same, add --force", whole)
	case errors.Is(whole, record.ErrOtherKey) && stored != nil: // what ends is the log that was signed, not the one of this key
		checkpoint, err := record.ReadCheckpoint(stored)
		return ended{cmp.Or(checkpoint.Origin, e.origin), "", string(stored)}, err
	case whole != nil && !errors.Is(whole, record.ErrOtherKey):
		return e, whole
	}
	return e, nil
}

func (c *restartLogCmd) nothing() error {
	return fmt.Errorf("there is no log key at %s: nothing was signed, and nothing has to begin anew", c.keyFile())
}

// setAside renames the key and the remembered checkpoint.
func (f databaseFlags) setAside(mark string) error {
	for _, name := range []string{f.keyFile(), string(f.checkpointFile())} {
		if err := os.Rename(name, name+".until-"+mark); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("set the old log aside: %w", err)
		}
	}
	return nil
}

// nextOrigin names the log that takes a log's place: "…/log", "…/log/2", "…/log/3".
func nextOrigin(origin string) string {
	base, last := path.Split(origin)
	if n, err := strconv.Atoi(last); err == nil && n > 1 {
		return base + strconv.Itoa(n+1)
	}
	return origin + "/2"
}
