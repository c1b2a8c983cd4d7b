package desk_test

import (
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

// BenchmarkPublish publishes approved claims one after the other: house rules, the
// document, the log, its signature. The test server of PostgreSQL does not sync.
func BenchmarkPublish(b *testing.B) {
	for name, address := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			r := newRoom(b, storetest.Open(b, address(b)))
			var approved []kb.ID
			n := 0
			for b.Loop() {
				if len(approved) == 0 {
					b.StopTimer()
					for range 50 {
						approved = append(approved, r.approved(b).claim)
					}
					b.StartTimer()
				}
				if _, err := r.desk.Publish(b.Context(), r.publisher, approved[0]); err != nil {
					b.Fatal(err)
				}
				approved = approved[1:]
				n++
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "publishes/s")
		})
	}
}
