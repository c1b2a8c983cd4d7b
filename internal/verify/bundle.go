package verify

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/record"
)

// BundleReport is the outcome of verifying the bundle of one claim.
type BundleReport struct {
	Claim      string    `json:"claim"`
	Origin     string    `json:"origin"`
	Size       int64     `json:"size"`
	Revisions  int       `json:"revisions"`
	Redacted   int       `json:"redacted"`
	Quotations int       `json:"quotations"` // that stand in the texts of the bundle where their selectors say
	Unchecked  int       `json:"unchecked"`  // whose text is not in the bundle, or that do not match letter by letter
	Texts      int       `json:"texts"`
	Findings   []Finding `json:"findings"`
}

// Good reports whether nothing was found.
func (r BundleReport) Good() bool { return len(r.Findings) == 0 }

func (r *BundleReport) find(kind, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{kind, -1, r.Claim, fmt.Sprintf(format, args...)})
}

// How large a bundle may be when it is taken apart, in bytes.
const (
	bundleFileLimit = 32 << 20
	bundleLimit     = 256 << 20
)

// Bundle verifies a bundle with nothing but the keys: each revision's entry is in
// a signed tree, its document has the hash that the entry commits to, revisions
// follow one another, and the quotations stand in the texts. Whatever else is in
// it is reported, but for what explains the bundle.
func Bundle(file io.ReaderAt, size int64, keys []string) (BundleReport, error) {
	files, err := unzip(file, size)
	if err != nil {
		return BundleReport{}, err
	}
	r := BundleReport{Findings: []Finding{}}
	texts := r.readTexts(files)
	previous, at := "", ""
	for n := 1; ; n++ {
		raw := take(files, record.BundleFile(n, "entry.json"))
		if raw == nil {
			break
		}
		document := take(files, record.BundleFile(n, "document.json"))
		e, ok := r.checkEntry(n, raw, take(files, record.BundleFile(n, "proof.tlog-proof")), keys)
		if !ok {
			continue
		}
		if r.Claim == "" {
			r.Claim = e.Claim
		}
		if e.Claim != r.Claim || e.Revision != n || e.Prev != previous || !later(at, e.PublishedAt) {
			r.find(BadChain, "revision %d does not follow the one before it", n)
		}
		previous, at = e.SHA256, e.PublishedAt
		r.Revisions++
		r.checkDocument(n, e, document, texts)
	}
	if r.Revisions == 0 && r.Good() {
		r.find(BadDocument, "there is no revision in this bundle")
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if !slices.Contains(unverified, name) {
			r.find(BadDocument, "the file %s belongs to nothing that was verified", name)
		}
	}
	return r, nil
}

// unverified are the files of a bundle that nothing vouches for.
var unverified = []string{"README.txt", "vkey", "annotations.json"}

// take gives a file and takes it out of those that are left.
func take(files map[string][]byte, name string) []byte {
	b := files[name]
	delete(files, name)
	return b
}

func unzip(file io.ReaderAt, size int64) (map[string][]byte, error) {
	z, err := zip.NewReader(file, size)
	if err != nil {
		return nil, fmt.Errorf("read bundle: %w", err)
	}
	files := map[string][]byte{}
	left := int64(bundleLimit)
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if _, twice := files[f.Name]; twice {
			return nil, fmt.Errorf("read bundle: %s is in it twice", f.Name)
		}
		entry, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("read bundle: %s: %w", f.Name, err)
		}
		b, err := io.ReadAll(io.LimitReader(entry, min(bundleFileLimit, left)+1))
		if closeErr := entry.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return nil, fmt.Errorf("read bundle: %s: %w", f.Name, err)
		}
		if left -= int64(len(b)); len(b) > bundleFileLimit || left < 0 {
			return nil, fmt.Errorf("read bundle: %s is too large", f.Name)
		}
		files[f.Name] = b
	}
	return files, nil
}

func (r *BundleReport) readTexts(files map[string][]byte) map[string][]rune {
	texts := map[string][]rune{}
	for name, body := range files {
		dir, file := path.Split(name)
		if dir != "texts/" {
			continue
		}
		delete(files, name)
		hash := strings.TrimSuffix(file, ".txt")
		if record.Hash(body) != hash {
			r.find(BadDocument, "the text %s does not have its hash", file)
			continue
		}
		texts[hash] = []rune(string(body))
		r.Texts++
	}
	return texts
}

// checkEntry verifies that an entry is in a tree that one of the keys signed.
func (r *BundleReport) checkEntry(n int, raw, proof []byte, keys []string) (record.Leaf, bool) {
	var e record.Leaf
	if err := json.Unmarshal(raw, &e); err != nil {
		r.find(BadEntry, "the entry of revision %d cannot be read", n)
		return e, false
	}
	p, err := record.ParseProof(proof)
	if err != nil {
		r.find(BadEntry, "revision %d has no proof that can be read: %v", n, err)
		return e, false
	}
	c, err := p.Check(raw, keys...)
	if err != nil {
		r.find(BadEntry, "revision %d is not proved to be in the log: %v", n, err)
		return e, false
	}
	r.Origin, r.Size = c.Origin, c.Size
	return e, true
}

func (r *BundleReport) checkDocument(n int, e record.Leaf, body []byte, texts map[string][]rune) {
	if body == nil {
		r.Redacted++
		return
	}
	if record.Hash(body) != e.SHA256 {
		r.find(BadDocument, "the document of revision %d is not the one that was logged", n)
		return
	}
	d, content, err := record.ReadDocument(body)
	if err != nil {
		r.find(BadDocument, "revision %d cannot be read: %v", n, err)
		return
	}
	if d.Claim != e.Claim || d.Number != e.Revision || d.Previous != e.Prev || d.PublishedAt != e.PublishedAt || content.Ruling.RatingKey() != e.Rating {
		r.find(BadDocument, "revision %d says something else of itself than its entry in the log", n)
	}
	for _, q := range content.Excerpts() {
		r.checkQuotation(n, q, texts)
	}
}

// checkQuotation holds a quotation that is said to match against the text, at
// the places that its selectors give.
func (r *BundleReport) checkQuotation(n int, q *record.Excerpt, texts map[string][]rune) {
	text, there := texts[q.Snapshot.TextHash]
	if !there || q.State != "exact" {
		r.Unchecked++
		return
	}
	for _, s := range q.Segments {
		if s.Start < 0 || s.End > len(text) || s.Start > s.End || string(text[s.Start:s.End]) != s.Exact {
			r.find(BadDocument, "revision %d: the words %s do not stand in the text where they are said to", n, clip(s.Exact))
			return
		}
	}
	r.Quotations++
}
