package kb

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Role is one set of rights; roles add up.
type Role string

// The roles. An admin has no editorial right by itself.
const (
	Suggester  Role = "suggester"
	Researcher Role = "researcher"
	Reviewer   Role = "reviewer"
	PublisherR Role = "publisher"
	Admin      Role = "admin"
	Auditor    Role = "auditor"
)

// Everybody stands in the table of rights for readers, signed in or not. It can
// be given to nobody.
const Everybody Role = "everybody"

// AllRoles lists every role, the least powerful first, with what it may do.
var AllRoles = []Option{
	{string(Suggester), "suggest claims"},
	{string(Researcher), "research: claims, sources, quotations, drafts"},
	{string(Reviewer), "review: approve or return"},
	{string(PublisherR), "publish, correct, retract"},
	{string(Admin), "administer: people, scales, masthead"},
	{string(Auditor), "read everything, write nothing"},
}

// Roles is a set of roles, stored as words separated by spaces.
type Roles []Role

// ParseRoles reads roles separated by spaces or commas.
func ParseRoles(s string) (Roles, error) {
	var roles Roles
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' }) {
		if Label(AllRoles, word) == word {
			return nil, Errorf(Invalid, "There is no role %q; the roles are %s.", word, roleNames())
		}
		if !slices.Contains(roles, Role(word)) {
			roles = append(roles, Role(word))
		}
	}
	return roles, nil
}

func roleNames() string {
	names := make([]string, len(AllRoles))
	for i, o := range AllRoles {
		names[i] = o.Value
	}
	return strings.Join(names, ", ")
}

// Has reports whether the set has one of the wanted roles.
func (r Roles) Has(wanted ...Role) bool {
	return slices.ContainsFunc(wanted, func(w Role) bool { return slices.Contains(r, w) })
}

// String joins the roles with spaces.
func (r Roles) String() string {
	words := make([]string, len(r))
	for i, role := range r {
		words[i] = string(role)
	}
	return strings.Join(words, " ")
}

// Value stores the roles.
func (r Roles) Value() (driver.Value, error) { return r.String(), nil }

// Scan reads the roles.
func (r *Roles) Scan(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("scan roles: %T", v)
	}
	roles, err := ParseRoles(s)
	*r = roles
	return err
}

// Person is who is responsible. "Different people" is decided on persons, never
// on accounts.
type Person struct {
	ID        ID
	Name      string
	CreatedAt time.Time
}

// Account is how a person signs in.
type Account struct {
	ID           ID
	PersonID     ID
	Email        string
	EmailKey     string
	PasswordHash string
	Roles        Roles
	Disabled     bool
	Epoch        int64 // sessions of an older epoch are signed out
	CreatedAt    time.Time
	Version      int64
}

// AccountInput is what an administrator enters for a new account. With PersonID
// it becomes one more account of that person.
type AccountInput struct {
	Name     string
	Email    string
	Roles    Roles
	PersonID ID
}

// Validate checks and trims the input.
func (in *AccountInput) Validate() error {
	var c check
	c.line("name", &in.Name, 120)
	c.line("email", &in.Email, 254)
	if in.PersonID == "" {
		c.required("name", in.Name, "Give the person's name, as it shall stand beside rulings.")
	}
	at := strings.LastIndexByte(in.Email, '@')
	if at < 1 || at == len(in.Email)-1 || strings.ContainsAny(in.Email, " <>,") {
		c.fail("email", "Give an e-mail address such as name@example.org.")
	}
	if len(in.Roles) == 0 {
		c.fail("roles", "Choose one role at least.")
	}
	return c.err()
}

// EmailKey is the form under which an address is looked up.
func EmailKey(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Limits of passwords, in characters; as long as a person likes within reason,
// and no rules about classes of characters (NIST SP 800-63B).
const (
	minPassword = 10
	maxPassword = 200
)

// ValidatePassword checks a new password.
func ValidatePassword(password string) error {
	switch n := len([]rune(password)); {
	case n < minPassword:
		return InvalidField("password", "Too short: %d characters, at least %d. A few words make a good password.", n, minPassword)
	case n > maxPassword:
		return InvalidField("password", "Too long: %d characters, at most %d.", n, maxPassword)
	}
	return nil
}

// Actor is who acts: an account, the person behind it and the rights it has now.
// With a token it is a program that acts for them, within the token's scopes.
type Actor struct {
	Account ID
	Person  ID
	Name    string
	Roles   Roles
	Token   ID
	Scopes  []string // of the token
}

// Anonymous reports whether nobody is signed in.
func (a Actor) Anonymous() bool { return a.Account == "" }

// System is the program itself: migrations, seeds, first accounts. Its name is
// what the audit shows.
var System = Actor{Name: "system", Roles: Roles{Researcher, Admin}}
