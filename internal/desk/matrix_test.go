package desk_test

import (
	"slices"
	"testing"

	"github.com/claimtrail/claimtrail/internal/desk"
	"github.com/claimtrail/claimtrail/internal/kb"
)

// matrix says who may do what, written out by hand against the design. An
// action that is missing here fails the test.
var matrix = map[desk.Action][]kb.Role{
	desk.ReadDesk:       {kb.Suggester, kb.Researcher, kb.Reviewer, kb.PublisherR, kb.Admin, kb.Auditor},
	desk.ReadAudit:      {kb.Auditor, kb.Admin},
	desk.SuggestClaim:   {kb.Suggester, kb.Researcher},
	desk.LogClaim:       {kb.Researcher},
	desk.EditClaim:      {kb.Researcher},
	desk.EditAppearance: {kb.Researcher},
	desk.EditSpeaker:    {kb.Researcher},
	desk.EditPublisher:  {kb.Researcher},
	desk.EditSource:     {kb.Researcher},
	desk.CaptureSource:  {kb.Researcher},
	desk.CopyExcerpt:    {kb.Researcher},
	desk.Decide:         {kb.Researcher},
	desk.DoTask:         {kb.Researcher, kb.Reviewer},
	desk.JudgeMatch:     {kb.Researcher, kb.Reviewer},
	desk.AttestExcerpt:  {kb.Researcher, kb.Reviewer},
	desk.EditDerivation: {kb.Researcher},
	desk.Assess:         {kb.Researcher},
	desk.EditEvidence:   {kb.Researcher},
	desk.RelateClaims:   {kb.Researcher},
	desk.EditRuling:     {kb.Researcher},
	desk.StateException: {kb.Researcher},
	desk.EditReply:      {kb.Researcher},
	desk.AssignOthers:   {kb.Researcher, kb.Reviewer, kb.PublisherR},
	desk.EditScale:      {kb.Admin},
	desk.EditMasthead:   {kb.Admin},
	desk.ManageAccounts: {kb.Admin},
	desk.OwnTokens:      everybody,
	desk.ImportClaims:   {kb.Researcher},
	desk.ManageWebhooks: {kb.Admin},
	desk.EditPolicy:     {kb.Admin},
	desk.SetBanner:      {kb.PublisherR},
	desk.AskRedaction:   {kb.PublisherR},
	desk.Redact:         {kb.PublisherR},
	desk.SendTip:        everybody,
	desk.SendDispute:    everybody,
	desk.DecideTip:      {kb.Researcher},
	desk.SettleDispute:  {kb.Reviewer, kb.PublisherR},
	desk.EraseReader:    {kb.PublisherR, kb.Admin},

	desk.StepAction(kb.Accept):   {kb.Researcher},
	desk.StepAction(kb.Decline):  {kb.Researcher},
	desk.StepAction(kb.Reopen):   {kb.Researcher},
	desk.StepAction(kb.Assign):   {kb.Researcher},
	desk.StepAction(kb.Submit):   {kb.Researcher},
	desk.StepAction(kb.Return):   {kb.Reviewer},
	desk.StepAction(kb.Approve):  {kb.Reviewer},
	desk.StepAction(kb.Withdraw): {kb.Researcher, kb.Reviewer},
	desk.StepAction(kb.Edit):     {kb.Researcher},
	desk.StepAction(kb.Publish):  {kb.PublisherR},
	desk.StepAction(kb.Revise):   {kb.Researcher, kb.PublisherR},
	desk.StepAction(kb.Park):     {kb.Researcher, kb.Reviewer},
	desk.StepAction(kb.Merge):    {kb.Researcher},
	desk.StepAction(kb.Schedule): {kb.PublisherR},
	desk.StepAction(kb.Cancel):   {kb.PublisherR},
	desk.StepAction(kb.Fail):     {kb.PublisherR},
	desk.StepAction(kb.Expedite): {kb.PublisherR},
	desk.StepAction(kb.GiveUp):   {kb.Researcher, kb.PublisherR},
	desk.StepAction(kb.Retract):  {kb.PublisherR},
	desk.StepAction(kb.Absorb):   {kb.PublisherR},
}

// everybody may do what needs no account.
var everybody = []kb.Role{kb.Suggester, kb.Researcher, kb.Reviewer, kb.PublisherR, kb.Admin, kb.Auditor}

func TestRightsMatrix(t *testing.T) {
	t.Parallel()
	for _, action := range desk.Actions() {
		allowed, known := matrix[action]
		if !known {
			t.Errorf("the action %q has no row in the matrix", action)
			continue
		}
		for _, o := range kb.AllRoles {
			role := kb.Role(o.Value)
			actor := kb.Actor{Account: "a", Person: "p", Roles: kb.Roles{role}}
			err := desk.Authorise(actor, action)
			switch want := slices.Contains(allowed, role); {
			case want && err != nil:
				t.Errorf("%s may not %s: %v", role, action, err)
			case !want && kb.KindOf(err) != kb.Forbidden:
				t.Errorf("%s may %s", role, action)
			}
		}
		want := kb.Unauthenticated
		if action == desk.SendTip || action == desk.SendDispute {
			want = kb.Internal // no error
		}
		if err := desk.Authorise(kb.Actor{}, action); kb.KindOf(err) != want || (err == nil) != (want == kb.Internal) {
			t.Errorf("who is not signed in may %s: %v", action, err)
		}
	}
	if n := len(desk.Actions()); n != len(matrix) {
		t.Errorf("%d actions, %d rows", n, len(matrix))
	}
	if err := desk.Authorise(kb.Actor{Account: "a", Roles: kb.Roles{kb.Admin}}, "something new"); err == nil {
		t.Error("an action without rights is allowed")
	}
}
