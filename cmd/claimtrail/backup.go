package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/claimtrail/claimtrail/internal/capture"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

type backupCmd struct {
	databaseFlags

	File string `arg:"" help:"The file to write; it must not exist."`
}

// Run writes a backup, while the server may go on.
func (c *backupCmd) Run(env *environment) error {
	if _, err := os.Stat(c.File); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("back up: %s is there already", c.File)
	}
	if file, embedded := strings.CutPrefix(c.address(), "sqlite:"); embedded {
		if _, err := os.Stat(file); err != nil {
			return fmt.Errorf("back up: there is no database: %w", err)
		}
	}
	db, err := store.Open(env.ctx, c.address(), store.Options{})
	if err != nil {
		return err
	}
	// Before the database is read: see Dump.
	remembered, err := c.checkpointFile().Load()
	if err != nil {
		return errors.Join(err, db.Close())
	}
	m, err := c.write(env, db, remembered)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s holds %d rows, a log of %d entries and the bytes of %d captures.\n", c.File, m.Rows(), m.LogSize, m.Blobs)
	if len(m.MissingBlobs) > 0 {
		fmt.Fprintf(env.stdout, "The bytes of %d captures are not where --blobs says, and so are not in it; its manifest.json names them.\n", len(m.MissingBlobs))
	}
	if remembered == nil {
		fmt.Fprintf(env.stdout, "There is no checkpoint at %s, and so none in it.\n", absolute(string(c.checkpointFile())))
	}
	fmt.Fprintf(env.stdout, "The signing key is NOT in it. Keep a copy of %s apart from the backup.\n", absolute(c.keyFile()))
	return nil
}

// write makes the backup under another name beside the file, which appears only
// when it is whole and on the disk.
func (c *backupCmd) write(env *environment, db *store.DB, remembered []byte) (store.Manifest, error) {
	dir := filepath.Dir(c.File)
	tmp, err := os.CreateTemp(dir, filepath.Base(c.File)+".*")
	if err != nil {
		return store.Manifest{}, fmt.Errorf("back up: %w", err)
	}
	defer os.Remove(tmp.Name())
	var m store.Manifest
	err = c.withBlobs(env.ctx, func(blobs *capture.Blobs) error {
		progress, done := showProgress(env.stderr, "backing up")
		defer done()
		m, err = db.Dump(env.ctx, tmp, remembered, blobs, progress)
		return err
	})
	if err != nil {
		return m, errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	if err := os.Link(tmp.Name(), c.File); err != nil { // unlike a renaming, it replaces nothing
		return m, fmt.Errorf("back up: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return m, fmt.Errorf("back up: %w", err)
	}
	return m, errors.Join(d.Sync(), d.Close())
}

func (f databaseFlags) withBlobs(ctx context.Context, do func(*capture.Blobs) error) error {
	bucket, err := openBucket(ctx, f.Blobs, f.Data)
	if err != nil {
		return fmt.Errorf("open blobs: %w", err)
	}
	return errors.Join(do(capture.NewBlobs(bucket)), bucket.Close())
}

func absolute(name string) string {
	if whole, err := filepath.Abs(name); err == nil {
		return whole
	}
	return name
}

// drawEvery is how often a bar is drawn.
const drawEvery = 100 * time.Millisecond

// showProgress draws a bar on a terminal, and nothing anywhere else.
func showProgress(w io.Writer, words string) (progress store.Progress, done func()) {
	if f, isFile := w.(*os.File); !isFile || !isTerminal(f) {
		return nil, func() {}
	}
	bar := progressbar.NewOptions64(1, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(words),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(drawEvery))
	progress = func(done, total int64) {
		if bar.GetMax64() != total {
			bar.ChangeMax64(total)
		}
		_ = bar.Set64(done) // a bar that cannot be drawn harms nothing
	}
	return progress, func() { _ = bar.Clear() }
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

type restoreCmd struct {
	databaseFlags

	OwnerDatabaseURL string `name:"owner-database-url" help:"Address by which the schema's owner connects; default: the database's."`
	File             string `arg:"" help:"The backup."`
}

// Run loads a backup into an empty database.
func (c *restoreCmd) Run(env *environment) error {
	file, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	b, err := store.OpenBackup(file, info.Size())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	if err := c.load(env, b); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "Restored %d rows, a log of %d entries and the bytes of %d captures, as of %s.\n",
		b.Manifest.Rows(), b.Manifest.LogSize, b.Manifest.Blobs, b.Manifest.CreatedAt.Format("2006-01-02 15:04:05 MST"))
	if _, err := os.Stat(c.keyFile()); errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(env.stdout, "Put the signing key, which is kept apart, to %s before you start the server.\n", absolute(c.keyFile()))
	}
	return c.remember(env, b)
}

func (c *restoreCmd) load(env *environment, b *store.Backup) error {
	owner := migrateCmd{databaseFlags: c.databaseFlags, OwnerDatabaseURL: c.OwnerDatabaseURL}
	return c.withBlobs(env.ctx, func(blobs *capture.Blobs) error {
		progress, done := showProgress(env.stderr, "restoring")
		defer done()
		return store.Restore(env.ctx, owner.owner(), owner.appRole(), b, blobs, progress)
	})
}

// remember puts the backup's checkpoint beside the key, unless one is there that
// signs as much or more: that one proves which entries are lost.
func (c *restoreCmd) remember(env *environment, b *store.Backup) error {
	memory := c.checkpointFile()
	there, err := memory.Load()
	if err != nil || (there == nil && b.Checkpoint == nil) {
		return err
	}
	if there == nil {
		return memory.Save(b.Checkpoint)
	}
	known, err := record.ReadCheckpoint(there)
	if err != nil {
		return fmt.Errorf("%s: %w", memory, err)
	}
	err = c.holds(env.ctx, known)
	if errors.Is(err, record.ErrFork) {
		fmt.Fprintf(env.stdout, "\n%s signs %d entries; the restored log, of %d, does not extend it. It is kept, since it proves what is lost,\n"+
			"and `claimtrail serve` will refuse to start. The way out is in docs/backup.md, under “A restored backup is a fork”.\n",
			absolute(string(memory)), known.Size, b.Manifest.LogSize)
		return nil
	}
	if err != nil || b.Checkpoint == nil {
		return err
	}
	ours, err := record.ReadCheckpoint(b.Checkpoint)
	if err != nil || ours.Origin != known.Origin || ours.Size <= known.Size {
		return err
	}
	return memory.Save(b.Checkpoint)
}

// holds reports record.ErrFork unless the restored log extends a checkpoint.
func (c *restoreCmd) holds(ctx context.Context, known record.Checkpoint) error {
	db, err := store.Open(ctx, c.address(), store.Options{})
	if err != nil {
		return err
	}
	err = db.SignTree(ctx, func(t store.Tree) ([]byte, error) { return nil, record.CheckExtends(known, t.Size, t.Hashes) })
	return errors.Join(err, db.Close())
}
