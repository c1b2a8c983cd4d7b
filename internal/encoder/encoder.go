// Package encoder turns an English sentence into a vector whose cosine to another
// says how much the two mean the same. It is the Universal Sentence Encoder Lite
// (Cer et al. 2018): a transformer of two layers over word pieces. Where the weights
// come from is told in NOTICE.md.
package encoder

import (
	"math"

	"github.com/viterin/vek/vek32"
)

// Dimensions is the length of a vector.
const Dimensions = 512

// Vector is the meaning of a sentence: a unit vector, each component in 1/512ths.
type Vector [Dimensions]int8

// step is one unit of a component. Components of unit vectors of 512 dimensions lie
// near 0.04; the few beyond a quarter are cut.
const step = 1.0 / 512

// Cosine tells how alike two meanings are, from -1 to 1; it is 0 beside a vector of
// nothing.
func Cosine(a, b *Vector) float64 {
	var dot, aa, bb int32
	for i := range a {
		x, y := int32(a[i]), int32(b[i])
		dot += x * y
		aa += x * x
		bb += y * y
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return float64(dot) / math.Sqrt(float64(aa)*float64(bb))
}

// Bytes gives a vector as it is stored: one byte a component.
func (v *Vector) Bytes() []byte {
	b := make([]byte, Dimensions)
	for i, x := range v {
		b[i] = byte(x)
	}
	return b
}

// VectorOf reads what Bytes gave; false for what it never gives.
func VectorOf(b []byte) (Vector, bool) {
	var v Vector
	if len(b) != Dimensions {
		return v, false
	}
	for i, x := range b {
		v[i] = int8(x)
	}
	return v, true
}

// Encode gives the meaning of a text, of which it reads the first 128 pieces. A text
// without any known piece gives the vector of nothing.
func (e *Encoder) Encode(text string) Vector {
	x := e.positioned(e.pieces.split(text))
	if len(x) == 0 {
		return Vector{}
	}
	for i := range e.layers {
		x = e.layers[i].apply(x)
	}
	mean := make([]float32, Dimensions)
	for _, token := range x {
		vek32.Add_Inplace(mean, token)
	}
	vek32.DivNumber_Inplace(mean, float32(len(x)))
	return quantised(e.last.of(mean))
}

// quantised bends, normalises and rounds the last sums.
func quantised(sums []float32) Vector {
	var squares float64
	for i, s := range sums {
		bent := math.Tanh(float64(s))
		sums[i] = float32(bent)
		squares += bent * bent
	}
	norm := math.Sqrt(max(squares, 1e-12))
	var v Vector
	for i, s := range sums {
		v[i] = int8(max(-127, min(127, math.Round(float64(s)/norm/step))))
	}
	return v
}

// positioned looks the pieces up and adds to each the signal of its position. A piece
// that is not known keeps its position, and says nothing.
func (e *Encoder) positioned(ids []int) [][]float32 {
	half := len(e.timing)
	var x [][]float32
	for t, id := range ids {
		if id == unknown {
			continue
		}
		row := make([]float32, 2*half)
		copy(row, e.embeddings.row(id))
		vek32.MulNumber_Inplace(row, 2)
		for i, frequency := range e.timing {
			sin, cos := math.Sincos(float64(float32(t) * frequency))
			row[i] += float32(sin)
			row[half+i] += float32(cos)
		}
		x = append(x, row)
	}
	return x
}

// heads is the number of attention heads in each layer.
const heads = 4

// apply is one layer: attention over all tokens, then a network for each of them,
// both with the norm before and what came in added after.
func (l *layer) apply(x [][]float32) [][]float32 {
	qkv := l.qkv.all(l.norm.all(x))
	attended := l.out.all(attend(qkv, l.qkv.outputs()/3))
	residual := x
	if l.widen != nil {
		residual = l.widen.all(x)
	}
	for i, row := range attended {
		vek32.Add_Inplace(row, residual[i])
	}
	inner := l.inner.all(l.innerNorm.all(attended))
	for _, row := range inner {
		for i, v := range row {
			row[i] = max(v, 0)
		}
	}
	for i, row := range l.outer.all(inner) {
		vek32.Add_Inplace(attended[i], row)
	}
	return attended
}

// attend is scaled dot-product attention (Vaswani et al. 2017) over rows of queries,
// keys and values of the given width each.
func attend(qkv [][]float32, width int) [][]float32 {
	size := width / heads
	scale := float32(1 / math.Sqrt(float64(size)))
	out := make([][]float32, len(qkv))
	weights := make([]float32, len(qkv))
	part := make([]float32, size)
	for i, row := range qkv {
		out[i] = make([]float32, width)
		for h := 0; h < width; h += size {
			for j, other := range qkv {
				weights[j] = scale * vek32.Dot(row[h:h+size], other[width+h:width+h+size])
			}
			softmax(weights)
			mixed := out[i][h : h+size]
			for j, other := range qkv {
				vek32.Add_Inplace(mixed, vek32.MulNumber_Into(part, other[2*width+h:2*width+h+size], weights[j]))
			}
		}
	}
	return out
}

func softmax(x []float32) {
	most := vek32.Max(x)
	var sum float32
	for i, v := range x {
		x[i] = float32(math.Exp(float64(v - most)))
		sum += x[i]
	}
	vek32.DivNumber_Inplace(x, sum)
}
