package api

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// deskOperations are what a token may do with claims at the desk.
func (a *API) deskOperations() {
	register(a, created("/desk/claims", "logClaim", "Log a claim, with its first appearance if it is known", "Claims"), a.logClaim)
	register(a, operation(http.MethodGet, "/desk/claims/{id}", "getDraftClaim", "A claim as the desk has it, published or not", "Claims"), a.draftClaim)
	register(a, operation(http.MethodPut, "/desk/claims/{id}", "editClaim", "Change a claim's wording and filing; needs If-Match", "Claims"), a.editClaim)
	register(a, created("/desk/claims/{id}/appearances", "addAppearance", "Record an occasion on which it was said", "Claims"), a.addAppearance)
	register(a, created("/desk/claims/{id}/appearances/{appearance}/attestations", "addAttestation", "Say which work records an appearance", "Claims"), a.addAttestation)
	register(a, created("/desk/claims/{id}/evidence", "addEvidence", "Link the claim to a work that bears on it", "Evidence"), a.addEvidence)
	register(a, created("/desk/claims/{id}/derivations", "addItemDerivation", "Say where one piece of evidence, or one attestation, has it from", "Evidence"), a.addItemDerivation)
	register(a, operation(http.MethodGet, "/desk/claims/{id}/draft", "getDraft", "The ruling as it is drafted", "Rulings"), a.draft)
	register(a, operation(http.MethodPut, "/desk/claims/{id}/draft", "saveDraft", "Save the drafted ruling; needs If-Match, \"v0\" for the first", "Rulings"), a.saveDraft)
	register(a, created("/desk/claims/{id}/replies", "addReply", "Record that somebody was asked for a reply, and what came of it", "Rulings"), a.addReply)
	register(a, operation(http.MethodPost, "/desk/claims/{id}/submit", "submitClaim", "Submit for review exactly what stands there now", "Rulings"), a.submit)
}

// created is an operation that makes something.
func created(path, id, summary, tag string) huma.Operation {
	op := operation(http.MethodPost, path, id, summary, tag)
	op.DefaultStatus = http.StatusCreated
	op.Errors = append(op.Errors, http.StatusUnprocessableEntity)
	return op
}

// Made is the answer to what made something.
type Made struct {
	ID  string `json:"id"`
	URL string `json:"url,omitempty" doc:"of its page at the desk"`
}

type made struct {
	Location string `header:"Location"`
	Body     Made
}

func (a *API) madeAt(id kb.ID, path ...string) *made {
	address := a.BaseURL + "/desk/" + strings.Join(path, "/")
	return &made{address, Made{string(id), address}}
}

// etag names a version of a row.
func etag(version int64) string { return `"v` + strconv.FormatInt(version, 10) + `"` }

// Precondition is a change of one version of something.
type Precondition struct {
	IfMatch string `header:"If-Match" doc:"the ETag that was read; * changes whatever stands there"`
}

// version reads which version a change is of; current is that of the row.
func (p Precondition) version(current int64) (int64, error) {
	if strings.TrimSpace(p.IfMatch) == "" {
		return 0, &Problem{Title: "If-Match is missing", StatusCode: http.StatusPreconditionRequired, Detail: "Read it first, and send its ETag as If-Match."}
	}
	if has(p.IfMatch, etag(current)) {
		return current, nil
	}
	return 0, &Problem{Title: "Changed meanwhile", StatusCode: http.StatusPreconditionFailed, Detail: "If-Match names no version of this, or not the newest. Read it again."}
}

// Saved is the answer to a change: its ETag is the version to change next.
type Saved struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

type saved struct {
	ETag string `header:"ETag"`
	Body Saved
}

// savedAfter answers a change of a version. The version is not read again: that
// may be what somebody else saved since.
func savedAfter(id kb.ID, version int64) *saved {
	return &saved{etag(version + 1), Saved{string(id), version + 1}}
}
