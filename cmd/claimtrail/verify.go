package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/claimtrail/claimtrail/internal/record"
	"github.com/claimtrail/claimtrail/internal/verify"
)

type verifyCmd struct {
	URL      string `help:"The site to verify, such as https://claims.example.org." xor:"what" required:""`
	Bundle   string `help:"The bundle of one claim to verify, offline." type:"existingfile" xor:"what" required:""`
	VKey     string `name:"vkey" help:"File with the verifying keys, one a line, got from a place that you trust." type:"existingfile" required:""`
	Remember string `help:"File that keeps the last checkpoint that was good; without one, rewritten history cannot be noticed."`
	JSON     bool   `name:"json" help:"Print the report as JSON."`
}

// errFound ends the command with status 1 after its report was printed.
var errFound = errors.New("something is not as it should be")

// Run verifies a site or a bundle and prints a report.
func (c *verifyCmd) Run(env *environment) error {
	keys, err := readKeys(c.VKey)
	if err != nil {
		return err
	}
	if c.Bundle != "" {
		return c.verifyBundle(env, keys)
	}
	remembered, err := readRemembered(c.Remember)
	if err != nil {
		return err
	}
	site := &remoteSite{base: strings.TrimSuffix(c.URL, "/"), client: &http.Client{
		Timeout:       verifyTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	report, err := verify.Verify(env.ctx, site, verify.Options{Keys: keys, Remembered: remembered, Progress: progressOn(env.stderr)})
	if err != nil {
		return err
	}
	if err := c.print(env.stdout, report, func(w io.Writer) { describe(w, report, c.Remember) }); err != nil {
		return err
	}
	if !report.Good() {
		return errFound
	}
	if c.Remember == "" {
		return nil
	}
	if report.Succeeds != "" { // the old one is the only proof of what was lost
		aside := c.Remember + ".ended-" + time.Now().UTC().Format("20060102T150405Z")
		if err := os.Rename(c.Remember, aside); err != nil {
			return fmt.Errorf("keep the checkpoint of the log that ended: %w", err)
		}
		fmt.Fprintf(env.stderr, "The checkpoint of the log that ended is kept as %s.\n", aside)
	}
	return writeDurably(c.Remember, report.Checkpoint)
}

func (c *verifyCmd) verifyBundle(env *environment, keys []string) error {
	f, err := os.Open(c.Bundle)
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("open bundle: %w", err)
	}
	report, err := verify.Bundle(f, info.Size(), keys)
	if err != nil {
		return err
	}
	if err := c.print(env.stdout, report, func(w io.Writer) { describeBundle(w, report) }); err != nil {
		return err
	}
	if !report.Good() {
		return errFound
	}
	return nil
}

func (c *verifyCmd) print(w io.Writer, report any, words func(io.Writer)) error {
	if !c.JSON {
		words(w)
		return nil
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(report)
}

func readKeys(file string) ([]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read verifying key: %w", err)
	}
	keys := strings.Fields(string(b))
	if len(keys) == 0 {
		return nil, fmt.Errorf("read verifying key: %s is empty", file)
	}
	for _, key := range keys {
		if err := record.CheckKey(key); err != nil {
			return nil, fmt.Errorf("read verifying key: %s: %w", file, err)
		}
	}
	return keys, nil
}

func readRemembered(file string) ([]byte, error) {
	if file == "" {
		return nil, nil
	}
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read remembered checkpoint: %w", err)
	}
	return b, nil
}

func describe(w io.Writer, r verify.Report, remember string) {
	fmt.Fprintf(w, "log        %s, %d entries\n", printable(r.Origin), r.Size)
	fmt.Fprintf(w, "root       %s\n", r.Root)
	switch {
	case r.Succeeds != "":
		fmt.Fprintf(w, "extends    nothing: you saw the log %s, which this one says it takes the place of\n", printable(r.Succeeds))
	case r.Compared > 0:
		fmt.Fprintf(w, "extends    the checkpoint of %d entries that you saw before\n", r.Compared)
	case remember == "":
		fmt.Fprintln(w, "extends    not asked: give --remember FILE to notice rewritten history")
	default:
		fmt.Fprintln(w, "extends    nothing yet: this is the first checkpoint remembered")
	}
	fmt.Fprintf(w, "claims     %d, with %d revisions\n", r.Claims, r.Revisions)
	fmt.Fprintf(w, "documents  %d as they were logged, %d redacted with an entry that says so\n", r.Documents, r.Redacted)
	fmt.Fprintf(w, "pages      %d compared\n", r.Pages)
	for _, n := range r.Notes {
		fmt.Fprintln(w, "note      ", printable(n))
	}
	findings(w, r.Findings)
}

func describeBundle(w io.Writer, r verify.BundleReport) {
	fmt.Fprintf(w, "claim      %s\n", printable(r.Claim))
	fmt.Fprintf(w, "log        %s, checkpoint of %d entries\n", r.Origin, r.Size)
	fmt.Fprintf(w, "revisions  %d, each in the log and following the one before\n", r.Revisions)
	if r.Redacted > 0 {
		fmt.Fprintf(w, "missing    the documents of %d: redacted, or left out; a bundle cannot tell, the site's log can\n", r.Redacted)
	}
	fmt.Fprintf(w, "quotations %d stand where they are said to, in %d texts; %d could not be checked: their text is not in the bundle\n", r.Quotations, r.Texts, r.Unchecked)
	findings(w, r.Findings)
}

func findings(w io.Writer, list []verify.Finding) {
	if len(list) == 0 {
		fmt.Fprintln(w, "\nGood: no fault was found.")
		return
	}
	fmt.Fprintf(w, "\nBAD: %d found.\n", len(list))
	for _, f := range list {
		where := ""
		if f.Claim != "" {
			where = " claim " + f.Claim
		}
		fmt.Fprintf(w, "  [%s]%s %s\n", f.Kind, printable(where), printable(f.Words))
	}
}

// printable keeps what a site sends from steering the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '\ufffd'
	}, s)
}

// progressOn tells a terminal what is under way, on one line.
func progressOn(w io.Writer) func(string) {
	f, ok := w.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return nil
	}
	return func(words string) { fmt.Fprintf(w, "\r\033[K%s", words) }
}

const (
	verifyTimeout = 30 * time.Second
	verifyLimit   = 64 << 20 // bytes of one answer
)

// remoteSite reads a site over HTTP, one address at a time.
type remoteSite struct {
	base   string
	client *http.Client
}

// Get reads one address of the site.
func (s *remoteSite) Get(ctx context.Context, path string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+path, nil)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("User-Agent", "claimtrail-verify/"+version)
	answer, err := s.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	if to := answer.Header.Get("Location"); answer.StatusCode/100 == 3 {
		return answer.StatusCode, []byte(to), nil
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, verifyLimit+1))
	if err == nil && len(body) > verifyLimit {
		err = fmt.Errorf("%s is longer than %d MB", path, verifyLimit>>20)
	}
	return answer.StatusCode, body, err
}
