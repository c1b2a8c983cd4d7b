package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
)

// ImportedClaim is one claim out of a file: who said it where, as far as that is
// known, and what somebody else ruled about it, if anybody did.
type ImportedClaim struct {
	Number     int // its place in the file
	Claim      kb.ClaimInput
	Appearance *AppearanceInput
	Records    []SourceInput
	Ruling     *kb.ImportedRuling
}

// What became of an imported claim.
const (
	ImportNew      = "new"      // the claim was logged
	ImportAttached = "attached" // the claim was known; the ruling is kept beside it
	ImportKnown    = "known"    // all of it was there already
	ImportRefused  = "refused"
)

// ImportResult is what became of one.
type ImportResult struct {
	Number int
	State  string
	Claim  kb.ID
	Fields []kb.FieldError // why it was refused
}

// errDryRun takes back what a trial wrote.
var errDryRun = errors.New("a trial run")

// Import takes a batch of claims over in one transaction. Nothing is published:
// a claim with a ruling of others is parked with it, marked as theirs; one
// without is open. What was imported before is left as it is, so that a file can
// be imported again after it broke off. In a trial nothing is kept.
func (d *Desk) Import(ctx context.Context, actor kb.Actor, batch []ImportedClaim, trial bool) ([]ImportResult, error) {
	results, sound := judged(batch)
	err := d.write(ctx, actor, ImportClaims, func(tx *store.Tx) error {
		known, err := knownRulings(tx, sound)
		if err != nil {
			return err
		}
		wrote := false
		for _, in := range sound {
			r, err := importClaim(tx, in, known, d.baseURL+"/claims/")
			if err != nil {
				return fmt.Errorf("import claim %d: %w", in.Number, err)
			}
			results = append(results, r)
			wrote = wrote || r.State != ImportKnown
		}
		if trial || !wrote {
			return errDryRun
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDryRun) {
		return d.inHalves(ctx, actor, batch, trial, err)
	}
	slices.SortFunc(results, func(a, b ImportResult) int { return a.Number - b.Number })
	return results, nil
}

// inHalves imports a batch that failed as a whole in two, and so on, so that one
// claim that cannot be stored does not take the others with it.
func (d *Desk) inHalves(ctx context.Context, actor kb.Actor, batch []ImportedClaim, trial bool, cause error) ([]ImportResult, error) {
	e, ok := errors.AsType[*kb.Error](cause)
	if !ok || (e.Kind != kb.Invalid && e.Kind != kb.Conflict) {
		return nil, cause
	}
	if len(batch) == 1 {
		fields := e.Fields
		if len(fields) == 0 {
			fields = []kb.FieldError{{Field: "claim", Message: e.Message}}
		}
		return []ImportResult{{Number: batch[0].Number, State: ImportRefused, Fields: fields}}, nil
	}
	first, err := d.Import(ctx, actor, batch[:len(batch)/2], trial)
	if err != nil {
		return first, err
	}
	second, err := d.Import(ctx, actor, batch[len(batch)/2:], trial)
	return append(first, second...), err
}

// judged tells the sound claims of a batch from those that break a rule.
func judged(batch []ImportedClaim) (refused []ImportResult, sound []ImportedClaim) {
	for _, in := range batch {
		if fields := brokenRules(&in); len(fields) > 0 {
			refused = append(refused, ImportResult{Number: in.Number, State: ImportRefused, Fields: fields})
			continue
		}
		sound = append(sound, in)
	}
	return refused, sound
}

func brokenRules(in *ImportedClaim) []kb.FieldError {
	errs := []error{valid(&in.Claim)}
	if in.Appearance != nil {
		errs = append(errs, valid(&in.Appearance.Appearance))
	}
	for i := range in.Records {
		errs = append(errs, valid(&in.Records[i].Source))
	}
	if in.Ruling != nil {
		errs = append(errs, valid(in.Ruling))
	}
	var fields []kb.FieldError
	for _, err := range errs {
		if e, ok := errors.AsType[*kb.Error](err); ok {
			fields = append(fields, e.Fields...)
		}
	}
	return fields
}

func knownRulings(tx *store.Tx, batch []ImportedClaim) (map[string]bool, error) {
	var keys []string
	for _, in := range batch {
		if in.Ruling != nil {
			keys = append(keys, in.Ruling.Key)
		}
	}
	return tx.ImportedKeys(keys)
}

// importClaim takes one over. Rulings whose address begins as our own do are ours.
func importClaim(tx *store.Tx, in ImportedClaim, known map[string]bool, own string) (ImportResult, error) {
	if in.Ruling != nil && (known[in.Ruling.Key] || strings.HasPrefix(in.Ruling.URL, own)) {
		return ImportResult{Number: in.Number, State: ImportKnown}, nil
	}
	result := ImportResult{Number: in.Number, State: ImportAttached}
	there, err := tx.ClaimWorded(in.Claim.Text)
	switch {
	case kb.KindOf(err) == kb.NotFound:
		result.State = ImportNew
		if result.Claim, err = logImported(tx, in); err != nil {
			return result, err
		}
	case err != nil:
		return result, err
	default:
		result.Claim = there.ID
	}
	if in.Ruling == nil {
		if result.State == ImportAttached {
			result.State = ImportKnown
		}
		return result, nil
	}
	known[in.Ruling.Key] = true
	ruling := *in.Ruling
	ruling.ClaimID = result.Claim
	_, err = tx.InsertImported(ruling)
	return result, err
}

// logImported logs a claim that is not known yet.
func logImported(tx *store.Tx, in ImportedClaim) (kb.ID, error) {
	c := in.Claim.Claim
	c.State = kb.Open
	if in.Ruling != nil {
		c.State, c.StateReason = kb.Parked, importedReason(*in.Ruling)
	}
	id, err := tx.InsertClaim(c)
	if err != nil {
		return "", err
	}
	if err := saveClaimLists(tx, id, in.Claim); err != nil {
		return "", err
	}
	if err := tx.Contributed(id); err != nil {
		return "", err
	}
	if in.Appearance == nil {
		return id, nil
	}
	in.Appearance.ClaimID = id
	appearance, err := addAppearance(tx, *in.Appearance)
	if err != nil {
		return "", err
	}
	for _, record := range in.Records {
		source, err := addSource(tx, record)
		if err != nil {
			return "", err
		}
		if _, err := tx.InsertAttestation(kb.Attestation{ClaimID: id, AppearanceID: appearance, SourceID: source}); err != nil {
			return "", err
		}
	}
	return id, nil
}

func importedReason(r kb.ImportedRuling) string {
	who := r.Publisher
	if who == "" {
		who = "somebody else"
	}
	return "Imported with a ruling of " + who + ". Reopen it to research it here."
}
