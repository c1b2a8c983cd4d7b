package kb

import (
	"crypto/rand"
	"database/sql/driver"
	"fmt"
	"strings"
)

// ID is a public id: 8 lower-case Crockford base32 characters, unique over all
// kinds of things, never changed, never used again. The empty ID means "none"
// and is stored as NULL.
type ID string

const (
	crockford = "0123456789abcdefghjkmnpqrstvwxyz"
	idLength  = 8
)

// NewID draws a random id. 40 bits: the store draws again in the rare case
// that it is taken.
func NewID() ID {
	var b [idLength]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	for i := range b {
		b[i] = crockford[b[i]&31]
	}
	return ID(b[:])
}

// ParseID reads an id as people copy it: case and the letters that Crockford's
// alphabet leaves out (i, l, o) are forgiven.
func ParseID(s string) (ID, error) {
	s = strings.NewReplacer("i", "1", "l", "1", "o", "0").Replace(strings.ToLower(strings.TrimSpace(s)))
	if len(s) != idLength || strings.Trim(s, crockford) != "" {
		return "", Errorf(NotFound, "There is nothing at this address.")
	}
	return ID(s), nil
}

// Value stores the empty id as NULL.
func (id ID) Value() (driver.Value, error) {
	if id == "" {
		return nil, nil
	}
	return string(id), nil
}

// Scan reads an id; NULL is the empty one.
func (id *ID) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*id = ""
	case string:
		*id = ID(v)
	case []byte:
		*id = ID(v)
	default:
		return fmt.Errorf("scan id: %T", v)
	}
	return nil
}

// ParseIDs reads ids separated by spaces; what is none is passed over.
func ParseIDs(s string) []ID {
	var ids []ID
	for word := range strings.FieldsSeq(s) {
		if id, err := ParseID(word); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}
