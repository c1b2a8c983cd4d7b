package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

const password = "correct-horse-battery"

// place is a database with its folder, on one of the engines.
type place struct{ address, dir string }

func (p place) args(args ...string) []string {
	return append(args, "--database-url", p.address, "--data", p.dir)
}

// withEditor is a place without claims, where somebody may import.
func withEditor(t *testing.T, address string) place {
	t.Helper()
	p := place{address, t.TempDir()}
	if code, _, stderr := try(t, password+"\n", p.args("user", "add", "--email", "a@example.org", "--name", "A B", "--role", "researcher", "--password-stdin")...); code != 0 {
		t.Fatal(stderr)
	}
	return p
}

func newOf(t *testing.T, engine string) string {
	t.Helper()
	if engine == "sqlite" {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

// TestRoundTrip: what the seeded site exports, an empty site on either engine
// imports, and exports again as the same bytes. A second import changes nothing.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		from := place{address, t.TempDir()}
		succeed(t, from.args("seed")...)
		for _, format := range []string{"csv", "claimreview"} {
			first := filepath.Join(from.dir, "first."+format)
			succeed(t, from.args("export", format, first)...)
			for _, engine := range []string{"sqlite", "postgres"} {
				to := withEditor(t, newOf(t, engine))
				if out := succeed(t, to.args("import", format, first, "--dry-run")...); !strings.Contains(out, "18 new") {
					t.Errorf("%s, a trial: %s", format, out)
				}
				if out := succeed(t, to.args("import", format, first)...); !strings.Contains(out, "18 new, 0 known claims with another ruling, 0 known, 0 refused") {
					t.Errorf("%s: %s", format, out)
				}
				if out := succeed(t, to.args("import", format, first)...); !strings.Contains(out, "0 new, 0 known claims with another ruling, 18 known, 0 refused") {
					t.Errorf("%s again: %s", format, out)
				}
				second := filepath.Join(to.dir, "second."+format)
				succeed(t, to.args("export", format, second)...)
				if !bytes.Equal(content(t, from.dir, "first."+format), content(t, to.dir, "second."+format)) {
					t.Errorf("%s on %s came back otherwise", format, engine)
				}
			}
		}
	})
}

// bundled is a seeded site's bundle with its key.
func bundled(t *testing.T, address string) (bundle, vkey string) {
	t.Helper()
	from := place{address, t.TempDir()}
	succeed(t, from.args("seed")...)
	bundle, vkey = filepath.Join(from.dir, "site.zip"), filepath.Join(from.dir, "vkey")
	succeed(t, from.args("export", "bundle", bundle)...)
	signer, err := loadSigner(filepath.Join(from.dir, "log.key"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vkey, []byte(signer.VerifierKey()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return bundle, vkey
}

// TestMirror: a whole record goes into an empty site of either engine and comes
// out as the same bytes; the site shows it as somebody else's, and publishes
// nothing.
func TestMirror(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		bundle, vkey := bundled(t, address)
		for _, engine := range []string{"sqlite", "postgres"} {
			to := place{newOf(t, engine), t.TempDir()}
			if out := succeed(t, to.args("import", "bundle", bundle, "--vkey", vkey, "--dry-run")...); !strings.Contains(out, "nothing was written") {
				t.Errorf("a trial: %s", out)
			}
			succeed(t, to.args("import", "bundle", bundle, "--vkey", vkey)...)
			again := filepath.Join(to.dir, "again.zip")
			succeed(t, to.args("export", "bundle", again)...)
			if a, b := content(t, filepath.Dir(bundle), "site.zip"), content(t, to.dir, "again.zip"); !bytes.Equal(a, b) {
				t.Errorf("on %s the bundle came back otherwise: %d and %d bytes", engine, len(a), len(b))
			}
			if code, _, stderr := try(t, "", to.args("import", "bundle", bundle, "--vkey", vkey)...); code != exitFailure || !strings.Contains(stderr, "record of its own") {
				t.Errorf("into a site that is not empty: %d %s", code, stderr)
			}
			mirrorShows(t, to)
		}
	})
}

func mirrorShows(t *testing.T, p place) {
	t.Helper()
	s, stop := serving(t, p.dir, "--database-url", p.address)
	defer stop()
	page := string(fetched(t, s+"/claims"))
	if !strings.Contains(page, "A mirror of the record of ") || !strings.Contains(page, "Nothing here was reviewed by those who run this site") {
		t.Error("the mirror does not say that it is one")
	}
	if strings.Contains(page, `rel="canonical" href="`+s) {
		t.Error("the mirror says that its addresses are the canonical ones")
	}
}

// TestMirrorRefuses: a bundle that is not what was signed is refused whole.
func TestMirrorRefuses(t *testing.T) {
	t.Parallel()
	bundle, vkey := bundled(t, storetest.SQLite(t))
	other, err := record.NewKey("elsewhere.example/log")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := record.NewSigner(other)
	if err != nil {
		t.Fatal(err)
	}
	strange := filepath.Join(t.TempDir(), "vkey")
	if err := os.WriteFile(strange, []byte(signer.VerifierKey()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(lines []string) []string
		key    string
	}{
		"another key":          {func(l []string) []string { return l }, strange},
		"a word of a document": {func(l []string) []string { return replaceIn(l, `"kind":"revision"`, "treaty", "treatY") }, vkey},
		"an event left out":    {func(l []string) []string { return l[:len(l)-1] }, vkey},
		"two events exchanged": {func(l []string) []string { l[3], l[4] = l[4], l[3]; return l }, vkey},
		"a document left out":  {func(l []string) []string { return withoutDocument(l) }, vkey},
		"another claim": {func(l []string) []string {
			return replaceIn(l, `"kind":"revision","claim":"`, `,"claim":"`, `,"claim":"0`)
		}, vkey},
		"a document and its leaf": {func(l []string) []string { return rehashed(l) }, vkey},
		"one event more":          {func(l []string) []string { return append(l, l[len(l)-1]) }, vkey},
		"no JSON":                 {func(l []string) []string { l[2] = l[2][:40]; return l }, vkey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			to := place{storetest.SQLite(t), t.TempDir()}
			altered := alter(t, bundle, tt.change)
			if code, _, stderr := try(t, "", to.args("import", "bundle", altered, "--vkey", tt.key)...); code != exitFailure {
				t.Errorf("it was taken over: %d %s", code, stderr)
			}
			if code, _, stderr := try(t, "", to.args("export", "bundle", filepath.Join(to.dir, "x.zip"), "--vkey", vkey)...); code != exitFailure || !strings.Contains(stderr, "nothing is published") {
				t.Errorf("something of it is there: %d %s", code, stderr)
			}
		})
	}
}

// replaceIn changes the first line that has a mark.
func replaceIn(lines []string, mark, old, by string) []string {
	for i, l := range lines {
		if strings.Contains(l, mark) && strings.Contains(l, old) {
			lines[i] = strings.Replace(l, old, by, 1)
			break
		}
	}
	return lines
}

func withoutDocument(lines []string) []string {
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"kind":"revision"`) })
	at := strings.Index(lines[i], `,"document":`)
	lines[i] = lines[i][:at] + "}"
	return lines
}

// rehashed changes a document and makes its entry commit to it.
func rehashed(lines []string) []string {
	i := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, `"kind":"masthead"`) })
	head, document, _ := strings.Cut(strings.TrimSuffix(lines[i], "}"), `,"document":`)
	changed := strings.Replace(document, "Desk", "Disk", 1)
	lines[i] = strings.Replace(head, record.Hash([]byte(document)), record.Hash([]byte(changed)), 1) + `,"document":` + changed + "}"
	return lines
}

// alter writes a bundle whose events were changed.
func alter(t *testing.T, bundle string, change func([]string) []string) string {
	t.Helper()
	in, err := zip.OpenReader(bundle)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name == "events.jsonl" {
			lines := strings.Split(strings.TrimSuffix(string(body), "\n"), "\n")
			body = []byte(strings.Join(change(lines), "\n") + "\n")
		}
		w, err := out.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "altered.zip")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestImportRefuses: rows that cannot be taken over are named with their reason,
// the others are imported, and files that are none say so.
func TestImportRefuses(t *testing.T) {
	t.Parallel()
	p := withEditor(t, storetest.SQLite(t))
	table, report := filepath.Join(p.dir, "a.csv"), filepath.Join(p.dir, "report.csv")
	text := "claim,rating,review_url,review_publisher,rating_value\nOne is one.,True,https://checks.example/1,Checks,1\n,True,https://checks.example/2,Checks,\nTwo is three.,False,not an address,,\nFour is four.,True,,Checks,many\n" +
		strings.Repeat("x", 1200) + ",True,https://checks.example/3,Checks,\n"
	if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := succeed(t, p.args("import", "csv", table, "--report", report)...); !strings.Contains(out, "1 new") || !strings.Contains(out, "4 refused") {
		t.Errorf("the import says %s", out)
	}
	reasons := string(content(t, p.dir, "report.csv"))
	for _, want := range []string{"row,field,reason", "3,claim,", "4,review_url,", "5,rating_value,write a whole number", `6,claim,"Too long`} {
		if !strings.Contains(reasons, want) {
			t.Errorf("the report lacks %q:\n%s", want, reasons)
		}
	}
	for name, args := range map[string][]string{
		"no such file": {"import", "csv", filepath.Join(p.dir, "none")}, "no table": {"import", "csv", p.dir + "/log.key"}, "nobody": {"import", "csv", table, "--as", "nobody@example.org"},
	} {
		if code, _, stderr := try(t, "", p.args(args...)...); code != exitFailure || stderr == "" {
			t.Errorf("%s: %d %s", name, code, stderr)
		}
	}
}

// TestImportMatches: an import names what was checked here already, in a trial too;
// what it brings itself is not compared with itself.
func TestImportMatches(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		p := place{address, t.TempDir()}
		succeed(t, p.args("seed")...)
		table, matches := filepath.Join(p.dir, "a.csv"), filepath.Join(p.dir, "matches.csv")
		text := "claim\nThe White House is not at all concerned about Vladimir Putin going to North Korea\nThe moon is a cheese of considerable age.\n"
		if err := os.WriteFile(table, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, trial := range []bool{true, false} {
			args := p.args("import", "csv", table, "--matches", matches)
			if trial {
				args = append(args, "--dry-run")
			}
			if out := succeed(t, args...); !strings.Contains(out, "2 new") || !strings.Contains(out, "1 of the new ones may have been checked here already") {
				t.Errorf("the import says %s", out)
			}
			rows, err := csv.NewReader(bytes.NewReader(content(t, p.dir, "matches.csv"))).ReadAll()
			if err != nil || len(rows) != 2 {
				t.Fatalf("%v, %v", rows, err)
			}
			found := rows[1]
			if found[0] != "2" || (found[1] == "") != trial || !strings.Contains(found[3], "the same") || !strings.Contains(found[4], "/claims/") || !strings.Contains(found[5], "Putin") || !strings.Contains(found[6], "Putin") {
				t.Errorf("trial %t: %q", trial, found)
			}
		}
		if out := succeed(t, p.args("import", "csv", table)...); strings.Contains(out, "already") {
			t.Errorf("an import that compares nothing says %s", out)
		}
	})
}

// TestImportKilled: an import that is killed at any moment is taken up by the next
// one, without doubles.
func TestImportKilled(t *testing.T) {
	t.Parallel()
	storetest.EachAddress(t, func(t *testing.T, address string) {
		p := withEditor(t, address)
		const claims = 600
		var b strings.Builder
		b.WriteString("claim,claimant,rating,review_url,review_publisher\n")
		for i := range claims {
			fmt.Fprintf(&b, "Claim number %d is so.,Speaker %d,False,https://checks.example/%d,Checks\n", i, i%50, i)
		}
		table := filepath.Join(p.dir, "a.csv")
		if err := os.WriteFile(table, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		killOnceBegun(t, p, table)
		out := succeed(t, p.args("import", "csv", table)...)
		var fresh, attached, known, refused int
		if _, err := fmt.Sscanf(lastLine(out), "%d new, %d known claims with another ruling, %d known, %d refused", &fresh, &attached, &known, &refused); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if known == 0 || fresh == 0 || fresh+known != claims || attached+refused > 0 {
			t.Errorf("after the kill: %s", out)
		}
		file := filepath.Join(p.dir, "out.csv")
		succeed(t, p.args("export", "csv", file)...)
		if n := bytes.Count(content(t, p.dir, "out.csv"), []byte("\n")) - 1; n != claims {
			t.Errorf("%d rulings are there", n)
		}
	})
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

// killOnceBegun imports in a process of its own, and kills it when the first
// batch is in.
func killOnceBegun(t *testing.T, p place, table string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestImportVictim$") //nolint:gosec // this program
	c.Env = append(os.Environ(), victimVariable+"="+strings.Join(p.args("import", "csv", table, "--batch", "20"), "\n"))
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	db := storetest.Open(t, p.address)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	for begun := false; !begun; {
		select {
		case err := <-ended:
			t.Fatalf("it came to its end before it was killed: %v\n%s", err, said.String())
		default:
		}
		rows, err := db.Desk(ctx).ImportedAfter("", "", 1)
		if err != nil {
			t.Fatal(err)
		}
		begun = len(rows) > 0
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Fatal("it came to its end before it was killed")
	}
}

// victimVariable holds the arguments of the process that is to be killed.
const victimVariable = "CLAIMTRAIL_TEST_VICTIM"

// TestImportVictim is no test of its own: it is the process to be killed.
func TestImportVictim(t *testing.T) {
	if args := os.Getenv(victimVariable); args != "" {
		succeed(t, strings.Split(args, "\n")...)
	}
}
