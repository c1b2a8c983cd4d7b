package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
)

type exportBundleCmd struct {
	databaseFlags

	File string `arg:"" help:"The file to write."`
	VKey string `name:"vkey" help:"File with the verifying keys to put into the bundle; default: those of the site's own key." type:"existingfile"`
}

// eventsAtOnce is how many events are read at a time.
const eventsAtOnce = 500

// Run writes the whole public record, up to the newest signed checkpoint.
func (c *exportBundleCmd) Run(env *environment) error {
	db, err := store.Open(env.ctx, c.address(), store.Options{})
	if err != nil {
		return err
	}
	size, err := c.write(env, db)
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%s: %d events\n", c.File, size)
	return nil
}

func (c *exportBundleCmd) write(env *environment, db *store.DB) (int64, error) {
	if err := db.CheckSchema(env.ctx); err != nil {
		return 0, err
	}
	public := db.Public()
	note, err := public.Checkpoint(env.ctx)
	if err != nil {
		return 0, err
	}
	if note == nil {
		return 0, errors.New("export: nothing is published yet")
	}
	checkpoint, err := record.ReadCheckpoint(note)
	if err != nil {
		return 0, err
	}
	keys, err := c.keys(env, public)
	if err != nil {
		return 0, err
	}
	return checkpoint.Size, writeTo(env, c.File, func(w io.Writer) error {
		bundle, err := record.NewSiteBundleWriter(w, note, keys)
		if err != nil {
			return err
		}
		for next := int64(0); next < checkpoint.Size; {
			events, err := public.SiteEvents(env.ctx, next-1, int(min(eventsAtOnce, checkpoint.Size-next)))
			if err != nil {
				return err
			}
			for _, e := range events {
				if err := bundle.Add(e); err != nil {
					return err
				}
			}
			next += int64(len(events))
		}
		return bundle.Close(func(hash string) ([]byte, error) { return public.ReleasedText(env.ctx, hash) })
	})
}

func (c *exportBundleCmd) keys(env *environment, public *store.Public) ([]string, error) {
	if c.VKey != "" {
		return readKeys(c.VKey)
	}
	if key, err := public.MirrorKey(env.ctx); err != nil || key != "" {
		return []string{key}, err
	}
	signer, err := loadSigner(c.keyFile(), "")
	if err != nil {
		return nil, err
	}
	if signer == nil {
		return nil, fmt.Errorf("export: there is no key at %s; give the verifying key with --vkey", c.keyFile())
	}
	return signer.VerifierKeys(), nil
}

type importBundleCmd struct {
	databaseFlags

	File   string `arg:"" help:"The bundle." type:"existingfile"`
	VKey   string `name:"vkey" help:"File with the verifying keys of the site that the record is of, got from a place that you trust." type:"existingfile" required:""`
	DryRun bool   `name:"dry-run" help:"Verify the bundle, and do nothing."`
}

// Run takes a record over into an empty database, which mirrors it from then on.
// The bundle is verified whole in the transaction that writes it.
func (c *importBundleCmd) Run(env *environment) error {
	keys, err := readKeys(c.VKey)
	if err != nil {
		return err
	}
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	bundle, err := record.OpenSiteBundle(file, info.Size(), keys)
	if err != nil {
		return err
	}
	if c.DryRun {
		if err := bundle.Each(func(record.SiteEvent) error { return nil }, func(string, []byte) error { return nil }); err != nil {
			return err
		}
		fmt.Fprintf(env.stdout, "A trial: nothing was written. The bundle of %s is whole: %d events.\n", bundle.Checkpoint.Origin, bundle.Checkpoint.Size)
		return nil
	}
	return c.take(env, bundle)
}

func (c *importBundleCmd) take(env *environment, bundle *record.SiteBundle) error {
	address := c.address()
	if isSQLite(address) {
		if err := os.MkdirAll(c.Data, 0o700); err != nil {
			return fmt.Errorf("make data folder: %w", err)
		}
		if _, err := store.Migrate(env.ctx, address, ""); err != nil {
			return err
		}
	}
	db, err := store.Open(env.ctx, address, store.Options{})
	if err != nil {
		return err
	}
	err = db.CheckSchema(env.ctx)
	if err == nil {
		err = db.ImportSite(env.ctx, bundle.Checkpoint.Origin, bundle.Keys[0], bundle.Note, bundle.Checkpoint.Size, bundle.Each)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return err
	}
	fmt.Fprintf(env.stdout, "%d events of %s taken over. This site mirrors them now: it shows them as theirs, and publishes nothing of its own.\n", bundle.Checkpoint.Size, bundle.Checkpoint.Origin)
	return nil
}
