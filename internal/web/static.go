package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"

	"github.com/claimtrail/claimtrail/internal/kb"
)

//go:embed static
var static embed.FS

// assets are the site's own files under addresses that contain their hash, so
// that browsers may keep them for ever.
type assets struct {
	stylesheet, script, page, matches, card, cardScript string
	loader                                              asset // of cards, at an address of its own
	files                                               map[string]asset
}

type asset struct {
	kind  string
	plain []byte
	gzip  []byte
}

func loadAssets() (_ assets, err error) {
	a := assets{files: map[string]asset{}}
	read := func(name string) []byte {
		b, readErr := static.ReadFile("static/" + name)
		err = errors.Join(err, readErr)
		return b
	}
	a.stylesheet = a.add("claimtrail.css", read("claimtrail.css"))
	a.script = a.add("desk.js", append(read("desk.js"), read("matches.js")...))
	a.matches = a.add("matches.js", read("matches.js"))
	a.page = a.add("page.js", append(read("page.js"), read("verify.js")...)) // one request for both
	a.card = a.add("card.css", read("card.css"))
	a.cardScript = a.add("card.js", read("card.js"))
	loader := unindented(read("embed.js"))
	a.loader = asset{"text/javascript; charset=utf-8", loader, gzipped(loader)}
	if err != nil {
		return a, fmt.Errorf("load assets: %w", err)
	}
	return a, nil
}

// unindented takes a script's indentation away: people read the loader here, and
// every article's readers fetch it.
func unindented(script []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(script) {
		b.Write(bytes.TrimLeft(line, " "))
	}
	return b.Bytes()
}

// add keeps a file and gives its address.
func (a *assets) add(name string, b []byte) string {
	sum := sha256.Sum256(b)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "-" + hex.EncodeToString(sum[:6]) + ext
	a.files[hashed] = asset{mime.TypeByExtension(ext), b, gzipped(b)}
	return "/static/" + hashed
}

func gzipped(b []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression) // the level is valid
	_, _ = w.Write(b)                                       // memory does not fail
	_ = w.Close()
	return buf.Bytes()
}

func (p *public) asset(c *gin.Context) error {
	a, ok := p.assets.files[c.Param("name")]
	if !ok {
		return kb.Errorf(kb.NotFound, "There is no such file.")
	}
	h := c.Writer.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin") // cards use them in other people's pages
	if takes(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		c.Data(http.StatusOK, a.kind, a.gzip)
		return nil
	}
	c.Data(http.StatusOK, a.kind, a.plain)
	return nil
}
