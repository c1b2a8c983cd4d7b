package record

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// SiteEvent is one event of a record as a bundle of the whole record holds it: a
// line of JSON. Leaf and document are the bytes that were logged and hashed.
type SiteEvent struct {
	Index    int64           `json:"index"`
	Kind     string          `json:"kind"`
	Claim    string          `json:"claim,omitempty"`
	Subject  string          `json:"subject,omitempty"`
	Leaf     json.RawMessage `json:"leaf"`
	Document json.RawMessage `json:"document,omitempty"` // absent when it was redacted
	Class    string          `json:"class,omitempty"`    // of a redacted correction, as the site remembers it
	Cause    string          `json:"cause,omitempty"`
}

// ReadLeaf reads the entry of the log.
func (e SiteEvent) ReadLeaf() (Leaf, error) {
	var l Leaf
	if err := json.Unmarshal(e.Leaf, &l); err != nil {
		return l, fmt.Errorf("read log entry %d: %w", e.Index, err)
	}
	return l, nil
}

// At gives when the event was, as its entry says.
func (e SiteEvent) At() (time.Time, error) {
	l, err := e.ReadLeaf()
	if err != nil {
		return time.Time{}, err
	}
	return ParseStamp(l.PublishedAt)
}

// Hash gives the hash that the entry commits to; nothing when it cannot be read.
func (e SiteEvent) Hash() string {
	l, err := e.ReadLeaf()
	if err != nil {
		return ""
	}
	return l.SHA256
}

// Names of the files in a bundle of a whole record.
const (
	siteCheckpoint = "checkpoint"
	siteEvents     = "events.jsonl"
	siteTexts      = "texts/"
)

const siteReadme = `The whole public record of a site: every ruling that it ever published, every
correction, its rating scales, its house rules, its copies of sources that may be
shown, and the signed head of its transparency log.

checkpoint     the signed tree head (C2SP signed note)
events.jsonl   the events of the record in the order of the log, one a line: "leaf"
               is the entry of the log, "document" what was published. The sha256 in
               the leaf is that of the document's bytes, here as JSON of RFC 8785
texts/HASH     copies of sources; HASH is their SHA-256
vkey           the key that the site says its log is verified with

The tree over the leaves (RFC 6962) has the root that the checkpoint signs. An
event without a document was redacted by law; its entry stays.

To take it over into an empty database, as a mirror:

  claimtrail import bundle THIS.zip --vkey FILE

Take the key from a place that you trust, not from this bundle alone.
`

// SiteBundleWriter writes the bundle of a whole record, event by event. The same
// record gives the same bytes.
type SiteBundleWriter struct {
	zip    *zip.Writer
	events io.Writer
	texts  shownTexts
}

// NewSiteBundleWriter begins a bundle.
func NewSiteBundleWriter(w io.Writer, checkpoint []byte, vkeys []string) (*SiteBundleWriter, error) {
	b := &SiteBundleWriter{zip: zip.NewWriter(w), texts: shownTexts{}}
	for _, f := range []struct {
		name string
		body []byte
	}{{bundleReadme, []byte(siteReadme)}, {bundleKey, []byte(strings.Join(vkeys, "\n") + "\n")}, {siteCheckpoint, checkpoint}} {
		if err := b.file(f.name, f.body); err != nil {
			return nil, err
		}
	}
	var err error
	b.events, err = b.entry(siteEvents)
	return b, err
}

func (b *SiteBundleWriter) entry(name string) (io.Writer, error) {
	header := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
	entry, err := b.zip.CreateHeader(header)
	if err != nil {
		return nil, fmt.Errorf("write bundle: %w", err)
	}
	return entry, nil
}

func (b *SiteBundleWriter) file(name string, body []byte) error {
	entry, err := b.entry(name)
	if err != nil {
		return err
	}
	if _, err := entry.Write(body); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// Add writes one event. They come in the order of the log.
func (b *SiteBundleWriter) Add(e SiteEvent) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false) // the bytes of leaf and document stay what they are
	if err := encoder.Encode(e); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	b.texts.add(e)
	if _, err := b.events.Write(line.Bytes()); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// shownTexts are the texts that the record shows, by what was released: whether it
// may be shown now, and its hash.
type shownTexts map[string]struct {
	hash     string
	released bool
}

// add takes the newest event about a text.
func (t shownTexts) add(e SiteEvent) {
	if e.Kind != KindRelease || e.Document == nil {
		return
	}
	r, err := ReadRelease(e.Document)
	if err != nil {
		return
	}
	t[e.Subject] = struct {
		hash     string
		released bool
	}{r.TextHash, r.Released}
}

// hashes lists those that may be shown, each once, sorted.
func (t shownTexts) hashes() []string {
	var list []string
	for _, x := range t {
		if x.released {
			list = append(list, x.hash)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Close writes the texts, which read gives, and ends the bundle.
func (b *SiteBundleWriter) Close(read func(hash string) ([]byte, error)) error {
	for _, hash := range b.texts.hashes() {
		body, err := read(hash)
		if err != nil {
			return err
		}
		if body == nil { // redacted
			continue
		}
		if err := b.file(siteTexts+hash, body); err != nil {
			return err
		}
	}
	if err := b.zip.Close(); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

// SiteBundle is a bundle of a whole record, opened.
type SiteBundle struct {
	zip        *zip.Reader
	Checkpoint Checkpoint
	Note       []byte // the signed checkpoint
	Keys       []string
}

// Limits of what is read.
const (
	longestLine = 8 << 20
	mostHead    = 64 << 10
	mostText    = 64 << 20
)

// OpenSiteBundle opens a bundle whose checkpoint one of the keys signed.
func OpenSiteBundle(r io.ReaderAt, size int64, vkeys []string) (*SiteBundle, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	b := &SiteBundle{zip: z, Keys: vkeys}
	if b.Note, err = b.read(siteCheckpoint, mostHead); err != nil {
		return nil, err
	}
	b.Checkpoint, err = OpenCheckpoint(b.Note, vkeys...)
	return b, err
}

func (b *SiteBundle) read(name string, most int64) ([]byte, error) {
	f, err := b.zip.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open bundle: %w", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fmt.Errorf("read bundle: %s: %w", name, err)
	}
	if int64(len(body)) > most {
		return nil, fmt.Errorf("read bundle: %s is larger than %d bytes", name, most)
	}
	return body, nil
}

// Each gives every event and then every text. It verifies as it goes: that each
// document has the hash of its entry, that revisions follow one another, and at
// the end that the tree is the one that was signed. What it gave before an error
// must not be kept.
func (b *SiteBundle) Each(event func(SiteEvent) error, text func(hash string, body []byte) error) error {
	f, err := b.zip.Open(siteEvents)
	if err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	defer f.Close()
	check := siteCheck{last: map[string]string{}, numbers: map[string]int{}, missing: map[string]int64{}, there: map[string]int64{}, redacted: map[string]bool{}, texts: shownTexts{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(make([]byte, 0, 64<<10), longestLine)
	for lines.Scan() {
		var e SiteEvent
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("read bundle: event %d: %w", check.tree.Size(), err)
		}
		if check.tree.Size() == b.Checkpoint.Size {
			return fmt.Errorf("read bundle: it has more events than the %d that were signed", b.Checkpoint.Size)
		}
		if err := check.add(e); err != nil {
			return fmt.Errorf("read bundle: event %d: %w", check.tree.Size(), err)
		}
		if err := event(e); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("read bundle: %w", err)
	}
	if err := check.end(b.Checkpoint); err != nil {
		return err
	}
	return b.eachText(check, text)
}

// eachText gives the texts: all that the record shows, and no other.
func (b *SiteBundle) eachText(check siteCheck, text func(hash string, body []byte) error) error {
	shown := check.texts.hashes()
	found := 0
	for _, f := range b.zip.File {
		hash, isText := strings.CutPrefix(f.Name, siteTexts)
		if !isText {
			continue
		}
		body, err := b.read(f.Name, mostText)
		if err != nil {
			return err
		}
		if Hash(body) != hash || !slices.Contains(shown, hash) || check.redacted[hash] {
			return fmt.Errorf("read bundle: the text %s is not one that the record shows", hash)
		}
		if err := text(hash, body); err != nil {
			return err
		}
		found++
	}
	for _, hash := range shown {
		if check.redacted[hash] {
			found++
		}
	}
	if found != len(shown) {
		return fmt.Errorf("read bundle: the record shows %d texts, and %d of them are missing", len(shown), len(shown)-found)
	}
	return nil
}

// siteCheck is what must hold of the events of a record, in their order.
type siteCheck struct {
	tree    Range
	last    map[string]string // by claim: hash of the newest revision
	numbers map[string]int
	missing map[string]int64 // documents that are not there, by hash
	there   map[string]int64 // and those that are
	// redacted is everything that a redaction took away: none of it may be there.
	redacted map[string]bool
	texts    shownTexts
}

func (c *siteCheck) add(e SiteEvent) error {
	if e.Index != c.tree.Size() {
		return fmt.Errorf("it says that it is number %d", e.Index)
	}
	leaf, err := e.ReadLeaf()
	if err != nil {
		return err
	}
	switch {
	case leaf.Kind != e.Kind || leaf.Claim != e.Claim:
		return errors.New("it is about something else than its entry in the log")
	case leaf.Subject != "" && leaf.Subject != e.Subject:
		return errors.New("its subject is another one than its entry's")
	case e.Document == nil:
		c.missing[leaf.SHA256] = e.Index
	case Hash(e.Document) != leaf.SHA256:
		return errors.New("its document is not the one that was logged")
	}
	if _, err := e.At(); err != nil {
		return err
	}
	c.tree.Add(e.Leaf)
	c.texts.add(e)
	if e.Document != nil {
		c.there[leaf.SHA256] = e.Index
	}
	switch e.Kind {
	case KindRevision:
		return c.revision(e, leaf)
	case KindRedaction:
		return c.redaction(e)
	}
	return nil
}

func (c *siteCheck) revision(e SiteEvent, leaf Leaf) error {
	if leaf.Revision != c.numbers[e.Claim]+1 || leaf.Prev != c.last[e.Claim] {
		return fmt.Errorf("revision %d of %s does not follow the one before", leaf.Revision, e.Claim)
	}
	c.numbers[e.Claim], c.last[e.Claim] = leaf.Revision, leaf.SHA256
	if e.Document == nil {
		return nil
	}
	d, _, err := ReadDocument(e.Document)
	if err != nil {
		return err
	}
	if d.Claim != e.Claim || d.Number != leaf.Revision || d.PublishedAt != leaf.PublishedAt {
		return errors.New("its document is of another revision than its entry")
	}
	return nil
}

func (c *siteCheck) redaction(e SiteEvent) error {
	if e.Document == nil {
		return errors.New("a redaction has no document")
	}
	r, err := ReadEvent[Redaction](e.Document)
	if err != nil {
		return err
	}
	for _, hash := range r.Hashes {
		if index, there := c.there[hash]; there {
			return fmt.Errorf("it redacts the document of event %d, which is here all the same", index)
		}
		c.redacted[hash] = true
		delete(c.missing, hash)
	}
	return nil
}

// end compares the tree with the one that was signed. Every document that is not
// there must have been redacted.
func (c *siteCheck) end(signed Checkpoint) error {
	if c.tree.Size() != signed.Size {
		return fmt.Errorf("read bundle: it has %d events, and %d were signed", c.tree.Size(), signed.Size)
	}
	if c.tree.Root() != signed.Root {
		return errors.New("read bundle: its events are not the ones that were signed")
	}
	for hash, index := range c.missing {
		return fmt.Errorf("read bundle: the document of event %d (%s) is missing, and no redaction names it", index, hash)
	}
	return nil
}
