// Package verify checks from outside what a site says about its own record. It
// knows the formats of the log and of the documents, and nothing of the program
// that serves them: whatever it reads comes through the addresses that everybody
// can read.
package verify

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/record"
)

// Site is what is verified: the answers to GET under its public origin. Redirects
// are not followed: their body is the address that they lead to.
type Site interface {
	Get(ctx context.Context, path string) (status int, body []byte, err error)
}

// Options say what to verify against.
type Options struct {
	Keys       []string          // verifying keys, got by another way than from the site
	Remembered []byte            // a checkpoint seen before; nil for none
	Progress   func(done string) // told what is under way; may be nil
}

// Finding is one thing that is not as it should be.
type Finding struct {
	Kind  string `json:"kind"`
	Entry int64  `json:"entry"` // -1 when it is about no single entry
	Claim string `json:"claim,omitempty"`
	Words string `json:"words"`
}

// Kinds of findings.
const (
	BadCheckpoint = "checkpoint"  // not signed by a known key, or unreadable
	Inconsistent  = "consistency" // the log does not extend what was seen before
	BadEntry      = "entry"       // the entries are not those that were signed
	BadDocument   = "document"    // a document is not the one that was logged
	BadChain      = "chain"       // revisions do not follow one another
	Hidden        = "hidden"      // logged and not redacted, but not shown
	Unlogged      = "unlogged"    // shown, but not logged
	Differs       = "page"        // a page says something else than the document
)

// Report is the outcome. It is good when there is no finding.
type Report struct {
	Origin     string    `json:"origin"`
	Size       int64     `json:"size"`
	Root       string    `json:"root"`
	Compared   int64     `json:"compared"`           // size of the remembered checkpoint that the log extends; 0 for none
	Succeeds   string    `json:"succeeds,omitempty"` // the remembered log, when this one says that it takes its place
	Claims     int       `json:"claims"`
	Revisions  int       `json:"revisions"`
	Documents  int       `json:"documents"`
	Redacted   int       `json:"redacted"`
	Pages      int       `json:"pages"`
	Findings   []Finding `json:"findings"`
	Notes      []string  `json:"notes"`      // worth knowing, and no fault
	Checkpoint []byte    `json:"checkpoint"` // to remember, if the report is good
}

// Good reports whether nothing was found.
func (r Report) Good() bool { return len(r.Findings) == 0 }

func (r *Report) find(kind string, entry int64, claim, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{kind, entry, claim, fmt.Sprintf(format, args...)})
}

// entry is one leaf of the log.
type entry struct {
	record.Leaf

	index int64
}

// claimLog is what the log says of one claim.
type claimLog struct {
	id        string
	revisions []entry
	banner    *record.Banner
}

func (c claimLog) newest() entry { return c.revisions[len(c.revisions)-1] }

type verifier struct {
	site     Site
	options  Options
	report   *Report
	entries  []entry
	last     map[[3]string]string // hash of the newest event by kind, claim and subject
	claims   map[string]*claimLog
	order    []string
	redacted map[string]bool
	ended    string              // origin of the remembered log, when it is another one
	contents map[string]document // of the newest revisions, by hash
}

type document struct {
	record.Document

	content record.Content
}

// Verify checks a whole site: the checkpoint's signature, that it extends the
// remembered one, every entry's place in the tree, every document's hash and
// chain; then it replays the log to the newest revision of each claim and
// compares it with what the pages, lists and documents show. Pages that are newer
// than the log that was read are no fault: if the log grew meanwhile, everything
// is read once more. An error means that the site could not be read, not that it
// is false.
func Verify(ctx context.Context, site Site, o Options) (Report, error) {
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	for attempt := 1; ; attempt++ {
		r, err := verifyOnce(ctx, site, o)
		if err != nil || attempt == attempts || !r.mayBeGrowth() || !grew(ctx, site, o.Keys, r.Size) {
			return r, err
		}
	}
}

// attempts is how often a site is read that grows while it is read.
const attempts = 3

// mayBeGrowth reports whether there are findings, and all of them could come
// from pages that are newer than the log that was read.
func (r Report) mayBeGrowth() bool {
	for _, f := range r.Findings {
		if f.Kind != Hidden && f.Kind != Unlogged && f.Kind != Differs {
			return false
		}
	}
	return !r.Good()
}

// grew reports whether the site has signed a larger log since.
func grew(ctx context.Context, site Site, keys []string, size int64) bool {
	status, note, err := site.Get(ctx, "/log/checkpoint")
	if err != nil || status != 200 {
		return false
	}
	signed, err := record.OpenCheckpoint(note, keys...)
	return err == nil && signed.Size > size
}

func verifyOnce(ctx context.Context, site Site, o Options) (Report, error) {
	r := Report{Findings: []Finding{}, Notes: []string{}}
	v := &verifier{site: site, options: o, report: &r, last: map[[3]string]string{}, claims: map[string]*claimLog{}, redacted: map[string]bool{}, contents: map[string]document{}}
	for _, step := range []func(context.Context) error{v.readLog, v.readEvents, v.readRevisions, v.comparePages, v.compareLists} {
		if err := step(ctx); err != nil {
			return r, err
		}
		if len(r.Findings) > 0 && r.Size == 0 {
			return r, nil // without a signed tree there is nothing to hold the rest against
		}
	}
	return r, nil
}

// readLog reads checkpoint and entries, and holds both against one another and
// against the remembered checkpoint.
func (v *verifier) readLog(ctx context.Context) error {
	v.options.Progress("checkpoint")
	status, note, err := v.site.Get(ctx, "/log/checkpoint")
	if err != nil {
		return fmt.Errorf("read checkpoint: %w", err)
	}
	if status != 200 {
		v.report.find(BadCheckpoint, -1, "", "the site shows no checkpoint (status %d)", status)
		return nil
	}
	signed, err := record.OpenCheckpoint(note, v.options.Keys...)
	if err != nil {
		v.report.find(BadCheckpoint, -1, "", "the checkpoint is not signed by the key that you trust: %v", err)
		return nil
	}
	remembered, err := v.remembered()
	if err != nil {
		return err
	}
	if remembered.Origin != "" && remembered.Origin != signed.Origin {
		v.ended, remembered = remembered.Origin, record.Checkpoint{} // another log: whether this one succeeds it, it must say
	}
	v.report.Origin, v.report.Size, v.report.Root, v.report.Checkpoint = signed.Origin, signed.Size, hex.EncodeToString(signed.Root[:]), note
	if remembered.Size > signed.Size {
		v.report.find(Inconsistent, -1, "", "the log was shortened: it had %d entries when you last saw it and has %d now", remembered.Size, signed.Size)
	}
	return v.readEntries(ctx, signed, remembered)
}

func (v *verifier) remembered() (record.Checkpoint, error) {
	if v.options.Remembered == nil {
		return record.Checkpoint{}, nil
	}
	c, err := record.OpenCheckpoint(v.options.Remembered, v.options.Keys...)
	if err != nil {
		return c, fmt.Errorf("read the remembered checkpoint (after a change of keys give the old key too, one a line): %w", err)
	}
	return c, nil
}

func (v *verifier) readEntries(ctx context.Context, signed, remembered record.Checkpoint) error {
	var tree record.Range
	for tree.Size() < signed.Size {
		bundle := record.Tile{Level: record.Entries, N: tree.Size() / record.TileWidth, Width: int(min(record.TileWidth, signed.Size-tree.Size()))}
		v.options.Progress(fmt.Sprintf("log entries %d of %d", tree.Size(), signed.Size))
		leaves, err := v.bundle(ctx, bundle)
		if err != nil {
			return err
		}
		if len(leaves) != bundle.Width {
			v.report.find(BadEntry, tree.Size(), "", "the entries from %d on are not shown: %d of %d", tree.Size(), len(leaves), bundle.Width)
			return nil
		}
		for _, leaf := range leaves {
			v.addEntry(tree.Size(), leaf)
			tree.Add(leaf)
			if tree.Size() == remembered.Size {
				v.report.Compared = remembered.Size
				if tree.Root() != remembered.Root {
					v.report.find(Inconsistent, -1, "", "history was rewritten: the first %d entries are not those that you saw before", remembered.Size)
				}
			}
		}
	}
	if tree.Root() != signed.Root {
		v.report.find(BadEntry, -1, "", "the entries that the site shows are not those that it signed")
	}
	return nil
}

func (v *verifier) bundle(ctx context.Context, t record.Tile) ([][]byte, error) {
	status, b, err := v.site.Get(ctx, "/log/tile/"+t.Path())
	if err != nil {
		return nil, fmt.Errorf("read log entries: %w", err)
	}
	if status != 200 {
		return nil, nil
	}
	leaves, err := record.ReadEntries(b)
	if err != nil {
		return nil, nil //nolint:nilerr // what cannot be read is not shown, and that is reported
	}
	return leaves, nil
}

// addEntry reads a leaf and holds it against what came before it.
func (v *verifier) addEntry(index int64, leaf []byte) {
	e := entry{index: index}
	decoder := json.NewDecoder(bytes.NewReader(leaf))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e.Leaf); err != nil || e.V != 1 {
		v.report.find(BadEntry, index, "", "entry %d cannot be read", index)
		return
	}
	v.checkChain(e)
	v.entries = append(v.entries, e)
	if e.Kind != record.KindRevision {
		return
	}
	c := v.claims[e.Claim]
	if c == nil {
		c = &claimLog{id: e.Claim}
		v.claims[e.Claim] = c
		v.order = append(v.order, e.Claim)
	}
	c.revisions = append(c.revisions, e)
	v.report.Revisions++
	v.report.Claims = len(v.claims)
}

// checkChain holds an entry against the one before it about the same thing.
func (v *verifier) checkChain(e entry) {
	previous := ""
	if e.Kind == record.KindRevision {
		number, at := 0, ""
		if c := v.claims[e.Claim]; c != nil {
			previous, number, at = c.newest().SHA256, c.newest().Revision, c.newest().PublishedAt
		}
		if e.Revision != number+1 {
			v.report.find(BadChain, e.index, e.Claim, "revision %d follows revision %d", e.Revision, number)
		}
		if !later(at, e.PublishedAt) {
			v.report.find(BadChain, e.index, e.Claim, "revision %d says that it was published at %s, not after the one before it", e.Revision, e.PublishedAt)
		}
	} else {
		about := [3]string{e.Kind, e.Claim, e.Subject}
		previous = v.last[about]
		v.last[about] = e.SHA256
	}
	if e.Prev != previous {
		v.report.find(BadChain, e.index, e.Claim, "entry %d does not name the one before it about the same thing", e.index)
	}
}

func later(before, after string) bool {
	at, err := record.ParseStamp(after)
	if err != nil {
		return false
	}
	if before == "" {
		return true
	}
	previous, err := record.ParseStamp(before)
	return err == nil && at.Sub(previous) >= time.Second
}

// readEvents reads the documents of all entries that are no revisions: banners,
// redactions, keys and the like.
func (v *verifier) readEvents(ctx context.Context) error {
	var gone []entry
	for i, e := range v.entries {
		if e.Kind == record.KindRevision {
			continue
		}
		v.options.Progress(fmt.Sprintf("documents of events %d of %d", i, len(v.entries)))
		status, body, err := v.site.Get(ctx, "/log/documents/"+e.SHA256+".json")
		if err != nil {
			return fmt.Errorf("read document: %w", err)
		}
		if status == 410 {
			gone = append(gone, e)
			continue
		}
		if v.holds(e, status, body) {
			v.event(e, body)
		}
	}
	for _, e := range gone {
		v.checkGone(e)
	}
	if v.ended != "" && v.report.Succeeds == "" {
		v.report.find(Inconsistent, -1, "", "you saw the log %s; this is another one, and it does not say that it takes its place", v.ended)
	}
	return nil
}

// holds reports whether a document is the one that an entry commits to.
func (v *verifier) holds(e entry, status int, body []byte) bool {
	switch {
	case status != 200:
		v.report.find(Hidden, e.index, e.Claim, "the document of entry %d is not shown (status %d)", e.index, status)
	case record.Hash(body) != e.SHA256:
		v.report.find(BadDocument, e.index, e.Claim, "the document of entry %d is not the one that was logged", e.index)
	default:
		v.report.Documents++
		return true
	}
	return false
}

func (v *verifier) event(e entry, body []byte) {
	var says struct{ Claim, At string }
	if err := json.Unmarshal(body, &says); err != nil || says.At != e.PublishedAt || (says.Claim != "" && says.Claim != e.Claim) {
		v.report.find(BadDocument, e.index, e.Claim, "the document of entry %d says something else of itself than its entry in the log", e.index)
		return
	}
	switch e.Kind {
	case record.KindRedaction:
		r, err := record.ReadEvent[record.Redaction](body)
		if err != nil {
			v.report.find(BadDocument, e.index, e.Claim, "the redaction of entry %d cannot be read", e.index)
			return
		}
		for _, h := range r.Hashes {
			v.redacted[h] = true
		}
	case record.KindBanner:
		b, err := record.ReadEvent[record.Banner](body)
		if c := v.claims[e.Claim]; err == nil && c != nil {
			c.banner = &b
		}
	case record.KindKey:
		if k, err := record.ReadEvent[record.KeyChange](body); err == nil {
			if k.Action == "restarted" && v.ended != "" && endedBy(k) == v.ended {
				v.report.Succeeds = v.ended
			}
			v.report.Notes = append(v.report.Notes, fmt.Sprintf("entry %d: a key was %s: %s (%s)", e.index, k.Action, strings.TrimSpace(k.Key), k.Reason))
		}
	}
}

// endedBy names the log that a new one takes the place of.
func endedBy(k record.KeyChange) string {
	if origin, _, found := strings.Cut(k.Old, "+"); found {
		return origin
	}
	lost, err := record.ReadCheckpoint([]byte(k.Lost))
	if err != nil {
		return ""
	}
	return lost.Origin
}

func (v *verifier) checkGone(e entry) {
	if !v.redacted[e.SHA256] {
		v.report.find(Hidden, e.index, e.Claim, "the document of entry %d is said to be redacted, and no redaction in the log names it", e.index)
		return
	}
	v.report.Redacted++
}

// readRevisions reads the document of every revision.
func (v *verifier) readRevisions(ctx context.Context) error {
	for i, id := range v.order {
		v.options.Progress(fmt.Sprintf("revisions of claim %d of %d", i+1, len(v.order)))
		for _, e := range v.claims[id].revisions {
			if err := v.readRevision(ctx, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func (v *verifier) readRevision(ctx context.Context, e entry) error {
	status, body, err := v.site.Get(ctx, fmt.Sprintf("/claims/%s/revisions/%d.json", e.Claim, e.Revision))
	if err != nil {
		return fmt.Errorf("read revision: %w", err)
	}
	if status == 410 {
		v.checkGone(e)
		return nil
	}
	if !v.holds(e, status, body) {
		return nil
	}
	d, content, err := record.ReadDocument(body)
	if err != nil {
		v.report.find(BadDocument, e.index, e.Claim, "revision %d cannot be read: %v", e.Revision, err)
		return nil
	}
	if d.Claim != e.Claim || d.Number != e.Revision || d.Previous != e.Prev || d.PublishedAt != e.PublishedAt || content.Ruling.RatingKey() != e.Rating {
		v.report.find(BadDocument, e.index, e.Claim, "revision %d says something else of itself than its entry in the log", e.Revision)
	}
	if e.index == v.claims[e.Claim].newest().index {
		v.contents[e.Claim] = document{d, content}
	}
	return nil
}
