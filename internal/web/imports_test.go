package web_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/claimtrail/claimtrail/"

// mayImport is the architecture: which of our packages each may import. The
// command may import everything.
var mayImport = map[string][]string{
	"internal/kb":              {},
	"internal/quote":           {"internal/kb"},
	"internal/trail":           {"internal/kb"},
	"internal/encoder":         {},
	"internal/express":         {},
	"internal/search":          {"internal/encoder"},
	"internal/metrics":         {"internal/follow", "internal/store"},
	"internal/synthetic":       {"internal/encoder", "internal/kb", "internal/record"},
	"internal/socialcard":      {},
	"internal/outbound":        {},
	"internal/capture":         {"internal/kb", "internal/quote", "internal/outbound"},
	"internal/markup":          {"internal/kb"},
	"internal/record":          {"internal/kb", "internal/trail"},
	"internal/store":           {"internal/kb", "internal/record", "migrations"},
	"internal/store/storetest": {"internal/kb", "internal/store", "internal/desk"},
	"internal/desk":            {"internal/kb", "internal/record", "internal/quote", "internal/trail", "internal/markup", "internal/search", "internal/store", "internal/encoder"},
	"internal/follow":          {"internal/kb", "internal/record", "internal/search", "internal/store", "internal/encoder"},
	"internal/interchange":     {"internal/kb", "internal/record"},
	"internal/verify":          {"internal/kb", "internal/record", "internal/markup"},
	"internal/api":             {"internal/kb", "internal/record", "internal/store", "internal/desk", "internal/follow", "internal/interchange", "internal/search"},
	"internal/web": {
		"internal/kb", "internal/interchange", "internal/record", "internal/quote", "internal/trail", "internal/markup", "internal/store", "internal/desk", "internal/follow", "internal/search", "internal/socialcard", "internal/api", "internal/express", "views",
	},
	"views":      {"internal/markup"},
	"migrations": {},
	"seed":       {"internal/kb", "internal/desk"},
}

// TestImports holds the packages to the architecture, and to what only one of
// them may know.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}: {{join .Imports \" \"}}", module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		name := strings.TrimPrefix(path, module)
		allowed, known := mayImport[name]
		if !known && !strings.HasPrefix(name, "cmd/") {
			t.Errorf("the package %s is not in the architecture", name)
		}
		for imported := range strings.FieldsSeq(imports) {
			ours := strings.TrimPrefix(imported, module)
			if ours != imported && known && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
			if strings.HasPrefix(imported, "gorm.io/") && name != "internal/store" {
				t.Errorf("%s imports %s; only store may", name, imported)
			}
			if strings.HasPrefix(imported, "github.com/gin-gonic/") && name != "internal/web" {
				t.Errorf("%s imports %s; only web may", name, imported)
			}
			if name == "internal/kb" && strings.Contains(strings.Split(imported, "/")[0], ".") {
				t.Errorf("kb imports %s; it uses the standard library only", imported)
			}
		}
	}
}
