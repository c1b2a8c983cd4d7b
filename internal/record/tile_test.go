package record_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/claimtrail/claimtrail/internal/record"
)

func TestTilePaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]record.Tile{
		"0/000":                        {Level: 0, N: 0, Width: 256},
		"0/001":                        {Level: 0, N: 1, Width: 256},
		"0/x001/234":                   {Level: 0, N: 1234, Width: 256},
		"0/x001/x234/067":              {Level: 0, N: 1_234_067, Width: 256},
		"1/067.p/8":                    {Level: 1, N: 67, Width: 8},
		"63/999.p/255":                 {Level: 63, N: 999, Width: 255},
		"entries/000":                  {Level: record.Entries, N: 0, Width: 256},
		"entries/x273/000.p/112":       {Level: record.Entries, N: 273_000, Width: 112},
		"7/x999/x999/x999/x999/999":    {Level: 7, N: 999_999_999_999_999, Width: 256},
		"0/x999/x999/x999/x999/x9/999": {},
	} {
		got, err := record.ParseTile(path)
		if (err == nil) != (want.Width > 0) || got != want {
			t.Errorf("%s: %+v, %v, want %+v", path, got, err, want)
		}
		if err == nil && got.Path() != path {
			t.Errorf("%s becomes %s", path, got.Path())
		}
	}
}

func TestHostileTilePaths(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"", "/", "0", "0/", "/000", "0//000", "0/0", "0/00", "0/0000", "0/000/", "0/000/000", "0/x000/000", "0/x000/x001/000",
		"0/x001", "0/x001/x002", "0/001/002", "0/X001/002", "0/x01/002", "0/xx01/002", "0/-01", "0/+01", "0/0x1", "0/1e1", "0/ 01", "0/０００",
		"-1/000", "+1/000", "00/000", "01/000", "64/000", "256/000", "99999999999999999999/000", "entries", "entries/", "Entries/000", "data/000",
		"0/000.p", "0/000.p/", "0/000.p/0", "0/000.p/256", "0/000.p/-1", "0/000.p/+1", "0/000.p/01", "0/000.p/1.p/1", "0/000.p/1/1", "0/000.P/1",
		"0/.p/1", "0/x001.p/1", "0/000\x00", "0/000\n", "0/../000", "0/%30%30%30", "0/999/999/999/999/999/999/999",
		"0/x999/x999/x999/x999/x999/x999/999", "0/" + strings.Repeat("x001/", 100_000) + "000",
	} {
		if got, err := record.ParseTile(path); err == nil || got != (record.Tile{}) {
			t.Errorf("%.60q is the tile %+v", path, got)
		}
	}
}

// TestTilePathsRoundTrip: every tile has one path, and the path leads to it.
func TestTilePathsRoundTrip(t *testing.T) {
	t.Parallel()
	for range 20_000 {
		tile := record.Tile{Level: rand.IntN(65) - 1, N: rand.Int64N(1_000_000_000_000_000_000) >> rand.IntN(60), Width: 1 + rand.IntN(256)}
		if got, err := record.ParseTile(tile.Path()); err != nil || got != tile {
			t.Fatalf("%+v: its path %s leads to %+v, %v", tile, tile.Path(), got, err)
		}
	}
}

// rowOf counts the hashes of a level of tiles one by one: 256 hashes of a level
// make one of the next.
func rowOf(level int, size int64) int64 {
	n := size
	for range level {
		whole := int64(0)
		for n >= record.TileWidth {
			n -= record.TileWidth
			whole++
		}
		n = whole
	}
	return n
}

func TestTileIn(t *testing.T) {
	t.Parallel()
	for _, size := range []int64{0, 1, 2, 255, 256, 257, 511, 512, 1000, 65_535, 65_536, 65_537, 65_791, 65_792, 70_000, 200_000} {
		for level := record.Entries; level <= 8; level++ {
			hashes := rowOf(max(level, 0), size)
			for n := int64(0); n <= hashes/record.TileWidth+2; n++ {
				for _, width := range []int{1, 2, 3, 127, 255, 256} {
					want := n*record.TileWidth+int64(width) <= hashes
					if got := (record.Tile{Level: level, N: n, Width: width}).In(size); got != want {
						t.Errorf("level %d, tile %d, width %d in a tree of %d: %v", level, n, width, size, got)
					}
				}
			}
		}
	}
	for _, tile := range []record.Tile{
		{Level: 0, N: 1<<62 + 1, Width: 256}, {Level: 63, Width: 1}, {Level: 8, Width: 1}, {Level: 0, N: 999_999_999_999_999_999, Width: 1},
		{Level: record.Entries, N: 999_999_999_999_999_999, Width: 256},
	} {
		if tile.In(1 << 60) {
			t.Errorf("%+v is in a tree of 2^60", tile)
		}
	}
}

// TestTileHashes compares tiles with hashes that were computed from entries.
func TestTileHashes(t *testing.T) {
	t.Parallel()
	log := random(t, 1500)
	var row []tlog.Hash
	for _, leaf := range log.leaves {
		row = append(row, tlog.RecordHash(leaf))
	}
	for level := 0; len(row) > 0; level++ {
		for n := 0; n*record.TileWidth < len(row); n++ {
			width := min(record.TileWidth, len(row)-n*record.TileWidth)
			for _, w := range []int{1, width/2 + 1, width} {
				tile := record.Tile{Level: level, N: int64(n), Width: w}
				var want []byte
				for _, h := range row[n*record.TileWidth:][:w] {
					want = append(want, h[:]...)
				}
				if got, err := record.TileHashes(tile, log); err != nil || !bytes.Equal(got, want) {
					t.Errorf("tile %s: %d bytes, %v; they are not the hashes", tile.Path(), len(got), err)
				}
			}
		}
		var next []tlog.Hash
		for i := 0; i+record.TileWidth <= len(row); i += record.TileWidth {
			next = append(next, fold(row[i:i+record.TileWidth]))
		}
		row = next
	}
	if _, err := record.TileHashes(record.Tile{Level: 0, N: 6, Width: 256}, log); err == nil {
		t.Error("a tile beyond the tree has hashes")
	}
}

// fold gives the root of a full subtree.
func fold(row []tlog.Hash) tlog.Hash {
	if len(row) == 1 {
		return row[0]
	}
	return tlog.NodeHash(fold(row[:len(row)/2]), fold(row[len(row)/2:]))
}

// random grows a log of entries of random bytes.
func random(t *testing.T, size int) *tree {
	t.Helper()
	log := grow(t)
	for range size {
		log.add(t, noise(40))
	}
	return log
}

// noise gives up to n random bytes.
func noise(n int) string {
	b := make([]byte, rand.IntN(n+1))
	for i := range b {
		b[i] = byte(rand.UintN(256))
	}
	return string(b)
}

func TestEntriesRoundTrip(t *testing.T) {
	t.Parallel()
	for range 200 {
		want := make([][]byte, rand.IntN(record.TileWidth+1))
		var bundle []byte
		for i := range want {
			want[i] = []byte(noise(600))
			bundle = appended(t, bundle, want[i])
		}
		got, err := record.ReadEntries(bundle)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%d entries come back as %d, %v", len(want), len(got), err)
		}
		if len(bundle) == 0 {
			continue
		}
		// Cut anywhere but between entries it cannot be read, and says so.
		cut := rand.IntN(len(bundle))
		if got, err := record.ReadEntries(bundle[:cut]); err == nil && !bytes.Equal(joined(t, got), bundle[:cut]) {
			t.Errorf("cut off at %d of %d it is read as %d entries", cut, len(bundle), len(got))
		}
	}
}

func TestEntryLengths(t *testing.T) {
	t.Parallel()
	longest := bytes.Repeat([]byte("x"), 1<<16-1)
	bundle := appended(t, appended(t, nil, longest), nil)
	if got, err := record.ReadEntries(bundle); err != nil || len(got) != 2 || !bytes.Equal(got[0], longest) || len(got[1]) != 0 {
		t.Errorf("the longest entry and an empty one: %d entries, %v", len(got), err)
	}
	if _, err := record.AppendEntry(nil, append(longest, 'x')); err == nil {
		t.Error("an entry that is too long is appended")
	}
	for _, cut := range []string{"\x00", "\x00\x01", "\xff\xff", "\x00\x00\x00", "\x00\x02ab\x00\x02a"} {
		if got, err := record.ReadEntries([]byte(cut)); err == nil {
			t.Errorf("%q is read as %q", cut, got)
		}
	}
}

func appended(t testing.TB, bundle, entry []byte) []byte {
	t.Helper()
	bundle, err := record.AppendEntry(bundle, entry)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func joined(t testing.TB, entries [][]byte) []byte {
	t.Helper()
	var bundle []byte
	for _, e := range entries {
		bundle = appended(t, bundle, e)
	}
	return bundle
}

// FuzzTile: whatever is read as a tile has exactly the path that was read, and
// asking whether a tree has it never fails.
func FuzzTile(f *testing.F) {
	for _, path := range []string{"0/000", "1/x001/234.p/8", "entries/x999/x999/000", "63/000.p/255", "-1/000", "0/x000/000"} {
		f.Add(path, int64(70_000))
	}
	f.Fuzz(func(t *testing.T, path string, size int64) {
		tile, err := record.ParseTile(path)
		if err != nil {
			return
		}
		if tile.Path() != path || tile.Width < 1 || tile.Width > record.TileWidth || tile.N < 0 || tile.Level < record.Entries {
			t.Errorf("%q is read as %+v, whose path is %q", path, tile, tile.Path())
		}
		if size >= 0 && tile.In(size) && tile.N*record.TileWidth+int64(tile.Width) > size {
			t.Errorf("%q is in a tree of %d", path, size)
		}
	})
}

// FuzzEntries: what can be taken apart is put together to the same bytes.
func FuzzEntries(f *testing.F) {
	for _, bundle := range []string{"", "\x00\x00", "\x00\x03abc\x00\x00", "\xff\xff", "\x00\x02a"} {
		f.Add([]byte(bundle))
	}
	f.Fuzz(func(t *testing.T, bundle []byte) {
		if entries, err := record.ReadEntries(bundle); err == nil && !bytes.Equal(joined(t, entries), bundle) {
			t.Errorf("%q is read as %q", bundle, entries)
		}
	})
}
