package encoder

// Split shows the pieces of a text.
func Split(e *Encoder, text string) []int { return e.pieces.split(text) }
