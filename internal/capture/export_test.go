package capture

// What makes text of pages, for the fuzz tests.
var (
	VisibleText = visibleText
	Metadata    = metadata
)
