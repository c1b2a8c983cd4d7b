package kb

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// Strings is an ordered list of texts, stored as JSON in one column.
type Strings []string

// Value stores the list as JSON.
func (s Strings) Value() (driver.Value, error) { return columnValue(s, s == nil, "[]") }

// Scan reads the list.
func (s *Strings) Scan(v any) error { return columnScan(v, s) }

func columnValue(v any, empty bool, zero string) (driver.Value, error) {
	if empty {
		return zero, nil
	}
	b, err := json.Marshal(v)
	return string(b), err
}

func columnScan(v, into any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), into)
	case []byte:
		return json.Unmarshal(v, into)
	default:
		return fmt.Errorf("scan %T from %T", into, v)
	}
}
