package desk

import (
	"maps"
	"slices"
	"strings"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Action is something that a person may be allowed to do.
type Action string

// The actions beside the steps of the workflow.
const (
	ReadDesk       Action = "read the desk"
	ReadAudit      Action = "read the audit"
	SuggestClaim   Action = "suggest a claim"
	LogClaim       Action = "log a claim"
	EditClaim      Action = "edit a claim"
	EditAppearance Action = "edit appearances"
	EditSpeaker    Action = "edit speakers"
	EditPublisher  Action = "edit publishers"
	EditSource     Action = "edit sources"
	CaptureSource  Action = "capture a source"
	CopyExcerpt    Action = "copy a quotation"
	AttestExcerpt  Action = "attest a quotation"
	EditDerivation Action = "edit derivations"
	Decide         Action = "decide suggestions"
	DoTask         Action = "close a task"
	JudgeMatch     Action = "judge a match"
	Assess         Action = "assess independence"
	EditEvidence   Action = "edit evidence"
	RelateClaims   Action = "relate claims"
	EditRuling     Action = "edit a ruling"
	StateException Action = "state an exception"
	EditReply      Action = "edit replies"
	AssignOthers   Action = "assign a claim"
	EditScale      Action = "edit rating scales"
	EditMasthead   Action = "edit the masthead"
	EditPolicy     Action = "edit the house policy"
	SetBanner      Action = "put a claim under review in public"
	AskRedaction   Action = "ask for a redaction"
	Redact         Action = "redact what was published"
	SendTip        Action = "send a tip"
	SendDispute    Action = "dispute a ruling"
	DecideTip      Action = "decide tips"
	SettleDispute  Action = "settle disputes"
	EraseReader    Action = "erase what a reader sent"
	ManageAccounts Action = "manage accounts"
	ManageWebhooks Action = "manage webhooks"
)

// StepAction is the action of taking a step of the workflow.
func StepAction(step kb.Step) Action {
	words := map[kb.Step]Action{kb.Return: "return a claim from review", kb.Merge: "merge claims", kb.Edit: "change what is under review",
		kb.Expedite: "publish without a second person", kb.GiveUp: "give up a revision", kb.Absorb: "merge published claims", kb.Fail: "take a publication back",
		kb.Cancel: "cancel a publication"}
	if w, ok := words[step]; ok {
		return w
	}
	return Action(string(step) + " a claim")
}

// rights says which roles may do what; one of them is enough. The steps of the
// workflow come from its own table.
var rights = func() map[Action]kb.Roles {
	r := map[Action]kb.Roles{
		ReadDesk:       {kb.Suggester, kb.Researcher, kb.Reviewer, kb.PublisherR, kb.Admin, kb.Auditor},
		ReadAudit:      {kb.Auditor, kb.Admin},
		SuggestClaim:   {kb.Suggester, kb.Researcher},
		LogClaim:       {kb.Researcher},
		JudgeMatch:     {kb.Researcher, kb.Reviewer},
		EditClaim:      {kb.Researcher},
		EditAppearance: {kb.Researcher},
		EditSpeaker:    {kb.Researcher},
		EditPublisher:  {kb.Researcher},
		EditSource:     {kb.Researcher},
		CaptureSource:  {kb.Researcher},
		CopyExcerpt:    {kb.Researcher},
		AttestExcerpt:  {kb.Researcher, kb.Reviewer},
		EditDerivation: {kb.Researcher},
		Decide:         {kb.Researcher},
		DoTask:         {kb.Researcher, kb.Reviewer},
		Assess:         {kb.Researcher},
		EditEvidence:   {kb.Researcher},
		RelateClaims:   {kb.Researcher},
		EditRuling:     {kb.Researcher},
		StateException: {kb.Researcher},
		EditReply:      {kb.Researcher},
		AssignOthers:   {kb.Researcher, kb.Reviewer, kb.PublisherR},
		EditScale:      {kb.Admin},
		EditMasthead:   {kb.Admin},
		EditPolicy:     {kb.Admin},
		SetBanner:      {kb.PublisherR},
		AskRedaction:   {kb.PublisherR},
		Redact:         {kb.PublisherR},
		SendTip:        {kb.Everybody},
		SendDispute:    {kb.Everybody},
		DecideTip:      {kb.Researcher},
		SettleDispute:  {kb.Reviewer, kb.PublisherR},
		EraseReader:    {kb.PublisherR, kb.Admin},
		ManageAccounts: {kb.Admin},
		OwnTokens:      {kb.Suggester, kb.Researcher, kb.Reviewer, kb.PublisherR, kb.Admin, kb.Auditor},
		ImportClaims:   {kb.Researcher},
		ManageWebhooks: {kb.Admin},
	}
	for _, e := range kb.Edges {
		r[StepAction(e.Step)] = e.Roles
	}
	return r
}()

// Authorise reports Unauthenticated or Forbidden unless the actor may do it.
// An action without a row is allowed to nobody.
func Authorise(actor kb.Actor, action Action) error {
	if err := inScope(actor, action); err != nil {
		return err
	}
	roles := rights[action]
	if actor.Roles.Has(roles...) || slices.Contains(roles, kb.Everybody) {
		return nil
	}
	if actor.Anonymous() {
		return kb.Errorf(kb.Unauthenticated, "Sign in to %s.", action)
	}
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return kb.Errorf(kb.Forbidden, "Your roles (%s) do not let you %s; that takes the role %s.", actor.Roles, action, strings.Join(names, " or "))
}

// May reports whether the actor may do it, for showing or hiding a control.
func May(actor kb.Actor, action Action) bool { return Authorise(actor, action) == nil }

// Actions lists everything that rights are known for, for the test that holds
// them against the design.
func Actions() []Action {
	return slices.Sorted(maps.Keys(rights))
}
