package record

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Leaf is one entry of the transparency log: small, without personal text. The
// hash commits to salted bytes, so that a redacted body leaves the tree valid.
type Leaf struct {
	V           int    `json:"v"`
	Kind        string `json:"kind"`
	Claim       string `json:"claim,omitempty"`
	Revision    int    `json:"revision,omitempty"`
	Rating      string `json:"rating,omitempty"`
	Subject     string `json:"subject,omitempty"` // what events without a claim are about
	PublishedAt string `json:"publishedAt"`
	URL         string `json:"url"`
	SHA256      string `json:"sha256"`
	Prev        string `json:"prev"` // hash of the same thing's document before
}

// Hashes gives the hashes to store for a leaf that becomes entry n of the tree,
// in the order of RFC 6962 as golang.org/x/mod/sumdb/tlog numbers them. Those
// needed of the tree so far are read through r.
func Hashes(n int64, leaf []byte, r tlog.HashReader) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashes(n, leaf, r)
	if err != nil {
		return nil, fmt.Errorf("hash log entry %d: %w", n, err)
	}
	return hashes, nil
}

// FirstHash gives the stored index at which the hashes of entry n begin.
func FirstHash(n int64) int64 { return tlog.StoredHashCount(n) }

// Checkpoint is a signed statement of the tree's size and root.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
}

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]))
}

// Signer signs checkpoints of one log with its Ed25519 keys (C2SP signed-note,
// tlog-checkpoint). There are two of them while one takes over from the other:
// then both sign, so that whoever knows either can verify. The name of every
// key is the log's origin.
type Signer struct {
	keys []signingKey // the newest last
}

type signingKey struct {
	secret string
	vkey   string
	signer note.Signer
}

// NewKey makes a signing key for an origin, as the text to keep in a file.
func NewKey(origin string) (string, error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", fmt.Errorf("make log key: %w", err)
	}
	return skey + "\n" + vkey + "\n", nil
}

// NewSigner reads keys as NewKey made them, one after the other.
func NewSigner(text string) (*Signer, error) {
	lines := strings.Fields(text)
	if len(lines) == 0 || len(lines)%2 != 0 {
		return nil, errors.New("read log key: it should hold two lines for each key, the signing one and the verifying one")
	}
	s := &Signer{}
	for i := 0; i < len(lines); i += 2 {
		signer, err := note.NewSigner(lines[i])
		if err != nil {
			return nil, fmt.Errorf("read log key: %w", err)
		}
		verifier, err := note.NewVerifier(lines[i+1])
		if err != nil {
			return nil, fmt.Errorf("read log key: %w", err)
		}
		if signer.KeyHash() != verifier.KeyHash() || signer.Name() != verifier.Name() {
			return nil, errors.New("read log key: the signing key and the verifying one do not belong together")
		}
		if i > 0 && signer.Name() != s.Origin() {
			return nil, errors.New("read log key: the keys are of different logs")
		}
		s.keys = append(s.keys, signingKey{lines[i], lines[i+1], signer})
	}
	return s, nil
}

// String gives the keys as NewSigner reads them. It holds secrets.
func (s *Signer) String() string {
	var b strings.Builder
	for _, k := range s.keys {
		b.WriteString(k.secret + "\n" + k.vkey + "\n")
	}
	return b.String()
}

// Origin names the log.
func (s *Signer) Origin() string { return s.keys[0].signer.Name() }

// VerifierKeys gives the keys that others verify with, the newest first.
func (s *Signer) VerifierKeys() []string {
	list := make([]string, len(s.keys))
	for i, k := range s.keys {
		list[len(s.keys)-1-i] = k.vkey
	}
	return list
}

// VerifierKey gives the newest key that others verify with.
func (s *Signer) VerifierKey() string { return s.VerifierKeys()[0] }

// WithoutOldest gives a signer that signs with all keys but the oldest.
func (s *Signer) WithoutOldest() (*Signer, error) {
	if len(s.keys) < 2 {
		return nil, errors.New("retire a log key: there is only one")
	}
	return &Signer{s.keys[1:]}, nil
}

// With gives a signer that signs with one more key, as NewKey made it.
func (s *Signer) With(key string) (*Signer, error) { return NewSigner(s.String() + key) }

// Sign gives the signed note of a tree.
func (s *Signer) Sign(size int64, root tlog.Hash) ([]byte, error) {
	text := Checkpoint{s.Origin(), size, root}.text()
	signers := make([]note.Signer, len(s.keys))
	for i, k := range s.keys {
		signers[i] = k.signer
	}
	signed, err := note.Sign(&note.Note{Text: text}, signers...)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint: %w", err)
	}
	return signed, nil
}

// Open verifies a signed note of ours and reads it.
func (s *Signer) Open(signed []byte) (Checkpoint, error) {
	return OpenCheckpoint(signed, s.VerifierKeys()...)
}

// OpenCheckpoint verifies a signed note with keys of which one has to have
// signed it, and reads it. The origin must be the name of a key that did.
func OpenCheckpoint(signed []byte, vkeys ...string) (Checkpoint, error) {
	verifiers := make([]note.Verifier, len(vkeys))
	for i, k := range vkeys {
		v, err := note.NewVerifier(strings.TrimSpace(k))
		if err != nil {
			return Checkpoint{}, fmt.Errorf("read verifying key: %w", err)
		}
		verifiers[i] = v
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %w", err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return c, err
	}
	if !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool { return s.Name == c.Origin }) {
		return c, fmt.Errorf("open checkpoint: it is of the log %q, the key of %q", c.Origin, n.Sigs[0].Name)
	}
	return c, nil
}

// ReadCheckpoint reads what a signed note states, whoever signed it.
func ReadCheckpoint(signed []byte) (Checkpoint, error) { return parseCheckpoint(string(signed)) }

// CheckKey reports whether a text is a verifying key.
func CheckKey(vkey string) error {
	if _, err := note.NewVerifier(vkey); err != nil {
		return fmt.Errorf("%q is no verifying key: %w", vkey, err)
	}
	return nil
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return Checkpoint{}, errors.New("open checkpoint: it has not three lines")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fmt.Errorf("open checkpoint: %q is no size", lines[1])
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, errors.New("open checkpoint: the root is no hash")
	}
	return Checkpoint{lines[0], size, tlog.Hash(root)}, nil
}

// ErrFork says that the tree does not extend what was signed before: the
// database was restored from a backup, or tampered with.
var ErrFork = errors.New("the record does not extend the last signed checkpoint: the database is an older copy or was altered. " +
	"Restore the newest backup; if entries are lost for good, say so in public and begin a new log: claimtrail log-key restart --base-url URL --reason TEXT")

// ErrOtherKey says that the database's log is signed by another key than the one
// at hand.
var ErrOtherKey = errors.New("the log in this database is signed by another key than the one in the key file: put the right log.key in its place")

// CheckExtends reports ErrFork unless the tree of the given size, read through
// r, has the remembered checkpoint as a prefix.
func CheckExtends(remembered Checkpoint, size int64, r tlog.HashReader) error {
	if remembered.Size > size {
		return fmt.Errorf("%w (signed: %d entries, found: %d)", ErrFork, remembered.Size, size)
	}
	root, err := tlog.TreeHash(remembered.Size, r)
	if err != nil {
		return fmt.Errorf("recompute root: %w", err)
	}
	if !bytes.Equal(root[:], remembered.Root[:]) {
		return fmt.Errorf("%w (another root at %d entries)", ErrFork, remembered.Size)
	}
	return nil
}

// NewSalt draws the 16 random bytes that keep a content from being guessed.
func NewSalt() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// EmptyRoot is the root of the tree without entries: the hash of nothing.
var EmptyRoot = tlog.Hash(sha256.Sum256(nil))
