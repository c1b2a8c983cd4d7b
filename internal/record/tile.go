package record

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// A log is served as tiles of 256 hashes and bundles of 256 entries, under the
// addresses of C2SP tlog-tiles, which differ from those of the Go checksum
// database in their path only.
const (
	TileHeight = 8
	TileWidth  = 1 << TileHeight
	maxLevel   = 63
)

// Tile names a tile of hashes, or, at level -1, a bundle of entries. Width is
// 256 but for the last one of a level.
type Tile struct {
	Level int
	N     int64
	Width int
}

// Entries is the level of bundles.
const Entries = -1

// ParseTile reads what follows "tile/" in an address: "0/x001/234", "1/067.p/8",
// "entries/000".
func ParseTile(path string) (Tile, error) {
	wrong := fmt.Errorf("%q names no tile", path)
	level, rest, _ := strings.Cut(path, "/")
	t := Tile{Level: Entries, Width: TileWidth}
	var err error
	if level != "entries" {
		if t.Level, err = strconv.Atoi(level); err != nil || t.Level < 0 || t.Level > maxLevel || strconv.Itoa(t.Level) != level {
			return Tile{}, wrong
		}
	}
	if number, width, partial := strings.Cut(rest, ".p/"); partial {
		if t.Width, err = strconv.Atoi(width); err != nil || t.Width < 1 || t.Width >= TileWidth || strconv.Itoa(t.Width) != width {
			return Tile{}, wrong
		}
		rest = number
	}
	n, ok := parseTileNumber(rest)
	if !ok {
		return Tile{}, wrong
	}
	t.N = n
	return t, nil
}

// parseTileNumber reads a number in groups of three digits, all but the last
// marked with an x.
func parseTileNumber(s string) (int64, bool) {
	groups := strings.Split(s, "/")
	if len(groups) > 6 || (len(groups) > 1 && groups[0] == "x000") {
		return 0, false
	}
	var n int64
	for i, g := range groups {
		if i < len(groups)-1 {
			if !strings.HasPrefix(g, "x") {
				return 0, false
			}
			g = g[1:]
		}
		part, err := strconv.ParseUint(g, 10, 16)
		if err != nil || len(g) != 3 {
			return 0, false
		}
		n = n*1000 + int64(part)
	}
	return n, true
}

// Path gives what follows "tile/" in the tile's address.
func (t Tile) Path() string {
	number := fmt.Sprintf("%03d", t.N%1000)
	for n := t.N / 1000; n > 0; n /= 1000 {
		number = fmt.Sprintf("x%03d/%s", n%1000, number)
	}
	level := strconv.Itoa(t.Level)
	if t.Level == Entries {
		level = "entries"
	}
	if t.Width < TileWidth {
		number += ".p/" + strconv.Itoa(t.Width)
	}
	return level + "/" + number
}

// In reports whether a tree of the given size has the tile with that width.
func (t Tile) In(size int64) bool {
	level := max(t.Level, 0)
	if level > maxLevel/TileHeight {
		return false
	}
	hashes := size >> (level * TileHeight) // on the tile's lowest row
	return t.N <= hashes/TileWidth && t.N*TileWidth+int64(t.Width) <= hashes
}

// TileHashes gives the bytes of a tile of hashes.
func TileHashes(t Tile, r tlog.HashReader) ([]byte, error) {
	b, err := tlog.ReadTileData(tlog.Tile{H: TileHeight, L: t.Level, N: t.N, W: t.Width}, r)
	if err != nil {
		return nil, fmt.Errorf("read tile %s: %w", t.Path(), err)
	}
	return b, nil
}

// maxEntry is the longest entry that a bundle can hold, in bytes.
const maxEntry = 1<<16 - 1

// AppendEntry appends an entry to a bundle: its length in two bytes, and itself.
func AppendEntry(bundle, entry []byte) ([]byte, error) {
	if len(entry) > maxEntry {
		return nil, fmt.Errorf("a log entry of %d bytes is too long", len(entry))
	}
	return append(binary.BigEndian.AppendUint16(bundle, uint16(len(entry))), entry...), nil //nolint:gosec // checked above
}

// ReadEntries takes a bundle apart.
func ReadEntries(bundle []byte) ([][]byte, error) {
	var entries [][]byte
	for len(bundle) > 0 {
		if len(bundle) < 2 {
			return nil, fmt.Errorf("read bundle: entry %d is cut off", len(entries))
		}
		n := int(binary.BigEndian.Uint16(bundle))
		if len(bundle) < 2+n {
			return nil, fmt.Errorf("read bundle: entry %d is cut off", len(entries))
		}
		entries = append(entries, bundle[2:2+n])
		bundle = bundle[2+n:]
	}
	return entries, nil
}
