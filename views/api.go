package views

// Bookmarklet is the page with the bookmark "log this claim".
type Bookmarklet struct {
	Page

	Address string // of the bookmark; a program
}

// API is the description of the JSON API, for people.
type API struct {
	Page

	Lead     string
	Document Link
	Base     string
	Begin    string // a first request
	Groups   []APIGroup
	Schemas  []APISchema
}

// APIGroup is operations that belong together.
type APIGroup struct {
	Name       string
	Operations []APIOperation
}

// APIOperation is one request.
type APIOperation struct {
	ID, Method, Path, Summary string
	Token                     bool
	Parameters                []APIField
	Body                      Link // its schema
	Answer                    Link
	Status                    string
	Example                   string
}

// APISchema is the shape of a body.
type APISchema struct {
	Name   string
	Fields []APIField
}

// APIField is a parameter, or a field of a body.
type APIField struct {
	Name, In, Kind, Doc string
	Required            bool
}
