package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/verify"
	"github.com/claimtrail/claimtrail/seed"
)

// serving runs the server of a data folder and gives its address; stop ends it.
func serving(t *testing.T, dir string, more ...string) (base string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	exit := make(chan int, 1)
	go func() {
		args := append([]string{"serve", "--addr", "127.0.0.1:0", "--data", dir, "--log-format", "text"}, more...)
		exit <- run(ctx, args, func(string) string { return "" }, strings.NewReader(""), io.Discard, in)
		in.Close()
	}()
	ended := false
	stop = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if code := <-exit; code != 0 {
			t.Errorf("the server exited with %d", code)
		}
	}
	t.Cleanup(stop)
	address := regexp.MustCompile(`msg=serving address=(\S+)`)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if found := address.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			untilReady(t, found[1])
			return found[1], stop
		}
	}
	t.Fatal("the server did not say where it is")
	return "", nil
}

// logged loads a data set without claims: its log has a masthead.
func logged(t *testing.T, dir string) {
	t.Helper()
	set := t.TempDir()
	for _, name := range []string{"accounts.json", "masthead.json", "scales.json", "publishers.json", "speakers.json", "sources.json"} {
		b, err := fs.ReadFile(seed.Data(), name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "sources.json" {
			b = []byte("[]")
		}
		if err := os.WriteFile(filepath.Join(set, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	succeed(t, "seed", set, "--data", dir)
}

// untilReady asks until the server has read the record.
func untilReady(t *testing.T, base string) {
	t.Helper()
	for range 10_000 {
		answer, err := http.Get(base + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("the server does not get ready")
}

// vkeys writes verifying keys to a file.
func vkeys(t *testing.T, keys ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "vkey")
	if err := os.WriteFile(file, []byte(strings.Join(keys, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// shownKeys gives the keys that log-key show prints, the newest first.
func shownKeys(t *testing.T, dir string) []string {
	t.Helper()
	return strings.Fields(succeed(t, "log-key", "show", "--data", dir))
}

// expectExit runs a command and demands a status and words that it prints.
func expectExit(t *testing.T, want int, words string, args ...string) string {
	t.Helper()
	code, stdout, stderr := try(t, "", args...)
	if code != want || !strings.Contains(stdout+stderr, words) {
		t.Errorf("claimtrail %s: exit %d, want %d with %q\n%s%s", strings.Join(args, " "), code, want, words, stdout, stderr)
	}
	return stdout
}

// otherKey gives the verifying key of somebody else's log of the same name.
func otherKey(t *testing.T, vkey string) string {
	t.Helper()
	name, _, _ := strings.Cut(vkey, "+")
	text, err := record.NewKey(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(text)[1]
}

// lacking gives the address of a proxy that finds nothing at one address.
func lacking(t *testing.T, base, path string) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }, ModifyResponse: func(r *http.Response) error {
		if r.Request.URL.Path == path {
			r.StatusCode = http.StatusNotFound
		}
		return nil
	}}
	server := httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}

// TestVerify: what the command says, to people and to programs.
func TestVerify(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	succeed(t, "seed", "--data", dir)
	base, _ := serving(t, dir)
	keys := shownKeys(t, dir)
	good, bad, empty := vkeys(t, keys...), vkeys(t, otherKey(t, keys[0])), vkeys(t)
	remembered := filepath.Join(t.TempDir(), "seen")

	for _, tt := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"--url", base}, exitUsage, "--vkey"},
		{[]string{"--vkey", good}, exitUsage, "--url"},
		{[]string{"--url", base, "--bundle", good, "--vkey", good}, exitUsage, "can't be used together"},
		{[]string{"--url", base, "--vkey", filepath.Join(dir, "none")}, exitUsage, "no such file"},
		{[]string{"--bundle", filepath.Join(dir, "none"), "--vkey", good}, exitUsage, "no such file"},
		{[]string{"--url", base, "--vkey", empty}, exitFailure, "is empty"},
		{[]string{"--url", "http://127.0.0.1:1", "--vkey", good}, exitFailure, "read checkpoint"},
		{[]string{"--url", "http://127.0.0.1:1", "--vkey", good, "--remember", remembered}, exitFailure, "read checkpoint"},
		{[]string{"--url", base, "--vkey", bad, "--remember", remembered}, exitFailure, "not signed by the key that you trust"},
		{[]string{"--url", lacking(t, base, "/claims"), "--vkey", good, "--remember", remembered}, exitFailure, "BAD: 1 found"},
	} {
		expectExit(t, tt.want, tt.says, append([]string{"verify"}, tt.args...)...)
		if _, err := os.Stat(remembered); err == nil {
			t.Fatalf("verify %v remembers a checkpoint", tt.args)
		}
	}
	expectExit(t, 0, "not asked: give --remember", "verify", "--url", base+"/", "--vkey", good)
	expectExit(t, 0, "this is the first checkpoint remembered", "verify", "--url", base, "--vkey", good, "--remember", remembered)
	seen, err := os.ReadFile(remembered)
	if err != nil || !bytes.Equal(seen, content(t, dir, "log.checkpoint")) {
		t.Errorf("remembered is %q, %v", seen, err)
	}
	expectExit(t, 0, "entries that you saw before", "verify", "--url", base, "--vkey", good, "--remember", remembered)
	expectExit(t, exitFailure, "something is not as it should be", "verify", "--url", lacking(t, base, "/claims"), "--vkey", good, "--remember", remembered)
	if after, err := os.ReadFile(remembered); err != nil || !bytes.Equal(after, seen) {
		t.Errorf("remembered became %q, %v", after, err)
	}

	var report verify.Report
	out := expectExit(t, 0, "", "verify", "--url", base, "--vkey", good, "--remember", remembered, "--json")
	if err := json.Unmarshal([]byte(out), &report); err != nil || !report.Good() || report.Compared != report.Size || report.Claims == 0 || report.Notes == nil || report.Findings == nil {
		t.Errorf("as JSON: %+v, %v", report, err)
	}
	report = verify.Report{}
	out = expectExit(t, exitFailure, "", "verify", "--url", lacking(t, base, "/claims"), "--vkey", good, "--json")
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Findings) != 1 || report.Findings[0].Kind != verify.Hidden {
		t.Errorf("a finding as JSON: %+v, %v", report, err)
	}
	if err := os.WriteFile(remembered, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expectExit(t, exitFailure, "read the remembered checkpoint", "verify", "--url", base, "--vkey", good, "--remember", remembered)
}

// TestVerifyBundle verifies the bundle of a claim without the site.
func TestVerifyBundle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	succeed(t, "seed", "--data", dir)
	base, stop := serving(t, dir)
	keys := shownKeys(t, dir)
	claim := regexp.MustCompile(`href="/claims/([0-9a-z]{8})-`).FindSubmatch(fetched(t, base+"/claims"))
	if claim == nil {
		t.Fatal("the list shows no claim")
	}
	zip := fetched(t, base+"/claims/"+string(claim[1])+"/bundle.zip")
	stop()
	file, cut := filepath.Join(dir, "claim.zip"), filepath.Join(dir, "cut.zip")
	for name, b := range map[string][]byte{file: zip, cut: zip[:len(zip)/2]} {
		if err := os.WriteFile(name, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	expectExit(t, 0, "Good: no fault was found.", "verify", "--bundle", file, "--vkey", vkeys(t, keys...))
	var report verify.BundleReport
	out := expectExit(t, 0, "", "verify", "--bundle", file, "--vkey", vkeys(t, keys...), "--json")
	if err := json.Unmarshal([]byte(out), &report); err != nil || !report.Good() || report.Claim != string(claim[1]) || report.Revisions == 0 {
		t.Errorf("as JSON: %+v, %v", report, err)
	}
	expectExit(t, exitFailure, "BAD", "verify", "--bundle", file, "--vkey", vkeys(t, otherKey(t, keys[0])))
	expectExit(t, exitFailure, "read bundle", "verify", "--bundle", cut, "--vkey", vkeys(t, keys...))
}

func fetched(t *testing.T, address string) []byte {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, answer.Status, err)
	}
	return b
}

// TestKeyRotation: a new key takes over without a gap, in public, and verifiers
// follow with what they know.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	expectExit(t, exitFailure, "there is no log key", "log-key", "show", "--data", dir)
	logged(t, dir)
	older := shownKeys(t, dir)[0]
	remembered := filepath.Join(t.TempDir(), "seen")
	change := func(step, reason string) []string {
		return []string{"log-key", step, "--data", dir, "--base-url", "http://claims.example", "--reason", reason}
	}
	// verified verifies the running site.
	verified := func(want int, words, base string, keys ...string) {
		t.Helper()
		expectExit(t, want, words, "verify", "--url", base, "--vkey", vkeys(t, keys...))
	}
	keeping := func(want int, words, base string, keys ...string) {
		t.Helper()
		expectExit(t, want, words, "verify", "--url", base, "--vkey", vkeys(t, keys...), "--remember", remembered)
	}

	base, stop := serving(t, dir)
	keeping(0, "Good", base, older)
	stop()
	expectExit(t, exitUsage, "--reason", "log-key", "rotate", "--data", dir, "--base-url", "http://claims.example")
	expectExit(t, exitFailure, "there is only one", change("retire", "Too early.")...)
	expectExit(t, 0, older, change("rotate", "The old one is five years old.")...)
	keys := shownKeys(t, dir)
	if len(keys) != 2 || keys[1] != older {
		t.Fatalf("after rotating the keys are %v", keys)
	}
	newer := keys[0]

	base, stop = serving(t, dir)
	if got := strings.TrimSpace(string(fetched(t, base+"/log/vkey"))); got != newer {
		t.Errorf("the site gives the key %s", got)
	}
	if policy := string(fetched(t, base+"/log/policy")); !strings.Contains(policy, older) || !strings.Contains(policy, newer) {
		t.Errorf("the policy is %s", policy)
	}
	verified(0, "a key was added: "+newer+" (The old one is five years old.)", base, older)
	verified(0, "a key was added", base, newer)
	verified(exitFailure, "not signed", base, otherKey(t, newer))
	keeping(exitFailure, "remembered checkpoint", base, newer) // the old one alone signed what is remembered
	keeping(0, "entries that you saw before", base, older, newer)
	stop()

	expectExit(t, 0, newer, change("retire", "Both were in use for a month.")...)
	if got := shownKeys(t, dir); !slices.Equal(got, []string{newer}) {
		t.Errorf("after retiring the keys are %v", got)
	}
	base, stop = serving(t, dir)
	verified(exitFailure, "not signed by the key that you trust", base, older)
	verified(0, "a key was retired: "+older+" (Both were in use for a month.)", base, newer)
	keeping(0, "entries that you saw before", base, newer) // both had signed what is remembered
	keeping(0, "entries that you saw before", base, older, newer)
	stop()
	expectExit(t, exitFailure, "there is only one", change("retire", "Once more.")...)
}

// TestLogRestart: with an older copy of the database nothing is signed, until
// the loss is admitted in public.
func TestLogRestart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	change := func(step string) []string {
		return []string{"log-key", step, "--data", dir, "--base-url", "http://claims.example", "--reason", "The disk failed, the newest backup was from May."}
	}
	expectExit(t, exitFailure, "nothing was signed", change("restart")...)
	logged(t, dir)
	copied := content(t, dir, "claimtrail.db")
	base, stop := serving(t, dir)
	remembered := filepath.Join(t.TempDir(), "seen")
	before := shownKeys(t, dir)[0]
	succeed(t, "verify", "--url", base, "--vkey", vkeys(t, before), "--remember", remembered)
	stop()
	succeed(t, change("rotate")...) // the log grows
	keys, lost := shownKeys(t, dir), content(t, dir, "log.checkpoint")

	for _, name := range []string{"claimtrail.db-wal", "claimtrail.db-shm"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "claimtrail.db"), copied, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve", "--addr", "127.0.0.1:0", "--data", dir}, {"seed", "--data", dir}, change("rotate"), change("retire")} {
		expectExit(t, exitFailure, record.ErrFork.Error(), args...)
	}
	if got := shownKeys(t, dir); !slices.Equal(got, keys) || !bytes.Equal(content(t, dir, "log.checkpoint"), lost) {
		t.Errorf("what was refused changed the keys to %v, or the checkpoint", got)
	}

	expectExit(t, 0, "A new log begins", change("restart")...)
	after := shownKeys(t, dir)
	if len(after) != 1 || slices.Contains(keys, after[0]) || !strings.Contains(after[0], "/log/2+") {
		t.Fatalf("after the restart the keys are %v", after)
	}
	for pattern, want := range map[string]string{"log.key.until-*": keys[0], "log.checkpoint.until-*": string(lost)} {
		aside, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(aside) != 1 || !strings.Contains(string(content(t, dir, filepath.Base(aside[0]))), want) {
			t.Errorf("set aside as %s: %v, %v", pattern, aside, err)
		}
	}
	base, _ = serving(t, dir)
	expectExit(t, 0, "a key was restarted: "+after[0]+" (The disk failed", "verify", "--url", base, "--vkey", vkeys(t, after...))
	expectExit(t, 0, "a key was restarted", "verify", "--url", base, "--vkey", vkeys(t, append(after, keys...)...))
	expectExit(t, exitFailure, "not signed by the key that you trust", "verify", "--url", base, "--vkey", vkeys(t, keys...))
	expectExit(t, exitFailure, "remembered checkpoint", "verify", "--url", base, "--vkey", vkeys(t, after...), "--remember", remembered)
}
