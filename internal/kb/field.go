package kb

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of texts, in characters (code points).
const (
	maxLine      = 300
	maxClaim     = 1000
	maxPassage   = 10_000
	maxNote      = 2000
	maxReasoning = 40_000
	maxURL       = 2000
	MaxSummary   = 280
)

// check gathers broken rules so that a form shows all of them at once.
type check struct{ fields []FieldError }

func (c *check) fail(field, format string, args ...any) {
	for _, f := range c.fields {
		if f.Field == field {
			return
		}
	}
	c.fields = append(c.fields, FieldError{field, fmt.Sprintf(format, args...)})
}

func (c *check) err() error {
	if len(c.fields) == 0 {
		return nil
	}
	message := "Please look at the marked field."
	if len(c.fields) > 1 {
		message = fmt.Sprintf("Please look at the %d marked fields.", len(c.fields))
	}
	return &Error{Kind: Invalid, Message: message, Fields: c.fields}
}

// text checks one text and trims it in place.
func (c *check) text(field string, s *string, limit int) {
	*s = strings.TrimSpace(*s)
	c.verbatim(field, s, limit)
}

// verbatim checks one text whose spaces matter.
func (c *check) verbatim(field string, s *string, limit int) {
	*s = strings.ReplaceAll(*s, "\r\n", "\n")
	if !utf8.ValidString(*s) {
		c.fail(field, "This is not valid text (UTF-8).")
		return
	}
	if i := strings.IndexFunc(*s, forbidden); i >= 0 {
		r, _ := utf8.DecodeRuneInString((*s)[i:])
		c.fail(field, "This has a control character (U+%04X) that cannot be kept. Remove it, please.", r)
		return
	}
	if n := utf8.RuneCountInString(*s); n > limit {
		c.fail(field, "Too long: %d characters, at most %d. Your text is kept.", n, limit)
	}
}

// line checks a text of one line; a pasted line break becomes a space.
func (c *check) line(field string, s *string, limit int) {
	*s = strings.Join(strings.FieldsFunc(*s, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }), " ")
	c.text(field, s, limit)
}

func (c *check) required(field, s, message string) {
	if !strings.ContainsFunc(s, visible) {
		c.fail(field, "%s", message)
	}
}

func (c *check) oneOf(field, s string, options []Option) {
	if !slices.ContainsFunc(options, func(o Option) bool { return o.Value == s }) {
		c.fail(field, "Choose one of the list.")
	}
}

func (c *check) date(field string, d *Date) {
	if d.Unknown() {
		*d = Date{EDTF: unknown, Note: d.Note}
	} else if err := validEDTF(d.EDTF); err != nil {
		c.fail(field, "%s", sentence(err))
	} else if d.Basis != Stated && d.Basis != Inferred {
		c.fail(field+"_basis", "Say whether the date is stated or inferred.")
	}
	c.line(field+"_zone", &d.Zone, 40)
	c.line(field+"_note", &d.Note, maxLine)
}

var languageTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

func (c *check) language(s *string) {
	const field = "language"
	c.line(field, s, 35)
	if !languageTag.MatchString(*s) {
		c.fail(field, "Give the language as a tag such as en, ru or ko; und when it is unknown.")
	}
}

func (c *check) url(field string, s *string) {
	c.line(field, s, maxURL)
	if *s == "" {
		return
	}
	if _, err := URLKey(*s); err != nil {
		c.fail(field, "%s", sentence(err))
	}
}

// visible reports whether a character shows anything by itself. Two letters and
// a symbol of Unicode are blank.
func visible(r rune) bool {
	const hangulFiller, halfwidthFiller, brailleBlank = 0x3164, 0xFFA0, 0x2800
	if r == hangulFiller || r == halfwidthFiller || r == brailleBlank {
		return false
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

func forbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t'
}

func sentence(err error) string {
	s := err.Error()
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:] + "."
}

// URLKey gives the form of an address by which two spellings of it are known
// to be one: scheme and default port dropped, host in lower case, fragment and
// the parameters that only track readers removed, the rest kept as it is.
func URLKey(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Hostname() == "" {
		return "", errors.New("this is not a complete web address; it should look like https://example.org/page")
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return "", errors.New("only http and https addresses can be used")
	}
	if u.User != nil {
		return "", errors.New("the address contains a user name or password; remove it, please")
	}
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if host == "" {
		return "", errors.New("this address names no site")
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && p != defaultPorts[u.Scheme] {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return "", fmt.Errorf("there is no port %s", p)
		}
		host += ":" + p
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	key := host + path
	if q := withoutTrackers(u.RawQuery); q != "" {
		key += "?" + q
	}
	return key, nil
}

var defaultPorts = map[string]string{"http": "80", "https": "443"}

func withoutTrackers(query string) string {
	parts := slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool {
		name, _, _ := strings.Cut(p, "=")
		name = strings.ToLower(name)
		return name == "" || strings.HasPrefix(name, "utm_") || name == "fbclid" || name == "gclid"
	})
	return strings.Join(parts, "&")
}

// Option is one value of a closed list and its words on screens.
type Option struct {
	Value string
	Label string
}

// Label gives the words for a value of a closed list; the value itself when it
// is none of them.
func Label(options []Option, value string) string {
	for _, o := range options {
		if o.Value == value {
			return o.Label
		}
	}
	return value
}

// SourceURL gives raw when it may stand in a link, otherwise nothing.
func SourceURL(raw string) string {
	if _, err := URLKey(raw); err != nil {
		return ""
	}
	return raw
}
