package encoder

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	unknown  = 0   // the piece for what is in no piece
	reserved = 6   // pieces that stand in no text
	longest  = 128 // pieces that the encoder reads
	space    = "▁" // begins a word
)

// pieces splits text into the likeliest sequence of known pieces.
type pieces struct {
	ids    map[string]int
	scores []float64
	most   int // bytes of the longest piece
}

func readPieces(vocabulary string) (*pieces, error) {
	p := &pieces{ids: map[string]int{}}
	for line := range strings.Lines(vocabulary) {
		piece, number, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		score, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return nil, fmt.Errorf("load the encoder's pieces: %w", err)
		}
		if len(p.scores) >= reserved {
			p.ids[piece] = len(p.scores)
			p.most = max(p.most, len(piece))
		}
		p.scores = append(p.scores, score)
	}
	return p, nil
}

// best is the end of the likeliest way to a place in the text.
type best struct {
	score float64
	id    int
	from  int // where its last piece begins, -1 where no way leads
}

// split gives the ids of the pieces of a text, by the Viterbi algorithm over the
// unigram model; a run of what no piece covers is one unknown piece.
func (p *pieces) split(text string) []int {
	text = norm.NFKC.String(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" {
		return nil
	}
	text = space + strings.ReplaceAll(text, " ", space)
	ways := make([]best, len(text)+1)
	for i := range ways {
		ways[i].from = -1
	}
	ways[0].from = 0
	for start, r := range text {
		if ways[start].from < 0 {
			continue
		}
		p.extend(ways, text, start, utf8.RuneLen(r))
	}
	return collect(ways)
}

// extend tries every piece that begins at start; a single character that is none
// passes as unknown.
func (p *pieces) extend(ways []best, text string, start, width int) {
	covered := false
	for end := start + 1; end <= min(start+p.most, len(text)); end++ {
		id, ok := p.ids[text[start:end]]
		if !ok {
			continue
		}
		covered = true
		if score := ways[start].score + p.scores[id]; ways[end].from < 0 || score >= ways[end].score {
			ways[end] = best{score, id, start}
		}
	}
	if end := start + width; !covered && ways[end].from < 0 {
		ways[end] = best{ways[start].score, unknown, start}
	}
}

func collect(ways []best) []int {
	var ids []int
	for at := len(ways) - 1; at > 0; at = ways[at].from {
		if id := ways[at].id; id != unknown || len(ids) == 0 || ids[len(ids)-1] != unknown {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids[:min(len(ids), longest)]
}

// Piece is a piece of a word, and the logarithm of how often it occurs. Pieces that
// begin a word begin with “▁”.
type Piece struct {
	Text string
	Log  float64
}

// Vocabulary gives the pieces that texts are split into, the most frequent first.
func Vocabulary() ([]Piece, error) {
	p, err := readPieces(vocabulary)
	if err != nil {
		return nil, err
	}
	list := make([]Piece, 0, len(p.ids))
	for text, id := range p.ids {
		list = append(list, Piece{text, p.scores[id]})
	}
	slices.SortFunc(list, func(a, b Piece) int { return cmp.Or(cmp.Compare(b.Log, a.Log), strings.Compare(a.Text, b.Text)) })
	return list, nil
}
