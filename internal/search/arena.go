package search

import "encoding/binary"

const chunkBits = 20

// arena keeps many short sequences of numbers without a pointer for each.
type arena struct{ chunks [][]byte }

// put keeps numbers and says where.
func (a *arena) put(numbers []uint32) uint32 {
	most := binary.MaxVarintLen32 * (len(numbers) + 1)
	last := len(a.chunks) - 1
	if last < 0 || len(a.chunks[last]) >= 1<<chunkBits || len(a.chunks[last])+most > cap(a.chunks[last]) {
		a.chunks = append(a.chunks, make([]byte, 0, max(1<<chunkBits, most)))
		last++
	}
	c := a.chunks[last]
	at := uint32(last)<<chunkBits | uint32(len(c))
	c = binary.AppendUvarint(c, uint64(len(numbers)))
	for _, n := range numbers {
		c = binary.AppendUvarint(c, uint64(n))
	}
	a.chunks[last] = c
	return at
}

// get appends to buffer what was put at a place.
func (a *arena) get(at uint32, buffer []uint32) []uint32 {
	c := a.chunks[at>>chunkBits][at&(1<<chunkBits-1):]
	n, size := binary.Uvarint(c)
	c = c[size:]
	for range n {
		v, size := binary.Uvarint(c)
		buffer = append(buffer, uint32(v))
		c = c[size:]
	}
	return buffer
}
