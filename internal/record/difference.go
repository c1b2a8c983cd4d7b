package record

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"
)

// Changed reports whether two contents differ in more than salt and correction.
func Changed(a, b Content) bool {
	a.Salt, b.Salt, a.Correction, b.Correction = "", "", nil, nil
	return Difference(a, b) != ""
}

// Difference names the parts in which two contents differ, in words for an
// editor: "sources, derivations".
func Difference(a, b Content) string {
	x, y := parts(a), parts(b)
	var names []string
	for name, value := range x {
		if !bytes.Equal(value, y[name]) {
			names = append(names, name)
		}
	}
	for name := range y {
		if _, both := x[name]; !both {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

func parts(c Content) map[string]json.RawMessage {
	b, err := Canonical(c)
	if err != nil {
		return nil
	}
	var m map[string]json.RawMessage
	if err := json.Unmarshal(b, &m); err != nil {
		return nil
	}
	return m
}
