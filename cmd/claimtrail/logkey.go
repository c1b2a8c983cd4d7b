package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/claimtrail/claimtrail/internal/record"
)

// loadSigner reads the log's signing key. Unless origin is empty it makes one on
// the first start, named after the origin for good and readable by its owner
// only; without a key there is no signer, and what is written is signed later.
func loadSigner(file, origin string) (*record.Signer, error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && origin == "" {
		return nil, nil
	}
	if errors.Is(err, fs.ErrNotExist) {
		key, err := record.NewKey(origin)
		if err != nil {
			return nil, err
		}
		if err := writeDurably(file, []byte(key)); err != nil {
			return nil, fmt.Errorf("make log key: %w", err)
		}
		return record.NewSigner(key)
	}
	if err != nil {
		return nil, fmt.Errorf("read log key: %w", err)
	}
	return record.NewSigner(string(b))
}

// checkpointFile remembers the last signed checkpoint beside the key.
type checkpointFile string

// Load reads the checkpoint, nil when there is none yet.
func (f checkpointFile) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read remembered checkpoint: %w", err)
	}
	return b, nil
}

// Save keeps the checkpoint; it is on the disk before Save returns.
func (f checkpointFile) Save(b []byte) error {
	if err := writeDurably(string(f), b); err != nil {
		return fmt.Errorf("remember checkpoint: %w", err)
	}
	return nil
}

// writeDurably replaces a file as a whole: a new one is written, synced and
// renamed, and the folder synced after it.
func writeDurably(name string, b []byte) error {
	dir := filepath.Dir(name)
	tmp, err := os.CreateTemp(dir, filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
