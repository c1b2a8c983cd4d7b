package trail

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Attribution is a phrase by which a text says that it has something from
// somebody. Start and End are code points.
type Attribution struct {
	Name       string
	Phrase     string
	Start, End int
}

// name is what a publisher's name looks like: up to five capitalised words,
// small words allowed inside.
const name = `((?:dpa\b|\p{Lu}[\p{L}\p{N}&’'-]*)(?:\s+(?:(?:of|the|and|de|la|le|du|des|der|die|das|di|del|y|et)\s+)?\p{Lu}[\p{L}\p{N}&’'-]*){0,4})`

// attributed are the ways to name where something is from, in the languages
// that the desk meets most. Each has the name as its one group.
var attributed = []*regexp.Regexp{
	regexp.MustCompile(`\((` + agencies + `)\)`),                                     // (AP), as in a dateline
	regexp.MustCompile(`/\s?(` + agencies + `)\s?/`),                                 // /TASS/
	regexp.MustCompile(`(?i:\bper|\bvia|\bh/t|\bsource:|\bcredit:)\s+` + art + name), // per Reuters
	regexp.MustCompile(`(?i:\baccording to|\bciting|\bquoting|\bas reported by|\bfirst reported by|\breported by|\breporting by|\bpublished by|\bcarried by)\s+` + art + name),
	regexp.MustCompile(`(?i:\breports?|\bnotes|\bwrites|\bsays)\s+(?i:the\s+)?` + name),                                   // …, reports the New York Times
	regexp.MustCompile(name + `\s+(?i:reported|reports|writes|wrote|notes|noted|has learned)\b`),                          // Reuters reported
	regexp.MustCompile(`\b(` + agencies + `|BBC|CNN|RT)\s+(?i:news\s+)?(?i:gives|said|says|quoted|quotes|cited|cites)\b`), // Yonhap said
	regexp.MustCompile(`(?i:\btold|\bin an interview with|\bin a report by)\s+` + art + name),                             // told Yonhap
	regexp.MustCompile(`(?i:\blaut|\bnach Angaben von|\bnach Angaben der|\bwie)\s+` + art + name),                         // laut dpa, wie Reuters berichtet
	regexp.MustCompile(`(?i:\bselon|\bd’après|\bd'après|\bcité par|\brapporte)\s+` + art + name),                          // selon Le Monde
	regexp.MustCompile(`(?i:\bsegún|\bde acuerdo con|\binforma|\bsecondo|\bsegundo)\s+` + art + name),                     // según EFE
	regexp.MustCompile(`(?i:(?:^|\s)(?:по данным|как сообщает|сообщает|сообщило|передает|передаёт|пишет|со ссылкой на))\s+(?i:агентства?\s+|газеты?\s+)?[«"]?` + name),
}

const (
	agencies = `AP|AFP|TASS|ITAR-TASS|Reuters|REUTERS|dpa|DPA|EFE|ANSA|UPI|PTI|IANS|KCNA|APA|Xinhua|Yonhap|Kyodo|Interfax|RIA|ТАСС|РИА(?: Новости)?|Интерфакс|Bloomberg`
	art      = `(?:the\s+|der\s+|die\s+|das\s+|la\s+|le\s+|les\s+|l['’]|el\s+|il\s+|o\s+|a\s+)?`
)

// agencyNames are the names that agencies go by beside their own.
var agencyNames = map[string]string{
	"AP": "Associated Press", "AFP": "Agence France-Presse", "ITAR-TASS": "TASS", "ТАСС": "TASS", "REUTERS": "Reuters", "DPA": "dpa",
	"РИА": "RIA Novosti", "РИА Новости": "RIA Novosti", "RIA": "RIA Novosti", "Интерфакс": "Interfax",
}

// AgencyName gives the full name of a news agency that goes by an abbreviation,
// and any other name as it is.
func AgencyName(name string) string { return cmp.Or(agencyNames[name], name) }

// KnownAgency reports whether the name is a news agency's, which needs no
// further sign to be taken for a publisher.
func KnownAgency(name string) bool { return agencyPattern.MatchString(name) }

var agencyPattern = regexp.MustCompile(`^(?:` + agencies + `|Associated Press|Agence France-Presse|RIA Novosti)$`)

// Sources are named in the first pages, and by a few names.
const (
	longestSearched = 400_000 // bytes
	mostNames       = 100
)

// cut gives the longest length up to most that splits no character.
func cut(text string, most int) int {
	if len(text) <= most {
		return len(text)
	}
	for !utf8.RuneStart(text[most]) {
		most--
	}
	return most
}

// Attributions finds the phrases by which a text says where it has something
// from. Many names are of people and places: the caller keeps those that are
// publishers. In the order of the text, each name once.
func Attributions(text string) []Attribution {
	text = text[:cut(text, longestSearched)]
	var found []Attribution
	for _, pattern := range attributed {
		for _, m := range pattern.FindAllStringSubmatchIndex(text, -1) {
			found = append(found, Attribution{
				Name:   strings.TrimRight(strings.Join(strings.Fields(text[m[2]:m[3]]), " "), ".,'’-"),
				Phrase: strings.Join(strings.Fields(text[m[0]:m[1]]), " "), Start: m[0], End: m[1],
			})
		}
	}
	slices.SortStableFunc(found, func(a, b Attribution) int { return cmp.Compare(a.Start, b.Start) })
	seen := map[string]bool{}
	found = slices.DeleteFunc(found, func(a Attribution) bool {
		twice := seen[a.Name]
		seen[a.Name] = true
		return twice
	})
	found = found[:min(len(found), mostNames)]
	bytes, runes := 0, 0
	for i := range found {
		runes += utf8.RuneCountInString(text[bytes:found[i].Start])
		bytes = found[i].Start
		length := utf8.RuneCountInString(text[found[i].Start:found[i].End])
		found[i].Start, found[i].End = runes, runes+length
	}
	return found
}
