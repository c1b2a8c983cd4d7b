//go:build e2e

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	goClients   = "testdata/clients"
	nodeClients = "testdata/clients/npm"
	clientTime  = time.Minute
)

// TestClients lets programs that others wrote read the demonstration. Each
// prints what it found, or what is wrong.
func TestClients(t *testing.T) {
	if _, err := os.Stat(nodeClients + "/node_modules"); err != nil {
		t.Fatalf("the clients are missing; make test installs them: %v", err)
	}
	base := demo(t, t.TempDir())
	clients := filepath.Join(t.TempDir(), "clients")
	build(t, goClients, nil, "build", "-o", clients, ".")
	for name, command := range map[string][]string{
		"fact checks and feeds": {clients},
		"oEmbed":                {"node", nodeClients + "/oembed.mjs"},
		"feeds":                 {"node", nodeClients + "/feeds.mjs"},
		"citations":             {"node", nodeClients + "/citations.mjs"},
		"HTML":                  {"node", nodeClients + "/html.mjs"},
		"API":                   {"node", nodeClients + "/api.mjs"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := tool(t, clientTime, command[0], append(command[1:], base)...)
			if err != nil {
				t.Fatalf("%v\n%s", err, clip(out))
			}
			t.Log(strings.TrimSpace(out))
		})
	}
}
