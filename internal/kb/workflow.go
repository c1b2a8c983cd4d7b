package kb

import "slices"

// State is the work state of a claim on the desk. What readers see does not
// depend on it: it derives from revisions.
type State string

// The states.
const (
	Suggested   State = "suggested"
	Open        State = "open"
	Researching State = "researching"
	InReview    State = "in-review"
	ApprovedS   State = "approved"
	Scheduled   State = "scheduled"
	Published   State = "published"
	Declined    State = "declined"
	Parked      State = "parked"
	Merged      State = "merged"
)

// States lists the states with their words and in the order of the work.
var States = []Option{
	{string(Suggested), "suggested"},
	{string(Open), "open"},
	{string(Researching), "researching"},
	{string(InReview), "in review"},
	{string(ApprovedS), "approved"},
	{string(Scheduled), "scheduled"},
	{string(Published), "published"},
	{string(Parked), "parked"},
	{string(Declined), "declined"},
	{string(Merged), "merged"},
}

// Label gives the state's words.
func (s State) Label() string { return Label(States, string(s)) }

// Step is the name of an edge of the workflow.
type Step string

// The steps. Edit is taken by the program when somebody changes what is under
// review or approved: the candidate and its approval fall. Fail is taken by the
// program when a scheduled publication meets a house rule. Expedite publishes
// what nobody else approved, in an emergency that is typed, reasoned and public.
// Absorb merges a published claim into another.
const (
	Accept   Step = "accept"
	Decline  Step = "decline"
	Reopen   Step = "reopen"
	Assign   Step = "assign"
	Submit   Step = "submit"
	Return   Step = "return"
	Approve  Step = "approve"
	Withdraw Step = "withdraw"
	Edit     Step = "edit"
	Publish  Step = "publish"
	Schedule Step = "schedule"
	Cancel   Step = "cancel"
	Fail     Step = "fail"
	Expedite Step = "expedite"
	Revise   Step = "revise"
	GiveUp   Step = "give-up"
	Retract  Step = "retract"
	Absorb   Step = "absorb"
	Park     Step = "park"
	Merge    Step = "merge"
)

// Edge is one permitted change of state: who may take it, and whether a reason
// must be given. Guards that need more than the state (two persons, the hash,
// the gates) are the desk's.
type Edge struct {
	Step        Step
	From        []State
	To          State
	Roles       []Role
	NeedsReason bool
}

// Edges is the whole workflow. What is not in it is refused as a conflict.
var Edges = []Edge{
	{Accept, []State{Suggested}, Open, []Role{Researcher}, false},
	{Decline, []State{Suggested}, Declined, []Role{Researcher}, true},
	{Reopen, []State{Declined}, Open, []Role{Researcher}, false},
	{Reopen, []State{Parked}, Researching, []Role{Researcher}, false},
	{Assign, []State{Open}, Researching, []Role{Researcher}, false},
	{Submit, []State{Researching}, InReview, []Role{Researcher}, false},
	{Return, []State{InReview}, Researching, []Role{Reviewer}, true},
	{Approve, []State{InReview}, ApprovedS, []Role{Reviewer}, false},
	{Withdraw, []State{InReview, ApprovedS}, Researching, []Role{Researcher, Reviewer}, false},
	{Edit, []State{InReview, ApprovedS, Scheduled}, Researching, []Role{Researcher}, false},
	{Publish, []State{ApprovedS, Scheduled}, Published, []Role{PublisherR}, false},
	{Schedule, []State{ApprovedS, Scheduled}, Scheduled, []Role{PublisherR}, false},
	{Cancel, []State{Scheduled}, Researching, []Role{PublisherR}, false},
	{Fail, []State{Scheduled}, ApprovedS, []Role{PublisherR}, false},
	{Expedite, []State{InReview}, Published, []Role{PublisherR}, true},
	{GiveUp, []State{Researching}, Published, []Role{Researcher, PublisherR}, true},
	{Retract, []State{Published}, InReview, []Role{PublisherR}, true},
	{Absorb, []State{Published}, InReview, []Role{PublisherR}, true},
	{Revise, []State{Published}, Researching, []Role{Researcher, PublisherR}, false},
	{Park, []State{Open, Researching, InReview}, Parked, []Role{Researcher, Reviewer}, true},
	{Merge, []State{Suggested, Open, Researching, InReview, ApprovedS, Declined, Parked}, Merged, []Role{Researcher}, true},
}

// EdgeOf gives the first edge of a step; a step's edges agree on roles and reason.
func EdgeOf(step Step) (Edge, bool) {
	i := slices.IndexFunc(Edges, func(e Edge) bool { return e.Step == step })
	if i < 0 {
		return Edge{}, false
	}
	return Edges[i], true
}

// Next gives the state that a step leads to, or a conflict in words.
func Next(from State, step Step) (State, error) {
	i := slices.IndexFunc(Edges, func(e Edge) bool { return e.Step == step && slices.Contains(e.From, from) })
	if i < 0 {
		return "", Errorf(Conflict, "The claim is %s: this step cannot be taken now. Somebody may have moved it on since you opened the page.", from.Label())
	}
	return Edges[i].To, nil
}

// Editable reports whether the claim's content may be changed in the state, if
// need be by taking the Edit step.
func (s State) Editable() bool { return slices.Contains(editable, s) }

var editable = []State{Suggested, Open, Researching, InReview, ApprovedS, Scheduled}

// EditableStates lists the states in which a claim can be worked on.
func EditableStates() []State { return slices.Clone(editable) }
