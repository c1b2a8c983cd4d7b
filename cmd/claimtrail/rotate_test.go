package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// TestMissingKey: over a log that is signed no key is made, and no other key
// signs; a log whose key is lost can begin anew, one that is whole does not do so
// by mistake.
func TestMissingKey(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		f := databaseFlags{DatabaseURL: address, Data: t.TempDir()}
		signed := func() error {
			s, err := openSite(t.Context(), f, "http://claims.example", newLogger(os.Stderr, "json"))
			if err != nil {
				return err
			}
			_, err = s.desk.SaveMasthead(t.Context(), kb.System, kb.Masthead{Name: "A desk", Language: "en", Licence: "CC0"})
			return errors.Join(err, s.close())
		}
		if err := signed(); err != nil {
			t.Fatal(err)
		}
		key := filepath.Join(f.Data, "log.key")
		if err := os.Remove(key); err != nil {
			t.Fatal(err)
		}
		if err := signed(); err == nil || !strings.Contains(err.Error(), "its key is not at "+key) {
			t.Errorf("without its key: %v", err)
		}
		if _, err := os.Stat(key); err == nil {
			t.Error("a key was made for a log that is signed")
		}
		other, err := record.NewKey("claims.example/log")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{"log.key", "log.checkpoint"} {
			if err := os.WriteFile(key, []byte(other), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := signed(); !errors.Is(err, record.ErrOtherKey) {
				t.Errorf("with another key, before %s is removed: %v", file, err)
			}
			if err := os.Remove(filepath.Join(f.Data, file)); err != nil {
				t.Fatal(err)
			}
		}
		if code, said := tryRestart(t, f, address, "--reason", "By mistake."); code != exitFailure || !strings.Contains(said, "add --force") {
			t.Errorf("with another key: %d %s", code, said)
		}
		if err := os.Remove(key); err != nil {
			t.Fatal(err)
		}
		restart := func(args ...string) (int, string) { return tryRestart(t, f, address, args...) }
		for _, reason := range []string{"", " ", "\x1b[31m"} {
			if code, said := restart("--reason", reason); code == 0 {
				t.Errorf("for the reason %q: %s", reason, said)
			}
		}
		if code, said := restart("--reason", "The key was lost."); code != 0 || !strings.Contains(said, "claims.example/log/2") {
			t.Errorf("the key is lost: %d %s", code, said)
		}
		if code, said := restart("--reason", "By mistake."); code != exitFailure || !strings.Contains(said, "this log is whole") {
			t.Errorf("a whole log: %d %s", code, said)
		}
		if code, said := restart("--reason", "On purpose.", "--force"); code != 0 {
			t.Errorf("by force: %d %s", code, said)
		}
	})
}

func tryRestart(t *testing.T, f databaseFlags, address string, args ...string) (int, string) {
	t.Helper()
	code, out, errs := try(t, "", append([]string{"log-key", "restart", "--database-url", address, "--data", f.Data, "--base-url", "http://claims.example"}, args...)...)
	return code, out + errs
}
