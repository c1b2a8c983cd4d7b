package record

import (
	"archive/zip"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Bundle is everything that is needed to verify the rulings on one claim without
// the site: documents, their entries in the log, the proofs that the entries are
// in a signed tree, the texts that may be shown.
type Bundle struct {
	Claim       string
	Home        string   // origin of the site
	Keys        []string // that the site says its log is verified with
	Revisions   []BundleRevision
	Annotations []byte
	Texts       map[string]string // texts of captures by hash
}

// BundleRevision is one revision. A redacted one has no document.
type BundleRevision struct {
	Number   int
	Document []byte
	Entry    []byte
	Proof    []byte
}

// Names of the files in a bundle.
const (
	bundleReadme      = "README.txt"
	bundleKey         = "vkey"
	bundleAnnotations = "annotations.json"
)

// BundleFile names a file of a revision in a bundle: "document.json",
// "entry.json" or "proof.tlog-proof".
func BundleFile(number int, name string) string {
	return fmt.Sprintf("revisions/%d/%s", number, name)
}

// Write writes the bundle as a zip file. The same bundle gives the same bytes.
func (b Bundle) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	files := []struct {
		name string
		body []byte
	}{
		{bundleReadme, []byte(b.readme())}, {bundleKey, []byte(strings.Join(b.Keys, "\n") + "\n")}, {bundleAnnotations, b.Annotations},
	}
	add := func(name string, body []byte) {
		if body != nil {
			files = append(files, struct {
				name string
				body []byte
			}{name, body})
		}
	}
	for _, r := range b.Revisions {
		add(BundleFile(r.Number, "document.json"), r.Document)
		add(BundleFile(r.Number, "entry.json"), r.Entry)
		add(BundleFile(r.Number, "proof.tlog-proof"), r.Proof)
	}
	for _, hash := range slices.Sorted(maps.Keys(b.Texts)) {
		add("texts/"+hash+".txt", []byte(b.Texts[hash]))
	}
	for _, f := range files {
		// One date for all files: the bundle says nothing of when it was fetched.
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)}
		entry, err := z.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		if _, err := entry.Write(f.body); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write bundle: %w", err)
	}
	return nil
}

func (b Bundle) readme() string {
	return `The rulings on one claim, with everything that is needed to verify them offline.

  ` + b.Home + `/claims/` + b.Claim + `

revisions/N/document.json      what was published, exactly the bytes that were hashed
revisions/N/entry.json         the entry of the transparency log: its sha256 is the
                               document's, its prev that of the revision before
revisions/N/proof.tlog-proof   proof that the entry is in the tree that the log's key
                               signed (c2sp.org/tlog-proof), with the signed checkpoint
annotations.json               the quotations as W3C Web Annotations
texts/HASH.txt                 copies of sources that may be shown; HASH is their SHA-256
vkey                           the key that the site says its log is verified with

A revision without document.json was redacted by law; its entry stays.

To verify:

  claimtrail verify --bundle THIS.zip --vkey FILE

Take the key from a place that you trust, not from this bundle alone. Other
programs can do it too: the formats are RFC 6962 hashes and C2SP signed notes.

A log proves that nothing was changed in silence since it was logged. It does not
prove that a ruling is right, or that it was not changed before its first entry.
`
}
