package record_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/record"
)

// siteLog is a small record: two revisions, a text that is shown, a text that was
// shown, and a redaction of the first revision.
type siteLog struct {
	events []record.SiteEvent
	texts  map[string][]byte
	signer *record.Signer
}

const stamp = "2026-11-22T09:00:00.000000Z"

func (l *siteLog) add(t *testing.T, kind, claim, subject string, revision int, prev string, document any) string {
	t.Helper()
	body, err := record.Canonical(document)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := record.Canonical(record.Leaf{V: 1, Kind: kind, Claim: claim, Revision: revision, PublishedAt: stamp, URL: "https://claims.example/claims/x", SHA256: record.Hash(body), Prev: prev})
	if err != nil {
		t.Fatal(err)
	}
	l.events = append(l.events, record.SiteEvent{Index: int64(len(l.events)), Kind: kind, Claim: claim, Subject: subject, Leaf: leaf, Document: body})
	return record.Hash(body)
}

func (l *siteLog) release(t *testing.T, words string, released bool) {
	t.Helper()
	hash := record.Hash([]byte(words))
	l.texts[hash] = []byte(words)
	l.add(t, record.KindRelease, "", record.ReleaseSubject("src", hash), 0, "", record.Release{Schema: 1, Salt: fmt.Sprint(len(l.events)), Source: "src", TextHash: hash, Released: released})
}

func newSiteLog(t *testing.T) *siteLog {
	t.Helper()
	key, err := record.NewKey("claims.example/log")
	if err != nil {
		t.Fatal(err)
	}
	l := &siteLog{texts: map[string][]byte{}}
	if l.signer, err = record.NewSigner(key); err != nil {
		t.Fatal(err)
	}
	revision := func(n int, prev string) string {
		return l.add(t, record.KindRevision, "abcdefgh", "abcdefgh", n, prev, record.Document{Schema: 1, Claim: "abcdefgh", Number: n, Previous: prev, PublishedAt: stamp, Content: []byte(`{}`)})
	}
	first := revision(1, "")
	revision(2, first)
	l.release(t, "A text that is shown.", true)
	l.release(t, "A text that was taken down.", true)
	l.release(t, "A text that was taken down.", false)
	l.add(t, record.KindRedaction, "abcdefgh", "abcdefgh", 0, "", record.Redaction{Schema: 1, Claim: "abcdefgh", Revisions: []int{1}, Hashes: []string{first}})
	l.events[0].Document = nil
	return l
}

// bundle writes the events with a checkpoint over them.
func (l *siteLog) bundle(t *testing.T) []byte {
	t.Helper()
	var tree record.Range
	for _, e := range l.events {
		tree.Add(e.Leaf)
	}
	return l.bundleSigned(t, tree.Size(), tree.Root())
}

func (l *siteLog) bundleSigned(t *testing.T, size int64, root tlog.Hash) []byte {
	t.Helper()
	note, err := l.signer.Sign(size, root)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := record.NewSiteBundleWriter(&b, note, l.signer.VerifierKeys())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range l.events {
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(func(hash string) ([]byte, error) { return l.texts[hash], nil }); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read gives what a bundle holds.
func (l *siteLog) read(t *testing.T, b []byte) (events int, texts []string, err error) {
	t.Helper()
	bundle, err := record.OpenSiteBundle(bytes.NewReader(b), int64(len(b)), l.signer.VerifierKeys())
	if err != nil {
		return 0, nil, err
	}
	err = bundle.Each(func(record.SiteEvent) error { events++; return nil }, func(_ string, body []byte) error { texts = append(texts, string(body)); return nil })
	return events, texts, err
}

// TestSiteBundle: a record goes in and comes out, the same bytes each time; a text
// that was taken down is not in it.
func TestSiteBundle(t *testing.T) {
	t.Parallel()
	l := newSiteLog(t)
	b := l.bundle(t)
	if !bytes.Equal(b, l.bundle(t)) {
		t.Error("the same record gives other bytes")
	}
	events, texts, err := l.read(t, b)
	if err != nil || events != 6 || !slices.Equal(texts, []string{"A text that is shown."}) {
		t.Errorf("%d events, %q, %v", events, texts, err)
	}
}

// TestSiteBundleRefuses: whatever does not hold together is refused, and why.
func TestSiteBundleRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(l *siteLog)
		want   string
	}{
		"a document that was redacted": {func(l *siteLog) {
			d, _ := record.Canonical(record.Document{Schema: 1, Claim: "abcdefgh", Number: 1, PublishedAt: stamp, Content: []byte(`{}`)})
			l.events[0].Document = d
		}, "here all the same"},
		"a document that is not there":     {func(l *siteLog) { l.events[1].Document = nil }, "no redaction names it"},
		"a text that is not there":         {func(l *siteLog) { delete(l.texts, record.Hash([]byte("A text that is shown."))) }, "1 of them are missing"},
		"a revision left out":              {func(l *siteLog) { l.events = slices.Delete(l.events, 0, 1); l.renumber() }, "does not follow"},
		"a document of another":            {func(l *siteLog) { l.events[1].Document = l.events[2].Document }, "not the one that was logged"},
		"an entry of another kind":         {func(l *siteLog) { l.events[1].Kind = record.KindBanner }, "something else than its entry"},
		"an event without a number of its": {func(l *siteLog) { l.events[1].Index = 7 }, "number 7"},
	} {
		l := newSiteLog(t)
		tt.change(l)
		if _, _, err := l.read(t, l.bundle(t)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l := newSiteLog(t)
	for name, size := range map[string]int64{"fewer": 5, "more": 7} {
		if _, _, err := l.read(t, l.bundleSigned(t, size, tlog.Hash{})); err == nil {
			t.Errorf("%s events signed than there are", name)
		}
	}
	if _, err := record.OpenSiteBundle(strings.NewReader("no zip"), 6, l.signer.VerifierKeys()); err == nil {
		t.Error("no zip was opened")
	}
}

func (l *siteLog) renumber() {
	for i := range l.events {
		l.events[i].Index = int64(i)
	}
}
