package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
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
	stylesheet, script, verify string
	files                      map[string]asset
}

type asset struct {
	kind  string
	plain []byte
	gzip  []byte
}

func loadAssets() (assets, error) {
	a := assets{files: map[string]asset{}}
	entries, err := static.ReadDir("static")
	if err != nil {
		return a, fmt.Errorf("load assets: %w", err)
	}
	for _, e := range entries {
		b, err := static.ReadFile("static/" + e.Name())
		if err != nil {
			return a, fmt.Errorf("load assets: %w", err)
		}
		sum := sha256.Sum256(b)
		ext := path.Ext(e.Name())
		name := strings.TrimSuffix(e.Name(), ext) + "-" + hex.EncodeToString(sum[:6]) + ext
		a.files[name] = asset{mime.TypeByExtension(ext), b, gzipped(b)}
		switch e.Name() {
		case "claimtrail.css":
			a.stylesheet = "/static/" + name
		case "desk.js":
			a.script = "/static/" + name
		case "verify.js":
			a.verify = "/static/" + name
		}
	}
	return a, nil
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
	if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		c.Data(http.StatusOK, a.kind, a.gzip)
		return nil
	}
	c.Data(http.StatusOK, a.kind, a.plain)
	return nil
}
