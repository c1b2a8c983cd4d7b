package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestBackup carries a site from each engine to the other, checkpoint and blobs
// with it, and keeps the key out of it.
func TestBackup(t *testing.T) {
	t.Parallel()
	other := map[string]func(testing.TB) string{"sqlite": storetest.Postgres, "postgres": storetest.SQLite}
	storetest.EachAddress(t, func(t *testing.T, address string) {
		engine, _, _ := strings.Cut(address, ":")
		from, to := t.TempDir(), t.TempDir()
		target, file := other[engine](t), filepath.Join(from, "site.zip")
		at := func(address, dir string, args ...string) []string {
			return append(args, "--database-url", address, "--data", dir)
		}
		succeed(t, at(address, from, "seed")...)
		out := succeed(t, at(address, from, "backup", file)...)
		if key := filepath.Join(from, "log.key"); !strings.Contains(out, "NOT in it") || !strings.Contains(out, key) {
			t.Errorf("backup does not say that %s is to be kept apart: %s", key, out)
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("the backup: %v, %v", info, err)
		}
		if code, _, stderr := try(t, "", at(address, from, "backup", file)...); code != exitFailure || !strings.Contains(stderr, "there already") {
			t.Errorf("onto a file that exists: %d %s", code, stderr)
		}
		if left, _ := filepath.Glob(file + ".*"); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		out = succeed(t, at(target, to, "restore", file)...)
		if !strings.Contains(out, "Put the signing key") {
			t.Errorf("restore does not ask for the key: %s", out)
		}
		if !bytes.Equal(content(t, from, "log.checkpoint"), content(t, to, "log.checkpoint")) {
			t.Error("the checkpoint did not come along")
		}
		if code, _, stderr := try(t, "", at(target, to, "restore", file)...); code != exitFailure || !strings.Contains(stderr, "not empty") {
			t.Errorf("a second time: %d %s", code, stderr)
		}
		if err := os.WriteFile(filepath.Join(to, "log.key"), content(t, from, "log.key"), 0o600); err != nil {
			t.Fatal(err)
		}
		succeed(t, at(target, to, "seed")...) // opens the site, signs, and finds everything there
		if !bytes.Equal(content(t, from, "log.checkpoint"), content(t, to, "log.checkpoint")) {
			t.Error("the restored site did not sign the same tree")
		}
		succeed(t, at(target, to, "backup", filepath.Join(to, "again.zip"))...)
	})
}

// TestRestoreOfFork: a checkpoint that signs more than the backup has is kept,
// restore says so, and the server refuses to start.
func TestRestoreOfFork(t *testing.T) {
	t.Parallel()
	old, lost := t.TempDir(), t.TempDir()
	file := filepath.Join(old, "old.zip")
	succeed(t, "migrate", "--data", old)
	succeed(t, "backup", file, "--data", old)
	succeed(t, "seed", "--data", lost)
	for _, name := range []string{"claimtrail.db", "claimtrail.db-wal", "claimtrail.db-shm"} {
		if err := os.Remove(filepath.Join(lost, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	remembered := content(t, lost, "log.checkpoint")
	out := succeed(t, "restore", file, "--data", lost)
	if !strings.Contains(out, "refuse to start") || !strings.Contains(out, "docs/backup.md") {
		t.Errorf("restore does not say what comes next: %s", out)
	}
	if !bytes.Equal(remembered, content(t, lost, "log.checkpoint")) {
		t.Error("the checkpoint that proves the loss was changed")
	}
	if code, _, stderr := try(t, "", "serve", "--addr", "127.0.0.1:0", "--data", lost); code != exitFailure || !strings.Contains(stderr, "older copy") {
		t.Errorf("serve: %d %s", code, stderr)
	}
	if code, _, stderr := try(t, "", "backup", filepath.Join(lost, "fork.zip"), "--data", lost); code != exitFailure || !strings.Contains(stderr, "older copy") {
		t.Errorf("backup of a fork: %d %s", code, stderr)
	}
}

// TestRestoreOverOlderCheckpoint: one of the same log that signs less gives way.
func TestRestoreOverOlderCheckpoint(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	succeed(t, "seed", "--data", dir)
	newest := content(t, dir, "log.checkpoint")
	file := filepath.Join(dir, "site.zip")
	succeed(t, "backup", file, "--data", dir)
	signer, err := loadSigner(filepath.Join(dir, "log.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	var older []byte
	err = storetest.Open(t, "sqlite:"+filepath.Join(dir, "claimtrail.db")).SignTree(t.Context(), func(tree store.Tree) ([]byte, error) {
		root, err := tlog.TreeHash(1, tree.Hashes)
		if err == nil {
			older, err = signer.Sign(1, root)
		}
		return nil, err
	})
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "log.checkpoint"), older, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	succeed(t, "restore", file, "--data", dir, "--database-url", storetest.SQLite(t))
	if !bytes.Equal(newest, content(t, dir, "log.checkpoint")) {
		t.Error("the older checkpoint was kept")
	}
}

func TestBackupRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cut := filepath.Join(dir, "cut.zip")
	if err := os.WriteFile(cut, []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"there is no database": {"backup", filepath.Join(dir, "a.zip"), "--data", filepath.Join(dir, "none")},
		"no such file":         {"restore", filepath.Join(dir, "none.zip"), "--data", dir},
		"cut off":              {"restore", cut, "--data", dir},
	} {
		if code, _, stderr := try(t, "", args...); code != exitFailure || !strings.Contains(stderr, want) || strings.Count(stderr, "\n") != 1 {
			t.Errorf("claimtrail %s: exit %d, %q, want %q", strings.Join(args, " "), code, stderr, want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); err == nil {
		t.Error("a backup of nothing made something")
	}
}

func succeed(t *testing.T, args ...string) (stdout string) {
	t.Helper()
	code, out, stderr := try(t, "", args...)
	if code != 0 {
		t.Fatalf("claimtrail %s: exit %d, %s", strings.Join(args, " "), code, stderr)
	}
	return out
}

func content(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
