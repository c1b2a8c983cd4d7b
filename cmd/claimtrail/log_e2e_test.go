//go:build e2e

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/claimtrail/claimtrail/internal/follow"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
	"github.com/claimtrail/claimtrail/internal/web"
)

const (
	// fsckPackage is the log checker of the tessera project.
	fsckPackage = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
	buildTime   = 5 * time.Minute // with nothing in the caches
	fsckTime    = 90 * time.Second
	// fsckGood is what fsck says of a good log; its exit status says nothing.
	fsckGood = "Successfully fsck'd"
)

// TestLogWithForeignTools holds the demonstration's log against programs that
// others wrote for logs of this kind, and shows that they do find faults.
func TestLogWithForeignTools(t *testing.T) {
	base := demo(t, t.TempDir())
	key := vkeyFile(t, base)
	program, logcheck := buildFsck(t), filepath.Join(t.TempDir(), "logcheck")
	build(t, "testdata/logcheck", nil, "build", "-o", logcheck, ".")

	if out := fsck(t, program, base, key); !strings.Contains(out, fsckGood) {
		t.Errorf("fsck of the demonstration:\n%s", out)
	}
	if out, err := tool(t, time.Minute, logcheck, "-url", base, "-vkey", key); err != nil {
		t.Errorf("logcheck of the demonstration: %v\n%s", err, out)
	} else {
		t.Log(strings.TrimSpace(out))
	}

	if out := fsck(t, program, flipped(t, base, func(string) bool { return false }), key); !strings.Contains(out, fsckGood) {
		t.Errorf("fsck through a proxy that alters nothing:\n%s", out)
	}
	bundle := flipped(t, base, func(path string) bool { return strings.HasPrefix(path, "/log/tile/entries/") })
	if out := fsck(t, program, bundle, key); strings.Contains(out, fsckGood) {
		t.Errorf("fsck finds nothing in a log with an altered entry:\n%s", out)
	}
	for name, altered := range map[string]string{
		"an altered entry":        bundle,
		"an altered hash":         flipped(t, base, func(path string) bool { return strings.HasPrefix(path, "/log/tile/0/") }),
		"an altered proof":        flipped(t, base, func(path string) bool { return strings.HasSuffix(path, ".tlog-proof") }),
		"an altered copy of one":  flipped(t, base, func(path string) bool { return strings.HasSuffix(path, ".entry.json") }),
		"an altered checkpoint":   flipped(t, base, func(path string) bool { return path == "/log/checkpoint" }),
		"no such site, but a key": "http://127.0.0.1:1",
	} {
		if out, err := tool(t, time.Minute, logcheck, "-url", altered, "-vkey", key); err == nil {
			t.Errorf("logcheck finds nothing in a log with %s:\n%s", name, out)
		}
	}
}

// TestLargeLog holds a log of 70,000 entries, whose tiles have three levels,
// against fsck.
func TestLargeLog(t *testing.T) {
	const size = 70_000
	program := buildFsck(t)
	started := time.Now()
	db := storetest.Open(t, storetest.SQLite(t))
	text, err := record.NewKey("large.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.NewSigner(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := fillLog(t.Context(), db, signer, size); err != nil {
		t.Fatal(err)
	}
	filled := time.Since(started)
	site, err := web.New(web.Options{DB: db, Follower: follow.New(db.Public()), BaseURL: "http://large.example", Keys: signer.VerifierKeys()})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(site.Handler())
	t.Cleanup(server.Close)
	key := vkeyFile(t, server.URL)
	out := fsck(t, program, server.URL, key)
	t.Logf("%d entries: appended in %v, with the check %v", size, filled.Round(time.Second), time.Since(started).Round(time.Second))
	if !strings.Contains(out, fsckGood) {
		t.Errorf("fsck of %d entries:\n%s", size, out)
	}
	last := flipped(t, server.URL, func(path string) bool { return path == "/log/tile/entries/273.p/112" })
	if out := fsck(t, program, last, key); strings.Contains(out, fsckGood) {
		t.Errorf("fsck finds nothing in a log whose last entries are altered:\n%s", out)
	}
}

// fillLog appends small events, many in a transaction, and signs once.
func fillLog(ctx context.Context, db *store.DB, signer *record.Signer, size int) error {
	const batch = 5000
	for from := 0; from < size; from += batch {
		err := db.Write(ctx, kb.System, func(tx *store.Tx) error {
			if err := tx.LockRecord(); err != nil {
				return err
			}
			for i := from; i < min(from+batch, size); i++ {
				body := fmt.Appendf(nil, `{"event":%d}`, i)
				leaf := record.Leaf{V: 1, Kind: record.KindKey, Subject: fmt.Sprint(i), PublishedAt: record.Stamp(tx.Now())}
				if _, err := tx.AppendEvent(store.Event{Kind: record.KindKey, Subject: leaf.Subject, Body: body, Leaf: leaf}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return db.SignTree(ctx, func(tree store.Tree) ([]byte, error) { return signer.Sign(tree.Size, tree.Root) })
}

// vkeyFile keeps the key that a site says its log is verified with.
func vkeyFile(t *testing.T, base string) string {
	t.Helper()
	answer, err := http.Get(base + "/log/vkey")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var key bytes.Buffer
	if _, err := key.ReadFrom(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("the key: %s, %v", answer.Status, err)
	}
	file := filepath.Join(t.TempDir(), "vkey")
	if err := os.WriteFile(file, key.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// flipped gives the address of a proxy that changes one bit of the answers under
// the paths that are chosen.
func flipped(t *testing.T, base string, chosen func(path string) bool) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, ErrorLog: log.New(io.Discard, "", 0)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !chosen(r.URL.Path) {
			proxy.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		proxy.ServeHTTP(answer, r)
		b := answer.Body.Bytes()
		if len(b) > 0 {
			b[len(b)/2] ^= 1
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(b)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// buildFsck gives the program that was built.
func buildFsck(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	build(t, dir, []string{"GOBIN=" + dir}, "install", fsckPackage)
	return filepath.Join(dir, "fsck")
}

// fsck gives what fsck prints about a log. With one worker, as is its default,
// it waits for ever when it finds a fault.
func fsck(t *testing.T, program, base, key string) string {
	t.Helper()
	out, err := tool(t, fsckTime, program, "--storage_url="+base+"/log/", "--public_key="+key, "--ui=false", "--N=64")
	if errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("fsck of %s did not end", base)
	}
	return out
}

func build(t *testing.T, dir string, env []string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), buildTime)
	defer cancel()
	c := exec.CommandContext(ctx, "go", args...)
	c.Dir, c.Env = dir, append(os.Environ(), env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// tool runs a program and gives what it printed.
func tool(t *testing.T, limit time.Duration, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	c.WaitDelay = time.Second
	out, err := c.CombinedOutput()
	return string(out), errors.Join(err, ctx.Err())
}
