// Package synthetic makes up claims by the million, for measuring: words are as
// frequent as in English, with a long tail of rare ones, and speakers, topics and
// publishers are as unequal as in a newsroom. Claim n is always the same.
package synthetic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/claimtrail/claimtrail/internal/encoder"
	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/record"
)

// Source draws claims.
type Source struct {
	begin, more drawn
}

// drawn is pieces of words, each as likely as it is in English.
type drawn struct {
	pieces     []string
	cumulative []float64
}

// New reads the vocabulary.
func New() (*Source, error) {
	pieces, err := encoder.Vocabulary()
	if err != nil {
		return nil, err
	}
	s := &Source{}
	for _, p := range pieces {
		word, begins := strings.CutPrefix(p.Text, "▁")
		if strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" || word == "" {
			continue
		}
		if begins {
			s.begin.add(word, math.Exp(p.Log))
		} else if len(word) > 1 {
			s.more.add(word, math.Exp(p.Log))
		}
	}
	return s, nil
}

func (d *drawn) add(piece string, likely float64) {
	if n := len(d.cumulative); n > 0 {
		likely += d.cumulative[n-1]
	}
	d.pieces = append(d.pieces, piece)
	d.cumulative = append(d.cumulative, likely)
}

func (d *drawn) draw(r *rand.Rand) string {
	at, _ := slices.BinarySearch(d.cumulative, r.Float64()*d.cumulative[len(d.cumulative)-1])
	return d.pieces[min(at, len(d.pieces)-1)]
}

// word is a piece, and now and then one or two more: names and rare words.
func (s *Source) word(r *rand.Rand) string {
	w := s.begin.draw(r)
	for chance := 0.008; r.Float64() < chance; chance = 0.3 {
		w += s.more.draw(r)
	}
	return w
}

// Sentence gives so many words.
func (s *Source) Sentence(r *rand.Rand, words int) string {
	list := make([]string, words)
	for i := range list {
		list[i] = s.word(r)
	}
	text := strings.Join(list, " ")
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// Random gives the source of chance of claim n.
func Random(n int) *rand.Rand { return rand.New(rand.NewPCG(uint64(n), 0x636c61696d)) }

var ratings = []string{"true", "mostly-true", "half-true", "mostly-false", "false", "unproven"}

// Digest makes up claim n.
func (s *Source) Digest(n int) record.Digest {
	r := Random(n)
	said := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, r.IntN(6500))
	d := record.Digest{
		Claim: ID('c', n), Number: 1, Text: s.Sentence(r, 8+r.IntN(18)), Language: "en", Outcome: "rated", Summary: s.Sentence(r, 14+r.IntN(22)),
		Rating: &record.Rating{Key: ratings[min(r.IntN(9), 8)*len(ratings)/9]}, SaidOn: kb.StatedDate(said.Format(time.DateOnly)),
		PublishedAt: record.Stamp(said.Add(72 * time.Hour)),
		Publishers:  []record.Named{{ID: ID('p', unequal(r, 60)), Name: "Publisher"}},
		Origins:     record.Origins{Sources: 3, Low: 1, High: 2},
	}
	speaker := unequal(r, 40000)
	d.Speakers = []record.SpeakerRef{{Named: record.Named{ID: ID('s', speaker), Name: s.name(speaker)}, Role: "Spokesperson"}}
	for range 1 + r.IntN(3) {
		topic := unequal(r, 80)
		slug := fmt.Sprintf("topic-%d", topic)
		if !slices.ContainsFunc(d.Topics, func(t record.TopicRef) bool { return t.Slug == slug }) {
			d.Topics = append(d.Topics, record.TopicRef{Slug: slug, Name: s.name(1000000 + topic)})
		}
	}
	for range 2 + r.IntN(5) {
		d.Sources = append(d.Sources, record.Named{ID: ID('t', r.IntN(3000000)), Name: "A source"})
	}
	return d
}

// name is the same for the same number.
func (s *Source) name(n int) string {
	r := Random(-1 - n)
	return s.begin.draw(r) + s.more.draw(r) + " " + s.begin.draw(r) + s.more.draw(r)
}

// unequal draws below n, low numbers far more often (Zipf).
func unequal(r *rand.Rand, n int) int { return int(rand.NewZipf(r, 1.1, 3, uint64(n-1)).Uint64()) }

// ID makes an id of eight characters.
func ID(kind byte, n int) string {
	const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
	id := []byte{kind, 0, 0, 0, 0, 0, 0, 0}
	for i := len(id) - 1; i > 0; i-- {
		id[i] = alphabet[n&31]
		n >>= 5
	}
	return string(id)
}
