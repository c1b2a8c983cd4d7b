package kb

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure an error is; one table in web maps it to a
// status, so that HTML, JSON and the command line agree.
type Kind int

// The kinds of failure. Internal is what an error without a kind is.
const (
	Internal        Kind = iota
	Malformed            // the request itself cannot be read
	Invalid              // a field breaks a rule; Fields says which
	Unauthenticated      // nobody is signed in
	Forbidden            // signed in, but not allowed
	NotFound             // no such thing, or none that this person may see
	WrongMethod          // the address knows no such request
	Conflict             // somebody or something was there first
	Gone                 // redacted
	TooLarge             // over a limit of size
	Throttled            // too often; RetryAfter says for how long
	Unsupported          // sent in a form that is not understood
	Unavailable          // the database is away; try again
	NotOffered           // asked for in a form that is not made here
)

// FieldError is one broken rule: the field's name as forms and JSON spell it,
// and a sentence for the person who filled it in.
type FieldError struct {
	Field   string
	Message string
}

// Error is an error with a kind and a message for the reader. The cause, if
// there is one, is for the operator's log only.
type Error struct {
	Kind       Kind
	Message    string
	Fields     []FieldError
	RetryAfter time.Duration
	cause      error
}

// Errorf makes an error of a kind whose message may be shown to the reader.
func Errorf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Message: fmt.Sprintf(format, args...)}
}

// Because adds the cause, for the log.
func (e *Error) Because(cause error) *Error {
	e.cause = cause
	return e
}

// Error gives message, fields and cause: the operator's words.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, "; %s: %s", f.Field, f.Message)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, " (%v)", e.cause)
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf gives the kind of the first Error in err's chain, Internal without one.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// ErrSavedFirst is the cause of a Conflict over a version: somebody else saved,
// and sending again would replace it knowingly.
var ErrSavedFirst = errors.New("another version was saved")

// InvalidField is an Invalid error about one field.
func InvalidField(field, format string, args ...any) *Error {
	message := fmt.Sprintf(format, args...)
	return &Error{Kind: Invalid, Message: "Please look at the marked field.", Fields: []FieldError{{Field: field, Message: message}}}
}
