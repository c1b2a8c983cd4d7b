package encoder

import (
	_ "embed" // the weights
	"encoding/binary"
	"errors"
	"math"

	"github.com/viterin/vek/vek32"
)

//go:embed weights.bin
var weights []byte

//go:embed pieces.txt
var vocabulary string

// Encoder holds the weights, made ready: some 28 MB. It may be used by many at once.
type Encoder struct {
	pieces     *pieces
	embeddings matrix
	timing     []float32
	layers     [2]layer
	last       dense
}

// layer is one layer of the transformer. The first widens what comes in.
type layer struct {
	widen           *dense
	norm, innerNorm layerNorm
	qkv, out        dense
	inner, outer    dense
}

const (
	embedded = 256  // width of an embedding
	hidden   = 1536 // width between the two halves of a layer's network
	known    = 8002 // rows of the table of embeddings
)

// Load makes the encoder from the weights that the program carries.
func Load() (*Encoder, error) {
	p, err := readPieces(vocabulary)
	if err != nil {
		return nil, err
	}
	r := reader{rest: weights}
	e := &Encoder{pieces: p, embeddings: r.matrix(known, embedded), timing: r.floats(embedded / 2)}
	widen := r.dense(embedded, Dimensions)
	for i, width := range []int{embedded, Dimensions} {
		e.layers[i] = layer{
			norm: r.norm(width), qkv: r.dense(width, 3*width), out: r.dense(width, Dimensions),
			innerNorm: r.norm(Dimensions), inner: r.dense(Dimensions, hidden), outer: r.dense(hidden, Dimensions),
		}
	}
	e.layers[0].widen = &widen
	e.last = r.dense(Dimensions, Dimensions)
	if r.short || len(r.rest) > 0 {
		return nil, errors.New("load the encoder: its weights have another shape")
	}
	return e, nil
}

// reader takes the weights apart: int8 rows each after its scale, and plain floats,
// little-endian.
type reader struct {
	rest  []byte
	short bool
}

func (r *reader) take(n int) []byte {
	if len(r.rest) < n {
		r.short, r.rest = true, nil
		return make([]byte, n)
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) floats(n int) []float32 {
	b := r.take(4 * n)
	f := make([]float32, n)
	for i := range f {
		f[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return f
}

func (r *reader) matrix(rows, columns int) matrix {
	m := matrix{columns, make([]float32, rows*columns)}
	for i := range rows {
		scale := r.floats(1)[0]
		row := m.row(i)
		for j, q := range r.take(columns) {
			row[j] = scale * float32(int8(q))
		}
	}
	return m
}

func (r *reader) dense(in, out int) dense {
	m := r.matrix(out, in)
	return dense{m, r.floats(out)}
}

func (r *reader) norm(n int) layerNorm {
	return layerNorm{r.floats(n), r.floats(n)}
}

// matrix is stored row after row.
type matrix struct {
	columns int
	data    []float32
}

func (m matrix) row(i int) []float32 { return m.data[i*m.columns : (i+1)*m.columns] }

// dense is a matrix with one row for each output, and a bias.
type dense struct {
	matrix

	bias []float32
}

func (d dense) outputs() int { return len(d.bias) }

func (d dense) of(x []float32) []float32 { return d.all([][]float32{x})[0] }

// all applies the matrix to every row of x. Each row of weights is read once for all
// of them, since reading is what takes the time.
func (d dense) all(x [][]float32) [][]float32 {
	n := d.outputs()
	flat := make([]float32, n*len(x))
	y := make([][]float32, len(x))
	for i := range x {
		y[i] = flat[i*n : (i+1)*n]
	}
	for o, b := range d.bias {
		row := d.row(o)
		for i, in := range x {
			y[i][o] = b + vek32.Dot(row, in)
		}
	}
	return y
}

// layerNorm is layer normalisation (Ba et al. 2016).
type layerNorm struct{ scale, bias []float32 }

func (n layerNorm) all(x [][]float32) [][]float32 {
	y := make([][]float32, len(x))
	for i, row := range x {
		centred := vek32.SubNumber(row, vek32.Mean(row))
		variance := vek32.Dot(centred, centred) / float32(len(row))
		vek32.MulNumber_Inplace(centred, float32(1/math.Sqrt(float64(variance)+1e-6)))
		vek32.Mul_Inplace(centred, n.scale)
		vek32.Add_Inplace(centred, n.bias)
		y[i] = centred
	}
	return y
}
