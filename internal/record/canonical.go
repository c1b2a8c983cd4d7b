// Package record holds the published document: its canonical bytes and hash,
// what changed between two of them, and the Merkle log that commits to them. It
// is pure: whoever stores or sends the bytes hands them in.
package record

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gowebpki/jcs"
	"golang.org/x/text/unicode/norm"
)

// maxInteger is the largest integer that every JSON reader keeps exactly.
const maxInteger = 1<<53 - 1

// Canonical gives the canonical bytes of a value: JSON with sorted keys and one
// spelling of everything (RFC 8785), its text in Unicode's normal form C.
// Fractions and integers beyond 2^53 are refused, since readers round them.
func Canonical(v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return canonicalJSON(plain)
}

func canonicalJSON(plain []byte) ([]byte, error) {
	if err := checkNumbers(plain); err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	canonical, err := jcs.Transform(plain)
	if err == nil && !norm.NFC.IsNormal(canonical) {
		if plain, err = normalised(canonical); err == nil {
			canonical, err = jcs.Transform(plain)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("canonical JSON: %w", err)
	}
	return canonical, nil
}

// normalised brings the decoded texts into normal form C. The escaped ones may
// not be touched: an accent after "\n" would join the n.
func normalised(plain []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	normal, err := normalForm(v)
	if err != nil {
		return nil, err
	}
	return json.Marshal(normal)
}

func normalForm(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return norm.NFC.String(v), nil
	case []any:
		var err error
		for i := range v {
			if v[i], err = normalForm(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		return normalMap(v)
	}
	return v, nil
}

var errOneKey = errors.New("two keys are one in normal form C")

func normalMap(m map[string]any) (map[string]any, error) {
	normal := make(map[string]any, len(m))
	for key, value := range m {
		v, err := normalForm(value)
		if err != nil {
			return nil, err
		}
		key = norm.NFC.String(key)
		if _, twice := normal[key]; twice {
			return nil, errOneKey
		}
		normal[key] = v
	}
	return normal, nil
}

func checkNumbers(plain []byte) error {
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		n, ok := token.(json.Number)
		if !ok {
			continue
		}
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil || i > maxInteger || i < -maxInteger || strings.HasPrefix(n.String(), "-0") {
			return fmt.Errorf("the number %s is no integer below 2^53", n)
		}
	}
}

// Hash gives the SHA-256 of bytes in hexadecimal: the name of a document.
func Hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// stampLayout is UTC with six decimals, always.
const stampLayout = "2006-01-02T15:04:05.000000Z"

// Stamp writes a time as documents do.
func Stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// ParseStamp reads a time of a document.
func ParseStamp(s string) (time.Time, error) {
	t, err := time.Parse(stampLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("read a document's time: %w", err)
	}
	return t, nil
}
