package search

import (
	"html"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
)

// Analyser makes the words of one language comparable.
type Analyser interface {
	// Term gives what a folded word is looked up as, and false for a word that says
	// nothing by itself.
	Term(folded string) (string, bool)
}

// AnalyserOf gives the analyser of a language (BCP 47): English words are stemmed
// and its function words passed over; of all others the folded words are kept.
func AnalyserOf(language string) Analyser {
	if primary, _, _ := strings.Cut(strings.ToLower(language), "-"); primary == "en" {
		return inEnglish{}
	}
	return plain{}
}

type plain struct{}

func (plain) Term(folded string) (string, bool) { return folded, true }

type inEnglish struct{}

// Term stems by Porter2 (snowballstem.org).
func (inEnglish) Term(folded string) (string, bool) {
	if functionWords[folded] {
		return folded, false
	}
	return english.Stem(folded, false), true
}

var functionWords = setOf(`a about above after again against all am an and any are as at be because been before being below
between both but by can could did do does doing down during each few for from further had has have having he her here hers herself
him himself his how i if in into is it its itself just me more most my myself no nor not now of off on once only or other our ours
ourselves out over own same she should so some such than that the their theirs them themselves then there these they this those
through to too under until up very was we were what when where which while who whom why will with would you your yours yourself
yourselves dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt couldnt shouldnt cant im ive id ill youre youve
hes shes theyre theyve weve thats theres whats also via amp`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// word is one word of a text: how it stands there, where (in bytes), and how it is
// written once folded.
type word struct {
	folded     string
	start, end int
	loud       bool // an acronym, in capitals among small letters: never a function word
	joined     bool // a whole #CompoundTag whose parts were given before
}

// wordsIn gives the words of a text in order. Addresses are passed over; tags and
// handles are taken apart; covid-19, COVID19 and “Covid 19” are the same two words;
// scripts that do not part words are cut into pairs of characters.
func wordsIn(text string) iter.Seq[word] {
	return func(yield func(word) bool) {
		s := scanner{text: text, quiet: strings.ToUpper(text) != text, yield: yield}
		for s.at < len(text) && !s.stopped {
			s.next()
		}
	}
}

// analysed gives the terms of a text, "" where a function word stands.
func analysed(a Analyser, text string) iter.Seq2[string, word] {
	return func(yield func(string, word) bool) {
		for w := range wordsIn(text) {
			term, says := a.Term(w.folded)
			if !says && !w.loud {
				term = ""
			}
			if !yield(term, w) {
				return
			}
		}
	}
}

// cleaned undoes what pages do to text.
func cleaned(text string) string {
	if strings.Contains(text, "&") {
		return html.UnescapeString(text)
	}
	return text
}

type scanner struct {
	text    string
	at      int
	quiet   bool // there are small letters, so capitals say something
	yield   func(word) bool
	stopped bool
}

// next gives the words of one run of word characters, or passes over one character.
func (s *scanner) next() {
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	switch {
	case s.atAddress():
		s.passAddress()
	case unparted(r):
		s.pairs()
	case isWord(r):
		tag := s.at > 0 && (s.text[s.at-1] == '#' || s.text[s.at-1] == '@')
		start := s.at
		for s.at < len(s.text) && !s.atAddress() {
			r, size = utf8.DecodeRuneInString(s.text[s.at:])
			if unparted(r) || !isWord(r) && !s.apostropheInside(r, size) {
				break
			}
			s.at += size
		}
		s.run(start, s.at, tag)
	default:
		s.at += size
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// unparted reports a script that is written without spaces between words.
func unparted(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

func (s *scanner) apostropheInside(r rune, size int) bool {
	if r != '\'' && r != '’' && r != 'ʼ' {
		return false
	}
	after, _ := utf8.DecodeRuneInString(s.text[s.at+size:])
	return unicode.IsLetter(after)
}

func (s *scanner) atAddress() bool {
	switch s.text[s.at] {
	case 'h':
		return strings.HasPrefix(s.text[s.at:], "http://") || strings.HasPrefix(s.text[s.at:], "https://")
	case 'p':
		return strings.HasPrefix(s.text[s.at:], "pic.twitter.com/")
	}
	return false
}

func (s *scanner) passAddress() {
	rest := s.text[s.at:]
	end := strings.IndexFunc(rest, unicode.IsSpace)
	if end < 0 {
		end = len(rest)
	}
	s.at += end
}

// pairs gives each two characters that stand together, and a single one by itself.
func (s *scanner) pairs() {
	start := s.at
	r, size := utf8.DecodeRuneInString(s.text[s.at:])
	s.at += size
	second, size2 := utf8.DecodeRuneInString(s.text[s.at:])
	if s.at == len(s.text) || !unparted(second) {
		if before, _ := utf8.DecodeLastRuneInString(s.text[:start]); start == 0 || !unparted(before) {
			s.give(start, s.at, string(r), false)
		}
		return
	}
	s.give(start, s.at+size2, s.text[start:s.at+size2], false)
}

// run gives the words between two places.
func (s *scanner) run(start, end int, tag bool) {
	run := s.text[start:end]
	if tag {
		parts := 0
		for from, to := range humps(run) {
			s.one(start+from, start+to)
			parts++
		}
		if parts > 1 {
			s.give(start, end, run, true)
		}
		return
	}
	if at := strings.IndexFunc(run, isApostrophe); at > 0 {
		_, size := utf8.DecodeRuneInString(run[at:])
		rest := run[at+size:]
		switch {
		case rest == "s" || rest == "S":
			end = start + at // a genitive
		case at <= 2 && len(rest) > 2:
			s.one(start, start+at) // l’économie, d’accord, O’Brien
			start += at + size
		}
	}
	s.one(start, end)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == 'ʼ' }

// one gives a word, and a number that hangs on it as another.
func (s *scanner) one(start, end int) {
	w := s.text[start:end]
	letters := strings.IndexFunc(w, unicode.IsDigit)
	if letters >= 4 && strings.IndexFunc(w[letters:], func(r rune) bool { return !unicode.IsDigit(r) }) < 0 {
		s.give(start, start+letters, w[:letters], false)
		start, w = start+letters, w[letters:]
	}
	s.give(start, end, w, false)
}

func (s *scanner) give(start, end int, w string, joined bool) {
	if s.stopped {
		return
	}
	folded := foldWord(w)
	if folded == "" {
		return
	}
	loud := s.quiet && len(w) > 1 && strings.ToUpper(w) == w && strings.ToLower(w) != w
	s.stopped = !s.yield(word{folded, start, end, loud, joined})
}

// humps gives the parts of a compound written with capitals (byte offsets).
func humps(w string) iter.Seq2[int, int] {
	return func(yield func(int, int) bool) {
		start := 0
		runes := []rune(w)
		at := 0
		for i, r := range runes {
			if i > 0 && humpBefore(runes, i) {
				if !yield(start, at) {
					return
				}
				start = at
			}
			at += utf8.RuneLen(r)
		}
		yield(start, at)
	}
}

func humpBefore(w []rune, i int) bool {
	before, r := w[i-1], w[i]
	return unicode.IsUpper(r) && (!unicode.IsUpper(before) || i+1 < len(w) && unicode.IsLower(w[i+1])) ||
		unicode.IsDigit(r) && unicode.IsLetter(before) && i >= 4
}

// foldWord is Fold for a single word, quick where it is plain ASCII.
func foldWord(w string) string {
	ascii, lower := true, true
	for i := range len(w) {
		c := w[i]
		ascii = ascii && c < utf8.RuneSelf && c != '\''
		lower = lower && (c < 'A' || c > 'Z')
	}
	switch {
	case ascii && lower:
		return w
	case ascii:
		return strings.ToLower(w)
	}
	return strings.ReplaceAll(Fold(strings.Map(dropApostrophe, w)), " ", "")
}

func dropApostrophe(r rune) rune {
	if isApostrophe(r) {
		return -1
	}
	return r
}
