package interchange

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/claimtrail/claimtrail/internal/kb"
)

type cslItem struct {
	ID              string    `json:"id"`
	Type            string    `json:"type"`
	Title           string    `json:"title"`
	Author          []cslName `json:"author,omitempty"`
	ContainerTitle  string    `json:"container-title,omitempty"`
	Publisher       string    `json:"publisher,omitempty"`
	Issued          *cslDate  `json:"issued,omitempty"`
	Accessed        *cslDate  `json:"accessed,omitempty"`
	URL             string    `json:"URL,omitempty"`
	Archive         string    `json:"archive,omitempty"`
	ArchiveLocation string    `json:"archive_location,omitempty"`
	Language        string    `json:"language,omitempty"`
	Abstract        string    `json:"abstract,omitempty"`
	Note            string    `json:"note,omitempty"`
}

type cslName struct {
	Literal string `json:"literal"`
}

type cslDate struct {
	Parts []datePoint `json:"date-parts"`
}

// CSL writes the citations as CSL-JSON.
func CSL(list []Citation) ([]byte, error) {
	items := make([]cslItem, len(list))
	for i, c := range list {
		items[i] = c.csl()
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(items); err != nil {
		return nil, fmt.Errorf("write citations: %w", err)
	}
	return b.Bytes(), nil
}

func (c Citation) csl() cslItem {
	item := cslItem{
		ID: c.Key, Type: formOf(c.Kind).csl, Title: oneLine(c.Title), ContainerTitle: oneLine(c.Container), Publisher: oneLine(c.Publisher),
		Issued: cslDateOf(c.PublishedOn), Accessed: cslDateOf(c.AccessedOn), URL: plainURL(c.URL), Language: oneLine(c.knownLanguage()),
		Abstract: oneLine(c.Abstract), Note: oneLine(c.Note),
	}
	if address := plainURL(c.Copy); address != "" {
		item.Archive, item.ArchiveLocation = oneLine(c.Keeper), address
	}
	for _, name := range oneLines(c.Authors) {
		item.Author = append(item.Author, cslName{name})
	}
	return item
}

func cslDateOf(d kb.Date) *cslDate {
	if points := datePoints(d); points != nil {
		return &cslDate{points}
	}
	return nil
}
