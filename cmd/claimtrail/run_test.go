package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// try runs a command line and gives exit code and what was printed.
func try(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	code = run(ctx, args, func(string) string { return "" }, strings.NewReader(stdin), &out, &errs)
	return code, out.String(), errs.String()
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, tt := range []struct {
		args []string
		want int
	}{
		{[]string{"version"}, 0},
		{[]string{"--help"}, 0},
		{[]string{"serve", "--help"}, 0},
		{[]string{}, exitUsage},
		{[]string{"no-such-command"}, exitUsage},
		{[]string{"serve", "--no-such-flag"}, exitUsage},
		{[]string{"user", "add"}, exitUsage},
		{[]string{"migrate", "--data", dir}, 0},
		{[]string{"migrate", "status", "--data", dir}, 0},
		{[]string{"seed", filepath.Join(dir, "no-such-folder"), "--data", dir}, exitFailure},
		{[]string{"serve", "--addr", "127.0.0.1:0", "--database-url", "oracle://x", "--data", dir}, exitFailure},
		{[]string{"serve", "--addr", "nowhere:http:x", "--data", dir}, exitFailure},
		{[]string{"user", "add", "--email", "a@example.org", "--name", "A", "--role", "emperor", "--data", dir}, exitFailure},
		{[]string{"user", "disable", "--email", "nobody@example.org", "--data", dir}, exitFailure},
	} {
		code, _, stderr := try(t, "", tt.args...)
		if code != tt.want {
			t.Errorf("claimtrail %s: exit %d, want %d (%s)", strings.Join(tt.args, " "), code, tt.want, stderr)
		}
		if tt.want == exitFailure && strings.Count(stderr, "\n") != 1 {
			t.Errorf("claimtrail %s says on more than one line, or none: %q", strings.Join(tt.args, " "), stderr)
		}
	}
}

func TestUsers(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		where := []string{"--database-url", address, "--data", t.TempDir()}
		with := func(args ...string) []string { return append(args, where...) }
		code, out, stderr := try(t, "", with("user", "add", "--email", "ed@example.org", "--name", "Ed", "--role", "researcher,reviewer")...)
		if code != 0 || !strings.Contains(out, "/login/link/") {
			t.Fatalf("user add: %d %q %q", code, out, stderr)
		}
		if code, _, stderr := try(t, "a few good words\n", with("user", "add", "--email", "pw@example.org", "--name", "P", "--role", "admin", "--password-stdin")...); code != 0 {
			t.Errorf("with a password: %d %s", code, stderr)
		}
		if code, _, _ := try(t, "short\n", with("user", "set-password", "--email", "pw@example.org", "--password-stdin")...); code != exitFailure {
			t.Errorf("a short password: exit %d", code)
		}
		if code, _, _ := try(t, "", with("user", "disable", "--email", "ed@example.org")...); code != 0 {
			t.Errorf("disable: exit %d", code)
		}
		if _, err := os.Stat(filepath.Join(where[3], "log.key")); err == nil {
			t.Error("managing accounts made a log key, with a name that the server did not give")
		}
		_, out, _ = try(t, "", with("user", "list")...)
		if !strings.Contains(out, "researcher,reviewer") || !strings.Contains(out, "disabled") {
			t.Errorf("list: %s", out)
		}
	})
}

// TestLogKey: the signing key is its owner's alone, and a database that is older
// than what was signed is refused.
func TestLogKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if code, _, stderr := try(t, "", "seed", "--data", dir); code != 0 {
		t.Fatal(stderr)
	}
	key, err := os.Stat(filepath.Join(dir, "log.key"))
	if err != nil || key.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", key.Mode(), err)
	}
	remembered, err := os.ReadFile(filepath.Join(dir, "log.checkpoint"))
	if err != nil || len(remembered) == 0 {
		t.Fatalf("the checkpoint: %v", err)
	}
	for _, name := range []string{"claimtrail.db", "claimtrail.db-wal", "claimtrail.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	code, _, stderr := try(t, "", "serve", "--addr", "127.0.0.1:0", "--data", dir)
	if code != exitFailure || !strings.Contains(stderr, "older copy") {
		t.Errorf("an empty database beside a checkpoint: exit %d, %q", code, stderr)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "log.checkpoint")); !bytes.Equal(after, remembered) {
		t.Error("the remembered checkpoint was changed")
	}
}
