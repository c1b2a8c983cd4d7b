package store_test

import (
	"testing"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/internal/store/storetest"
)

func write(t *testing.T, db *store.DB, f func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(t.Context(), kb.System, f); err != nil {
		t.Fatal(err)
	}
}

func TestWriteDemandsAudit(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		if err := db.Write(t.Context(), kb.System, func(*store.Tx) error { return nil }); err == nil {
			t.Error("a write without an audit entry was committed")
		}
		write(t, db, func(tx *store.Tx) error {
			_, err := tx.InsertPerson(kb.Person{Name: "A"})
			return err
		})
		items, err := db.Desk(t.Context()).Audit(store.AuditQuery{Before: 0, Limit: 10})
		if err != nil || len(items) != 1 || items[0].Action != "person.add" {
			t.Errorf("audit: %v, %v", items, err)
		}
	})
}
