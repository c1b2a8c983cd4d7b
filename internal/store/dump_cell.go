package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"
)

// A cell is JSON's own null, boolean, number or string where that says it all,
// and otherwise an object with the one field that names what it is.
type (
	bytesCell struct {
		Bytes []byte `json:"bytes"`
	}
	timeCell struct {
		Time string `json:"time"`
	}
	// rawTextCell is a text that is not UTF-8, which SQLite does not mind.
	rawTextCell struct {
		Text []byte `json:"text"`
	}
)

// cellTime is UTC to the microsecond, which is what both engines keep.
const cellTime = "2006-01-02T15:04:05.000000Z"

func encodeCell(kind columnKind, value any) (any, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if kind == textColumn && utf8.ValidString(v) {
			return v, nil
		}
		if kind == textColumn {
			return rawTextCell{[]byte(v)}, nil
		}
	case []byte:
		if kind == bytesColumn {
			return bytesCell{append([]byte{}, v...)}, nil // of no length, but not null
		}
	case time.Time:
		if kind == timeColumn {
			return timeCell{v.UTC().Format(cellTime)}, nil
		}
	case bool:
		if kind == booleanColumn {
			return v, nil
		}
	case int64:
		if kind == integerColumn {
			return v, nil
		}
		if kind == booleanColumn && (v == 0 || v == 1) { // SQLite's
			return v == 1, nil
		}
	}
	return nil, fmt.Errorf("%T is not %s", value, kind)
}

func decodeCell(kind columnKind, cell json.RawMessage) (any, error) {
	if string(cell) == "null" {
		return nil, nil
	}
	switch kind {
	case textColumn:
		if s, err := decodeAs[string](cell); err == nil {
			return s, nil
		}
		raw, err := decodeAs[rawTextCell](cell)
		if err != nil || raw.Text == nil {
			return nil, notOf(kind, cell)
		}
		return string(raw.Text), nil
	case integerColumn:
		n, err := decodeAs[int64](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return n, nil
	case booleanColumn:
		b, err := decodeAs[bool](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return b, nil
	case bytesColumn:
		b, err := decodeAs[bytesCell](cell)
		if err != nil || b.Bytes == nil {
			return nil, notOf(kind, cell)
		}
		return b.Bytes, nil
	default:
		c, err := decodeAs[timeCell](cell)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		t, err := time.Parse(cellTime, c.Time)
		if err != nil {
			return nil, notOf(kind, cell)
		}
		return t, nil
	}
}

func decodeAs[T any](cell []byte) (T, error) {
	var v T
	d := json.NewDecoder(bytes.NewReader(cell))
	d.DisallowUnknownFields()
	err := d.Decode(&v)
	return v, err
}

func notOf(kind columnKind, cell []byte) error {
	const enough = 40
	return fmt.Errorf("%s is not %s", bytes.ToValidUTF8(cell[:min(len(cell), enough)], nil), kind)
}
