package kb

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Date is a date of the world: an EDTF expression (ISO 8601-2 level 0: year,
// month, day or second, and intervals whose ends may be open), or unknown. The
// basis tells a date that a text states from one that somebody worked out.
type Date struct {
	EDTF  string `json:"edtf"`
	Basis string `json:"basis,omitempty"`
	Zone  string `json:"zone,omitempty"`
	Note  string `json:"note,omitempty"`
}

// How a date is known.
const (
	Stated   = "stated"
	Inferred = "inferred"
	unknown  = "unknown"
)

// UnknownDate says that nobody knows; it is a value, not an omission.
func UnknownDate() Date { return Date{EDTF: unknown} }

// StatedDate is a date that a text gives in full.
func StatedDate(edtf string) Date { return Date{EDTF: edtf, Basis: Stated} }

// Unknown reports whether nothing is known of the date.
func (d Date) Unknown() bool { return d.EDTF == "" || d.EDTF == unknown }

// Value stores the date as JSON.
func (d Date) Value() (driver.Value, error) {
	if d.Unknown() {
		d = Date{EDTF: unknown, Note: d.Note}
	}
	return columnValue(d, false, "")
}

// Scan reads a date.
func (d *Date) Scan(v any) error { return columnScan(v, d) }

var (
	edtfPoint  = regexp.MustCompile(`^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}:\d{2})(Z|[+-]\d{2}:\d{2})?)?)?)?$`)
	wordsFirst = regexp.MustCompile(`^([A-Za-z]+)\.?\s+(?:(\d{1,2})(?:st|nd|rd|th)?,?\s+)?(\d{4})$`)
	yearless   = regexp.MustCompile(`(?i)^((january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{1,2}|\d{1,2}\s+(january|february|march|april|may|june|july|august|september|october|november|december))$`)
	dayFirst   = regexp.MustCompile(`^(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+)\.?,?\s+(\d{4})$`)
)

// ParseDate reads what an editor types: EDTF ("2024-06", "2024-06-22/.."), or a
// day or month in English words ("20 June 2024", "June 2024"). Nothing at all
// and "unknown" both give the unknown date.
func ParseDate(s string) (Date, error) {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.EqualFold(s, unknown) {
		return UnknownDate(), nil
	}
	if e, ok := fromWords(s); ok {
		s = e
	}
	if err := validEDTF(s); err != nil {
		return Date{}, err
	}
	return StatedDate(s), nil
}

func fromWords(s string) (string, bool) {
	var day, month, year string
	if m := wordsFirst.FindStringSubmatch(s); m != nil {
		month, day, year = m[1], m[2], m[3]
	} else if m := dayFirst.FindStringSubmatch(s); m != nil {
		day, month, year = m[1], m[2], m[3]
	} else {
		return "", false
	}
	for n := time.January; n <= time.December; n++ {
		name := strings.ToLower(n.String())
		if m := strings.ToLower(month); m != name && m != name[:3] && (m != "sept" || n != time.September) {
			continue
		}
		if day == "" {
			return fmt.Sprintf("%s-%02d", year, n), true
		}
		return fmt.Sprintf("%s-%02d-%02s", year, n, day), true
	}
	return "", false
}

func validEDTF(s string) error {
	from, to, interval := strings.Cut(s, "/")
	if !interval {
		return validPoint(s)
	}
	open := func(e string) bool { return e == "" || e == ".." }
	if open(from) && open(to) {
		return fmt.Errorf("an interval needs a date at one end at least; write unknown if neither is known")
	}
	for _, end := range []string{from, to} {
		if open(end) {
			continue
		}
		if err := validPoint(end); err != nil {
			return err
		}
	}
	if !open(from) && !open(to) && from[:min(len(from), len(to), 10)] > to[:min(len(from), len(to), 10)] {
		return fmt.Errorf("the interval ends before it begins")
	}
	return nil
}

func validPoint(s string) error {
	m := edtfPoint.FindStringSubmatch(s)
	if m == nil {
		if yearless.MatchString(s) {
			return fmt.Errorf("which year? If the text does not say, work it out and choose “inferred”")
		}
		return fmt.Errorf("write a date as 2024-06-20, 2024-06, 2024, an interval as 2024-06-20/2024-06-23 or 2024-06-22/.., or unknown")
	}
	full := s + "0000-01-01"[min(len(s), 10):]
	layout := time.DateOnly
	if m[4] != "" {
		layout = "2006-01-02T15:04:05"
		full = s
	}
	if m[5] != "" {
		layout = time.RFC3339
	}
	if _, err := time.Parse(layout, full); err != nil {
		return fmt.Errorf("there is no such day or time: %s", s)
	}
	return nil
}

// Earliest gives the first day that the date may mean, as YYYY-MM-DD, for
// sorting and filters; of an interval that is open at its start, the end. Empty
// when it is unknown.
func (d Date) Earliest() string {
	from, to, interval := strings.Cut(d.EDTF, "/")
	if interval && (from == "" || from == "..") {
		from = to
	}
	m := edtfPoint.FindStringSubmatch(from)
	if m == nil {
		return ""
	}
	year, month, day := m[1], m[2], m[3]
	if month == "" {
		month = "01"
	}
	if day == "" {
		day = "01"
	}
	return year + "-" + month + "-" + day
}

// Latest gives the last day that the date may mean, as YYYY-MM-DD; of an
// interval that is open at its end, the start. Empty when it is unknown.
func (d Date) Latest() string {
	from, to, interval := strings.Cut(d.EDTF, "/")
	if !interval || to == "" || to == ".." {
		to = from
	}
	m := edtfPoint.FindStringSubmatch(to)
	if m == nil {
		return ""
	}
	year, month, day := m[1], m[2], m[3]
	if day != "" {
		return year + "-" + month + "-" + day
	}
	first, err := time.Parse("2006-01", year+"-"+cmp.Or(month, "12"))
	if err != nil {
		return ""
	}
	return first.AddDate(0, 1, -1).Format(time.DateOnly)
}

// String gives the date as people read it: "20 June 2024", "June 2024",
// "from 22 June 2024", "date unknown".
func (d Date) String() string {
	if d.Unknown() {
		return "date unknown"
	}
	from, to, interval := strings.Cut(d.EDTF, "/")
	switch {
	case !interval:
		return pointInWords(d.EDTF)
	case from == "" || from == "..":
		return "until " + pointInWords(to)
	case to == "" || to == "..":
		return "from " + pointInWords(from)
	default:
		return pointInWords(from) + " to " + pointInWords(to)
	}
}

func pointInWords(s string) string {
	m := edtfPoint.FindStringSubmatch(s)
	if m == nil {
		return s
	}
	switch {
	case m[2] == "":
		return m[1]
	case m[3] == "":
		t, _ := time.Parse("2006-01", s)
		return t.Format("January 2006")
	}
	t, _ := time.Parse(time.DateOnly, s[:10])
	words := t.Format("2 January 2006")
	if m[4] != "" {
		words += ", " + strings.TrimSuffix(m[4], ":00") + strings.Replace(m[5], "Z", " UTC", 1)
	}
	return words
}
