package record

import (
	"encoding/json"
	"fmt"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Digest is what lists, filters and search need of a revision. It is derived
// from the document alone, so it can be made again at any time.
type Digest struct {
	Claim         string       `json:"claim"`
	Number        int          `json:"number"`
	Text          string       `json:"text"`
	Language      string       `json:"language"`
	Verbatim      bool         `json:"verbatim,omitempty"`
	Kind          string       `json:"kind"`
	Outcome       string       `json:"outcome"`
	Rating        *Rating      `json:"rating,omitempty"`
	Summary       string       `json:"summary"`
	Demonstration bool         `json:"demonstration,omitempty"`
	Speakers      []SpeakerRef `json:"speakers"`
	Topics        []TopicRef   `json:"topics"`
	Sources       []Named      `json:"sources"`
	Publishers    []Named      `json:"publishers"`
	SaidOn        kb.Date      `json:"saidOn"`
	Place         string       `json:"place,omitempty"`
	PublishedAt   string       `json:"publishedAt"`
	AsOf          kb.Date      `json:"asOf"`
	Overtaken     bool         `json:"overtaken,omitempty"`
	Correction    *Correction  `json:"correction,omitempty"`
	Origins       Origins      `json:"origins"`
	MergedInto    string       `json:"mergedInto,omitempty"`
	Redacted      bool         `json:"redacted,omitempty"` // then only number and date are left
}

// Named is a thing by id and name.
type Named struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// SpeakerRef is a speaker with the role held at the time.
type SpeakerRef struct {
	Named

	Role string `json:"role,omitempty"`
}

// Origins is the strength of the evidence in three numbers.
type Origins struct {
	Sources int `json:"sources"`
	Low     int `json:"low"`
	High    int `json:"high"`
}

// DigestOf derives the digest of a revision.
func DigestOf(d Document, c Content) Digest {
	g := Digest{
		Claim: d.Claim, Number: d.Number, PublishedAt: d.PublishedAt,
		MergedInto: c.MergedInto, AsOf: c.Ruling.AsOf, Text: c.Claim.Text, Language: c.Claim.Language, Verbatim: c.Claim.Verbatim, Kind: c.Claim.Kind,
		Outcome: c.Ruling.Outcome, Rating: c.Ruling.Rating, Summary: c.Ruling.Summary,
		Demonstration: c.Ruling.Demonstration, Overtaken: c.Ruling.Overtaken != nil,
		Topics: c.Claim.Topics, SaidOn: kb.UnknownDate(), Correction: c.Correction,
		Origins:  Origins{c.Analysis.Evidence.Sources, c.Analysis.Evidence.Low, c.Analysis.Evidence.High},
		Speakers: []SpeakerRef{}, Sources: []Named{}, Publishers: []Named{},
	}
	seen := map[string]bool{}
	for i, a := range c.Appearances {
		if i == 0 || a.Earliest {
			g.SaidOn, g.Place = a.SaidOn, a.Place
		}
		if !seen[a.Speaker.ID] {
			seen[a.Speaker.ID] = true
			g.Speakers = append(g.Speakers, SpeakerRef{Named{a.Speaker.ID, a.Speaker.ShownAs}, a.Speaker.Role})
		}
	}
	for _, s := range c.Sources {
		g.Sources = append(g.Sources, Named{s.ID, s.Title})
	}
	for _, p := range c.Publishers {
		g.Publishers = append(g.Publishers, Named{p.ID, p.Name})
	}
	return g
}

// RedactedDigest gives what is left of an encoded digest when the revision is
// redacted.
func RedactedDigest(encoded []byte) ([]byte, error) {
	var d Digest
	if err := json.Unmarshal(encoded, &d); err != nil {
		return nil, fmt.Errorf("read digest: %w", err)
	}
	return json.Marshal(Digest{Claim: d.Claim, Number: d.Number, PublishedAt: d.PublishedAt, Redacted: true})
}
