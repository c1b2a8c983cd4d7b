package views

// Lint is the page that names the defects of ClaimReview.
type Lint struct {
	Page

	Action, Name string
	Text         string
	Problem      string
	Items        []LintItem
}

// LintItem is one ClaimReview that was looked at.
type LintItem struct {
	Heading string
	Claim   string
	Defects []LintDefect
}

// LintDefect is one thing that is wrong with it.
type LintDefect struct {
	Rule, Severity, Tone, Field, Words string
}
