package desk_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// prose makes a text of n words that shares no run of words with one of another
// seed.
func prose(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "w%06d", r.IntN(1_000_000))
	}
	return b.String()
}
