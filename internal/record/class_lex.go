package record

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// token is a word, figure or sign of a text, and what it states by itself: ""
// for most words.
type token struct{ text, fact string }

var (
	plain  = regexp.MustCompile(`^[a-z]+$`)
	lexeme = regexp.MustCompile(strings.Join([]string{
		`(?P<opening>\n[ \t\r]*\n {0,3}\[@[^\]\s]*\])`, // a citation that moved here left another paragraph
		`(?P<citation>\[@[^\]\s]*\])`,
		`(?P<target>\]\([^)]*\)?)`,
		`(?P<address>(?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?"'*_])`,
		`(?P<rule>(?m:^[ ]{0,3}(?:-{2,}|={2,}|[*_]{3,})[ \t]*$))`,
		`(?P<code>\n[ \t\r]*\n(?: {4}| {0,3}\t))`,
		`(?P<figure>[-+±~≈<>≤≥]?\pN+(?:[ \t]*-[ \t]*\pN+|[.,:/'*^٫٬·]\pN+)*)`,
		`(?P<sign>[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}])`, // written without spaces
		`(?P<word>[\pL\pM]+(?:'[\pL\pM]+)*-?)`,
		`(?P<symbol>[^\s\p{Z}])`,
	}, "|"))
	typography = strings.NewReplacer("‘", "'", "’", "'", "ʼ", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`,
		"‐", "-", "‑", "-", "‒", "-", "–", "-", "−", "-")
)

// lex takes a text apart. Spaces, emphasis and most punctuation are form and
// give no token; so does a small word written twice.
func lex(s string) []token {
	var tokens []token
	s = typography.Replace(norm.NFC.String(s))
	for _, m := range lexeme.FindAllStringSubmatchIndex(s, -1) {
		t := tokenOf(s, m)
		if n := len(tokens); t.text != "" && (n == 0 || tokens[n-1] != t || !doublets[t.text]) {
			tokens = append(tokens, t)
		}
	}
	markParticles(tokens)
	return tokens
}

func tokenOf(s string, match []int) token {
	text := s[match[0]:match[1]]
	for i, kind := range lexeme.SubexpNames() {
		if kind == "" || match[2*i] < 0 {
			continue
		}
		switch kind {
		case "opening":
			text = "\n" + strings.TrimSpace(text)
			return token{text, text}
		case "citation", "target", "address":
			return token{text, text}
		case "rule", "code":
			return token{kind, ""}
		case "figure":
			text = strings.Join(strings.Fields(text), "")
			return token{text, text}
		case "symbol":
			return symbol(text)
		}
	}
	return word(strings.TrimSuffix(text, "-"))
}

// symbol keeps the signs that say something. A question mark and quotation marks
// change what a sentence says, currencies and signs of reckoning state it.
func symbol(s string) token {
	r, _ := utf8.DecodeRuneInString(s)
	switch {
	case unicode.In(r, unicode.Sc, unicode.Sm) || strings.ContainsRune("%‰‱°@/§′″", r):
		return token{s, s}
	case r == '\'':
		return token{`"`, ""}
	case unicode.IsPunct(r) && !strings.ContainsRune(`"?¿؟？#&\[]{}`, r):
		return token{}
	}
	return token{s, ""}
}

// word finds what a word states: a negation, an amount or a name. A small word
// with a capital only begins a sentence.
func word(w string) token {
	lower := strings.ToLower(w)
	switch {
	case negations[lower] || strings.HasSuffix(lower, "n't"):
		return token{w, "not"}
	case amounts[lower]:
		return token{w, lower}
	case strings.ContainsFunc(w, unicode.IsUpper) && !openers[w]:
		return token{w, w}
	}
	return token{w, ""}
}

// markParticles makes "van" or "al" part of the name that follows it.
func markParticles(tokens []token) {
	for i := len(tokens) - 2; i >= 0; i-- {
		next, _ := utf8.DecodeRuneInString(tokens[i+1].fact)
		if particles[tokens[i].text] && unicode.IsLetter(next) {
			tokens[i].fact = tokens[i].text
		}
	}
}
