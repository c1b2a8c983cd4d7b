package kb_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
)

func TestParseDate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, typed string
		want        kb.Date
	}{
		{"nothing", "", kb.UnknownDate()},
		{"spaces only", " \t\u00a0", kb.UnknownDate()},
		{"unknown", "unknown", kb.UnknownDate()},
		{"unknown in capitals", " UNKNOWN ", kb.UnknownDate()},
		{"year", "2024", kb.StatedDate("2024")},
		{"year nought", "0000", kb.StatedDate("0000")},
		{"month", "2024-06", kb.StatedDate("2024-06")},
		{"day", " 2024-06-20 ", kb.StatedDate("2024-06-20")},
		{"leap day", "2024-02-29", kb.StatedDate("2024-02-29")},
		{"second without zone", "2024-06-20T23:59:59", kb.StatedDate("2024-06-20T23:59:59")},
		{"second in UTC", "2024-06-20T10:30:00Z", kb.StatedDate("2024-06-20T10:30:00Z")},
		{"second with offset", "2024-06-20T10:30:00+09:00", kb.StatedDate("2024-06-20T10:30:00+09:00")},
		{"interval", "2024-06-20/2024-06-23", kb.StatedDate("2024-06-20/2024-06-23")},
		{"interval of one day", "2024-06-20/2024-06-20", kb.StatedDate("2024-06-20/2024-06-20")},
		{"interval of mixed precision", "2023/2024-06", kb.StatedDate("2023/2024-06")},
		{"open end", "2024-06-22/..", kb.StatedDate("2024-06-22/..")},
		{"unknown end", "2024-06-22/", kb.StatedDate("2024-06-22/")},
		{"open start", "../2024-06-22", kb.StatedDate("../2024-06-22")},
		{"unknown start", "/2024-06-22", kb.StatedDate("/2024-06-22")},
		{"day first", "20 June 2024", kb.StatedDate("2024-06-20")},
		{"day of one digit", "2 June 2024", kb.StatedDate("2024-06-02")},
		{"ordinal day", "1st June 2024", kb.StatedDate("2024-06-01")},
		{"month first", "June 20, 2024", kb.StatedDate("2024-06-20")},
		{"month first, ordinal", "june 3rd 2024", kb.StatedDate("2024-06-03")},
		{"short month", "20 Jun. 2024", kb.StatedDate("2024-06-20")},
		{"month in words", "JUNE  2024", kb.StatedDate("2024-06")},
		{"May is its own short form", "May 2024", kb.StatedDate("2024-05")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := kb.ParseDate(tt.typed)
			if err != nil {
				t.Fatalf("%q: %v", tt.typed, err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.typed, diff)
			}
		})
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"Saturday", "recently", "20 June", "June 20", "20 Juny 2024", "99", "20240620", "2024-6-20", "2024/6/20",
		"2023-02-29", "2024-02-30", "2024-13", "2024-00", "2024-06-00", "31 June 2024", "0 June 2024",
		"2024-06-20T25:00:00", "2024-06-20T23:60:00", "2024-06-20T10:30", "2024-06T10:30:00", "2024-06-20 10:30:00",
		"/", "..", "../..", "/..", "2024/2023", "2024-06-23/2024-06-20", "2024/2025/2026", "2024/unknown",
		"2024-06-20~", "-2024", "2024-06-20\x00", "\xff", "２０２４",
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			if got, err := kb.ParseDate(typed); err == nil {
				t.Errorf("%q was read as %+v", typed, got)
			}
		})
	}
}

func TestDateReads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		edtf, words, earliest string
	}{
		{"", "date unknown", ""},
		{"unknown", "date unknown", ""},
		{"2024", "2024", "2024-01-01"},
		{"2024-06", "June 2024", "2024-06-01"},
		{"2024-06-20", "20 June 2024", "2024-06-20"},
		{"2024-06-02", "2 June 2024", "2024-06-02"},
		{"2024-06-20T10:30:00", "20 June 2024, 10:30", "2024-06-20"},
		{"2024-06-20T10:30:15Z", "20 June 2024, 10:30:15 UTC", "2024-06-20"},
		{"2024-06-20T00:00:00Z", "20 June 2024, 00:00 UTC", "2024-06-20"},
		{"2024-06-20T10:30:00+09:00", "20 June 2024, 10:30+09:00", "2024-06-20"},
		{"2024-06-22/..", "from 22 June 2024", "2024-06-22"},
		{"2024-06-22/", "from 22 June 2024", "2024-06-22"},
		{"2023/2024-06", "2023 to June 2024", "2023-01-01"},
		{"2024-06-20/2024-06-23", "20 June 2024 to 23 June 2024", "2024-06-20"},
		{"someday", "someday", ""},
	}
	for _, tt := range tests {
		t.Run(tt.edtf, func(t *testing.T) {
			t.Parallel()
			d := kb.StatedDate(tt.edtf)
			if got := d.String(); got != tt.words {
				t.Errorf("String: got %q, want %q", got, tt.words)
			}
			if got := d.Earliest(); got != tt.earliest {
				t.Errorf("Earliest: got %q, want %q", got, tt.earliest)
			}
		})
	}
}

func TestDateOpenAtTheStartReadsAsUntil(t *testing.T) {
	t.Parallel()
	for _, edtf := range []string{"../2024-06-22", "/2024-06-22"} {
		if got := kb.StatedDate(edtf).String(); got != "until 22 June 2024" {
			t.Errorf("%s: got %q", edtf, got)
		}
	}
}

func TestDateIsStoredAndRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		in, want kb.Date
	}{
		{"stated", kb.StatedDate("2024-06-20"), kb.StatedDate("2024-06-20")},
		{
			"everything",
			kb.Date{EDTF: "2024-06-22/..", Basis: kb.Inferred, Zone: "Asia/Seoul", Note: "“Saturday” – <b>"},
			kb.Date{EDTF: "2024-06-22/..", Basis: kb.Inferred, Zone: "Asia/Seoul", Note: "“Saturday” – <b>"},
		},
		{"the zero date is unknown", kb.Date{}, kb.UnknownDate()},
		{
			"an unknown date keeps its note alone",
			kb.Date{EDTF: "unknown", Basis: kb.Stated, Zone: "UTC", Note: "no dateline"},
			kb.Date{EDTF: "unknown", Note: "no dateline"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stored, err := tt.in.Value()
			if err != nil {
				t.Fatal(err)
			}
			text, ok := stored.(string)
			if !ok {
				t.Fatalf("stored as %T", stored)
			}
			for _, column := range []any{text, []byte(text)} {
				var got kb.Date
				if err := got.Scan(column); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("from %T (-want +got):\n%s", column, diff)
				}
			}
		})
	}
}

func TestDateScanRefuses(t *testing.T) {
	t.Parallel()
	for _, column := range []any{nil, 20240620, "2024-06-20", "{", time.Unix(0, 0)} {
		var d kb.Date
		if err := d.Scan(column); err == nil {
			t.Errorf("%#v was read as %+v", column, d)
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{
		"", "unknown", "2024", "2024-06", "2024-06-20", "2024-06-20T10:30:00+09:00", "2024-06-22/..", "../2024", "/2024",
		"2023/2024-06", "20 June 2024", "June 20, 2024", "June 2024", "1st Jan. 2024", "9999-12-31", "0000-02-29", "\xff", "/",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		d, err := kb.ParseDate(typed)
		if err != nil {
			return
		}
		again, err := kb.ParseDate(d.EDTF)
		if err != nil {
			t.Fatalf("%q gave %q, which is refused: %v", typed, d.EDTF, err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Errorf("%q (-first +again):\n%s", typed, diff)
		}
		if d.String() == "" {
			t.Errorf("%q reads as nothing", typed)
		}
		if day := d.Earliest(); day != "" {
			if _, err := time.Parse(time.DateOnly, day); err != nil {
				t.Errorf("%q: the earliest day %q is none", typed, day)
			}
		}
	})
}
