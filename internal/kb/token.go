package kb

import (
	"slices"
	"time"
)

// APIToken lets a program act for an account, within the token's scopes. Only a
// hash of it is kept.
type APIToken struct {
	ID        ID
	AccountID ID
	Name      string
	TokenHash string
	Hint      string // its last characters, so that people can tell theirs apart
	Scopes    Strings
	CreatedAt time.Time
	ExpiresAt *time.Time
	UsedAt    *time.Time
	RevokedAt *time.Time
}

// Good reports whether the token is in force at a time.
func (t APIToken) Good(now time.Time) bool {
	return t.RevokedAt == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt))
}

// The scopes of tokens. None of them approves, publishes, corrects or retracts:
// that takes a person who is there.
const (
	ScopeRead     = "read"
	ScopeClaims   = "claims"
	ScopeSources  = "sources"
	ScopeEvidence = "evidence"
	ScopeRulings  = "rulings"
	ScopeSubmit   = "submit"
)

// Scopes lists what a token can be allowed.
var Scopes = []Option{
	{ScopeRead, "see the desk: drafts, sources, captures"},
	{ScopeClaims, "log and edit claims and their appearances"},
	{ScopeSources, "add and edit sources, publishers, speakers; capture and quote them"},
	{ScopeEvidence, "add evidence, say where sources have it from"},
	{ScopeRulings, "draft rulings, record who was asked for a reply"},
	{ScopeSubmit, "hand over for review"},
}

// TokenLives are how long a token can be made for, in days.
var TokenLives = []Option{{"90", "90 days"}, {"365", "a year"}, {"30", "30 days"}, {"7", "a week"}, {"0", "until it is revoked"}}

// TokenInput is what somebody says of a token to be made.
type TokenInput struct {
	Name   string
	Scopes []string
	Days   string
}

// Validate checks and trims the input.
func (in *TokenInput) Validate() error {
	var c check
	c.line("name", &in.Name, 80)
	c.required("name", in.Name, "Say which program it is for, so that you know it again.")
	c.oneOf("days", in.Days, TokenLives)
	if len(in.Scopes) == 0 {
		c.fail("scopes", "Choose what it may do; one at least.")
	}
	for _, s := range in.Scopes {
		c.oneOf("scopes", s, Scopes)
	}
	slices.Sort(in.Scopes)
	in.Scopes = slices.Compact(in.Scopes)
	return c.err()
}
