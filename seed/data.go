package seed

import "github.com/claimtrail/claimtrail/internal/kb"

// The shapes of the data files. Things name each other by key; a key lives in
// the files only.

type account struct {
	Key      string   `json:"key"`
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Password string   `json:"password"`
	Roles    kb.Roles `json:"roles"`
}

type masthead struct {
	Name              string `json:"name"`
	Language          string `json:"language"`
	Licence           string `json:"licence"`
	LicenceURL        string `json:"licence_url"`
	CorrectionsPolicy string `json:"corrections_policy"`
	Methodology       string `json:"methodology"`
	Ownership         string `json:"ownership"`
	Contact           string `json:"contact"`
}

// policy is the first version of the house's own.
type policy struct {
	Modes   map[string]string `json:"modes"`
	Origins map[string]int    `json:"origins"` // by kind of claim; "" for the others
	Note    string            `json:"note"`
}

type scale struct {
	Key         string   `json:"key"`
	Name        string   `json:"name"`
	Methodology string   `json:"methodology"`
	Ratings     []string `json:"ratings"` // place | key | tone | shape | word | definition
}

type publisher struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Owner    string `json:"owner"`
	Country  string `json:"country"`
	Interest string `json:"interest"`
	Invented bool   `json:"invented"`
}

type speaker struct {
	Key       string `json:"key"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Wikidata  string `json:"wikidata"`
	Publisher string `json:"publisher"`
	Note      string `json:"note"`
	Roles     []role `json:"roles"`
}

type role struct {
	Title        string  `json:"title"`
	Organisation string  `json:"organisation"`
	From         kb.Date `json:"from"`
	To           kb.Date `json:"to"`
}

type source struct {
	Key         string       `json:"key"`
	Title       string       `json:"title"`
	URL         string       `json:"url"`
	Locator     string       `json:"locator"`
	PartOf      string       `json:"part_of"`
	Publisher   string       `json:"publisher"`
	Authors     []string     `json:"authors"`
	PublishedOn kb.Date      `json:"published_on"`
	Kind        string       `json:"kind"`
	Interest    string       `json:"interest"`
	Language    string       `json:"language"`
	Note        string       `json:"note"`
	Speaker     string       `json:"speaker"` // whose own work it is
	Captures    []capture    `json:"captures"`
	Excerpts    []excerpt    `json:"excerpts"`
	Derivations []derivation `json:"derivations"`
	Decisions   []decision   `json:"decisions"` // on what the program suggests about it
}

// capture is a copy as somebody pasted it.
type capture struct {
	Key      string   `json:"key"`
	By       string   `json:"by"`
	Text     []string `json:"text"` // lines
	Complete string   `json:"complete"`
	Rights   string   `json:"rights"`
	Note     string   `json:"rights_note"`
	Late     bool     `json:"late"` // captured after everything was published
}

// decision settles one suggestion: reuse of another source's text, or a phrase
// that names a publisher.
type decision struct {
	Other   string `json:"other"`
	Named   string `json:"named"`
	Kind    string `json:"kind"`
	To      string `json:"to"`
	Reverse bool   `json:"reverse"`
	Reject  bool   `json:"reject"`
	Reason  string `json:"reason"`
	By      string `json:"by"`
}

type excerpt struct {
	Key        string `json:"key"`
	Exact      string `json:"exact"`
	Prefix     string `json:"prefix"`
	Suffix     string `json:"suffix"`
	Via        string `json:"via"`
	From       string `json:"from"`  // the capture that it is anchored in; none: copied by hand
	Place      int    `json:"place"` // which of several places, from 1; 0 leaves it ambiguous
	By         string `json:"by"`
	AttestedBy string `json:"attested_by"`
}

type derivation struct {
	To           string `json:"to"`
	Kind         string `json:"kind"`
	Faithfulness string `json:"faithfulness"`
	Note         string `json:"note"`
	Basis        string `json:"basis"`
}

type claim struct {
	Key          string            `json:"key"`
	By           string            `json:"by"`
	Text         string            `json:"text"`
	Language     string            `json:"language"`
	Verbatim     bool              `json:"verbatim"`
	Kind         string            `json:"kind"`
	Checkability string            `json:"checkability"`
	Reason       string            `json:"reason"`
	ValidFrom    kb.Date           `json:"valid_from"`
	ValidTo      kb.Date           `json:"valid_to"`
	Prediction   *prediction       `json:"prediction"`
	Note         string            `json:"note"`
	Parts        []string          `json:"parts"`
	Topics       []string          `json:"topics"`
	Appearances  []appearance      `json:"appearances"`
	Evidence     []evidence        `json:"evidence"`
	Assessments  []assessment      `json:"assessments"`
	Relations    []relation        `json:"relations"`
	Replies      []reply           `json:"replies"`
	Ruling       *ruling           `json:"ruling"`
	Exceptions   map[string]string `json:"exceptions"`
	State        string            `json:"state"` // suggested, open, researching, in-review, approved, scheduled, published, parked, declined
	StateReason  string            `json:"state_reason"`
	InDays       int               `json:"in_days"`    // from the loading to a scheduled publication
	Emergency    *emergency        `json:"emergency"`  // published without a second person
	Revision     *revision         `json:"revision"`   // a second one, published as well
	Retraction   *retraction       `json:"retraction"` // of what was published
	Banner       string            `json:"banner"`     // why it is under review in public
	Disputes     []dispute         `json:"disputes"`   // about the first revision
}

type prediction struct {
	Condition string  `json:"condition"`
	Due       kb.Date `json:"due"`
	Outcome   string  `json:"outcome"`
}

type appearance struct {
	Speaker      string        `json:"speaker"`
	ShownAs      string        `json:"shown_as"`
	Role         string        `json:"role"`
	Words        string        `json:"words"`
	Language     string        `json:"language"`
	Directness   string        `json:"directness"`
	Translation  string        `json:"translation"`
	TranslatedBy string        `json:"translated_by"`
	SaidOn       kb.Date       `json:"said_on"`
	Place        string        `json:"place"`
	Medium       string        `json:"medium"`
	Earliest     bool          `json:"earliest"`
	Attestations []attestation `json:"attestations"`
}

type attestation struct {
	Source  string       `json:"source"`
	Excerpt string       `json:"excerpt"`
	Own     bool         `json:"own"`
	Note    string       `json:"note"`
	Derives []derivation `json:"derives"`
}

type evidence struct {
	Key     string       `json:"key"`
	Source  string       `json:"source"`
	Excerpt string       `json:"excerpt"`
	Part    int          `json:"part"` // from 1; 0 is the whole claim
	Stance  string       `json:"stance"`
	Primary bool         `json:"primary"`
	Own     bool         `json:"own"`
	Comment string       `json:"comment"`
	Derives []derivation `json:"derives"`
}

type assessment struct {
	Source  string `json:"source"`
	Finding string `json:"finding"`
	Note    string `json:"note"`
	By      string `json:"by"`
}

type relation struct {
	To        string `json:"to"`
	Type      string `json:"type"`
	Rationale string `json:"rationale"`
}

type reply struct {
	AskedOf  string  `json:"asked_of"`
	Channel  string  `json:"channel"`
	AskedOn  kb.Date `json:"asked_on"`
	Deadline kb.Date `json:"deadline"`
	Outcome  string  `json:"outcome"`
	Text     string  `json:"text"`
}

type ruling struct {
	Outcome     string     `json:"outcome"`
	Reason      string     `json:"reason"`
	Rating      string     `json:"rating"`
	Summary     string     `json:"summary"`
	Reasoning   []string   `json:"reasoning"` // paragraphs, evidence cited as [@key]
	AsOf        kb.Date    `json:"as_of"`
	Overtaken   *overtaken `json:"overtaken"`
	RecheckBy   kb.Date    `json:"recheck_by"`
	WouldChange string     `json:"would_change"`
}

type overtaken struct {
	Since    kb.Date `json:"since"`
	Evidence string  `json:"evidence"`
}

type revision struct {
	Cause    string     `json:"cause"`
	Class    string     `json:"class"`
	Note     string     `json:"note"`
	Evidence []evidence `json:"evidence"` // that came to light since
	Ruling   ruling     `json:"ruling"`
}

type emergency struct {
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
}

type retraction struct {
	Cause string `json:"cause"`
	Note  string `json:"note"`
}

// dispute is a reader's challenge, and how it ended: examining, or an outcome
// with its answer. One that led to a correction names the claim's last revision.
type dispute struct {
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Evidence string `json:"evidence"`
	State    string `json:"state"`
	Answer   string `json:"answer"`
	By       string `json:"by"`
}

// tip is a claim that a reader suggests, and what became of it.
type tip struct {
	Text   string `json:"text"`
	Where  string `json:"where"`
	Note   string `json:"note"`
	Email  string `json:"email"`
	State  string `json:"state"`
	Claim  string `json:"claim"` // that it was taken up with
	Answer string `json:"answer"`
	By     string `json:"by"`
}
