package interchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"golang.org/x/net/html"
)

// What a file of others may hold.
const (
	mostItem = 1 << 20  // bytes of one item
	mostPage = 16 << 20 // bytes of a page that holds items
	mostDeep = 12       // lists and graphs in one another
)

// Item is one thing of a file: its number there, from 1, and the ClaimReview, or
// why it is none.
type Item struct {
	Number int
	Review ClaimReview
	Raw    map[string]any // as the file has it
	Err    error
}

// ReadClaimReviews reads ClaimReviews out of what publishers serve: one of them,
// a list, a graph, a DataFeed, a line each, or a page that carries any of these.
// It holds one item at a time. An item that cannot be read is given with its
// error; only a file that breaks off ends the reading.
func ReadClaimReviews(r io.Reader, each func(Item) error) error {
	in := bufio.NewReader(r)
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(len(mark)) // it was peeked
	}
	first, err := firstByte(in)
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty")
	}
	if err != nil {
		return err
	}
	x := &reviewReader{each: each}
	if first == '<' {
		return x.page(in)
	}
	return x.values(in)
}

func firstByte(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		if err != nil {
			return 0, err
		}
		if b != ' ' && b != '\n' && b != '\r' && b != '\t' {
			return b, in.UnreadByte()
		}
	}
}

type reviewReader struct {
	each  func(Item) error
	count int
}

// meter lets so many bytes through until it is set back: one item cannot fill
// the memory.
type meter struct {
	r    io.Reader
	left int
}

var errLongItem = fmt.Errorf("an item is longer than %d KiB", mostItem>>10)

func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errLongItem
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// values reads JSON values, one after the other.
func (x *reviewReader) values(in io.Reader) error {
	m := &meter{r: in, left: mostItem}
	d := json.NewDecoder(m)
	d.UseNumber()
	for {
		err := x.value(d, m, 0)
		if errors.Is(err, io.EOF) && x.count > 0 {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return errors.New("there is no ClaimReview in it")
		}
		if err != nil {
			return broken(err, d.InputOffset())
		}
		if !d.More() {
			return nil
		}
	}
}

// errStop wraps what the caller of ReadClaimReviews returned.
type errStop struct{ error }

func (e errStop) Unwrap() error { return e.error }

func broken(err error, at int64) error {
	if stop, ok := errors.AsType[errStop](err); ok {
		return stop.error
	}
	return fmt.Errorf("byte %d: %w", at, err)
}

// value reads one value of a stream: lists item by item, objects whole but for
// the lists in them that hold items.
func (x *reviewReader) value(d *json.Decoder, m *meter, depth int) error {
	if depth > mostDeep {
		return errors.New("lists stand too deep in one another")
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for d.More() {
			if err := x.item(d, m); err != nil {
				return err
			}
		}
		_, err := d.Token()
		return err
	case json.Delim('{'):
		return x.object(d, m, depth)
	}
	x.count++
	return x.give(Item{Number: x.count, Err: errors.New("this is no object")})
}

// listKeys are the names under which objects carry lists of items.
var listKeys = map[string]bool{"dataFeedElement": true, "@graph": true, "itemListElement": true}

func (x *reviewReader) object(d *json.Decoder, m *meter, depth int) error {
	rest := map[string]any{}
	carrier := false
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if listKeys[key] {
			carrier = true
			if err := x.value(d, m, depth+1); err != nil {
				return err
			}
			continue
		}
		var v any
		if err := d.Decode(&v); err != nil {
			return err
		}
		rest[key] = v
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	m.left = mostItem
	if carrier {
		return nil
	}
	return x.found(rest)
}

func (x *reviewReader) item(d *json.Decoder, m *meter) error {
	m.left = mostItem
	var v any
	if err := d.Decode(&v); err != nil {
		return err
	}
	return x.found(v)
}

// found looks for reviews in an item: it is one, holds some, or is something
// else.
func (x *reviewReader) found(v any) error {
	reviews := reviewsIn(v, 0)
	if len(reviews) == 0 {
		x.count++
		return x.give(Item{Number: x.count, Err: errors.New("there is no ClaimReview in it")})
	}
	for _, r := range reviews {
		x.count++
		if err := x.give(Item{Number: x.count, Review: reviewOf(r), Raw: r}); err != nil {
			return err
		}
	}
	return nil
}

func (x *reviewReader) give(i Item) error {
	if err := x.each(i); err != nil {
		return errStop{err}
	}
	return nil
}

func reviewsIn(v any, depth int) []map[string]any {
	if depth > mostDeep {
		return nil
	}
	switch v := v.(type) {
	case []any:
		var list []map[string]any
		for _, e := range v {
			list = append(list, reviewsIn(e, depth+1)...)
		}
		return list
	case map[string]any:
		if isA(v, "ClaimReview") {
			return []map[string]any{v}
		}
		var list []map[string]any
		for _, key := range []string{"item", "@graph", "mainEntity", "review", "dataFeedElement", "itemListElement"} {
			list = append(list, reviewsIn(v[key], depth+1)...)
		}
		return list
	}
	return nil
}

func isA(v map[string]any, kind string) bool {
	for _, t := range listOf(v["@type"]) {
		s, _ := t.(string)
		if s == kind || strings.HasSuffix(s, "/"+kind) || strings.HasSuffix(s, ":"+kind) {
			return true
		}
	}
	return false
}

// page reads the data blocks of an HTML page.
func (x *reviewReader) page(in io.Reader) error {
	z := html.NewTokenizer(io.LimitReader(in, mostPage))
	z.SetMaxBuf(mostItem)
	linked := false
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return fmt.Errorf("read page: %w", err)
			}
			if x.count == 0 {
				return errors.New("the page carries no ClaimReview")
			}
			return nil
		case html.StartTagToken:
			t := z.Token()
			linked = t.Data == "script" && isLinkedData(t.Attr)
		case html.TextToken:
			if linked {
				if err := x.block(z.Text()); err != nil {
					return err
				}
			}
			linked = false
		}
	}
}

func isLinkedData(attributes []html.Attribute) bool {
	for _, a := range attributes {
		kind, _, _ := strings.Cut(strings.ToLower(a.Val), ";")
		if a.Key == "type" && strings.TrimSpace(kind) == "application/ld+json" {
			return true
		}
	}
	return false
}

// block reads one data block of a page. A block of something else is none of our
// business.
func (x *reviewReader) block(b []byte) error {
	var v any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		if !bytes.Contains(b, []byte("ClaimReview")) {
			return nil
		}
		x.count++
		return broken(x.give(Item{Number: x.count, Err: fmt.Errorf("the data block is not JSON: %w", err)}), 0)
	}
	for _, r := range reviewsIn(v, 0) {
		x.count++
		if err := x.give(Item{Number: x.count, Review: reviewOf(r), Raw: r}); err != nil {
			return broken(err, 0)
		}
	}
	return nil
}

// reviewOf gives a ClaimReview of the shapes that publishers write: a name for an
// object, one for a list, words for numbers.
func reviewOf(v map[string]any) ClaimReview {
	r := ClaimReview{
		Type: "ClaimReview", ID: textOf(v["@id"]), URL: addressOf(v["url"]), ClaimReviewed: textOf(v["claimReviewed"]), DatePublished: textOf(v["datePublished"]), DateModified: textOf(v["dateModified"]),
		InLanguage: textOf(v["inLanguage"]), Author: agentOf(v["author"], "Organization"), Status: textOf(v["creativeWorkStatus"]), License: addressOf(v["sdLicense"]),
	}
	if item, ok := firstOf(v["itemReviewed"]).(map[string]any); ok {
		r.ItemReviewed = claimOf(item)
		if r.ClaimReviewed == "" {
			r.ClaimReviewed = textOf(item["text"])
		}
	}
	if rating, ok := firstOf(v["reviewRating"]).(map[string]any); ok {
		r.ReviewRating = &ReviewRating{
			Type: "Rating", Label: textOf(rating["alternateName"]), Explanation: textOf(rating["ratingExplanation"]),
			Value: numberOf(rating["ratingValue"]), Best: numberOf(rating["bestRating"]), Worst: numberOf(rating["worstRating"]),
		}
		if r.ReviewRating.Label == "" {
			r.ReviewRating.Label = textOf(rating["name"])
		}
	}
	if c, ok := firstOf(v["correction"]).(map[string]any); ok {
		r.Correction = &Comment{Type: "CorrectionComment", Text: textOf(c["text"]), Date: textOf(c["datePublished"])}
	}
	if m, ok := firstOf(v["associatedMediaReview"]).(map[string]any); ok {
		r.MediaReview = mediaOf(m)
	}
	return r
}

func claimOf(v map[string]any) *ReviewedClaim {
	c := &ReviewedClaim{Type: "Claim", Author: agentOf(v["author"], "Person"), DatePublished: textOf(v["datePublished"]), InLanguage: textOf(v["inLanguage"])}
	if works := worksIn(v["firstAppearance"]); len(works) > 0 {
		c.FirstAppearance = &works[0]
	}
	c.Appearance = worksIn(v["appearance"])
	if len(c.Appearance) == 0 && !isA(v, "Claim") { // the form before Claim had one
		c.Appearance = worksIn(v["sameAs"])
	}
	return c
}

func mediaOf(v map[string]any) *MediaReview {
	m := &MediaReview{Type: "MediaReview", URL: addressOf(v["url"]), Published: textOf(v["datePublished"]), Author: agentOf(v["author"], "Organization")}
	for _, code := range listOf(v["mediaAuthenticityCategory"]) {
		m.Categories = append(m.Categories, textOf(code))
	}
	return m
}

func worksIn(v any) []Work {
	var works []Work
	for _, e := range listOf(v) {
		w := Work{Type: "CreativeWork", URL: addressOf(e)}
		if o, ok := e.(map[string]any); ok {
			w.Headline = textOf(o["headline"])
			if w.Headline == "" {
				w.Headline = textOf(o["name"])
			}
		}
		if w.URL != "" {
			works = append(works, w)
		}
	}
	return works
}

func agentOf(v any, kind string) *Agent {
	switch v := firstOf(v).(type) {
	case string:
		if strings.TrimSpace(v) != "" {
			return &Agent{Type: kind, Name: strings.TrimSpace(v)}
		}
	case map[string]any:
		a := &Agent{Type: kind, Name: textOf(v["name"]), URL: addressOf(v["url"]), JobTitle: textOf(v["jobTitle"]), SameAs: addressOf(v["sameAs"])}
		for _, known := range []string{"Person", "Organization"} {
			if isA(v, known) {
				a.Type = known
			}
		}
		if isA(v, "NewsMediaOrganization") {
			a.Type = "Organization"
		}
		if *a != (Agent{Type: a.Type}) {
			return a
		}
	}
	return nil
}

// listOf gives one as a list of one, and nothing as an empty list.
func listOf(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	}
	return []any{v}
}

func firstOf(v any) any {
	for _, e := range listOf(v) {
		if e != nil {
			return e
		}
	}
	return nil
}

// textOf gives words, however they are wrapped.
func textOf(v any) string {
	switch v := firstOf(v).(type) {
	case string:
		return strings.TrimSpace(v)
	case json.Number:
		return v.String()
	case map[string]any:
		for _, key := range []string{"@value", "name", "alternateName", "text"} {
			if s, ok := v[key].(string); ok {
				return strings.TrimSpace(s)
			}
		}
	}
	return ""
}

// addressOf gives an address, however it is wrapped.
func addressOf(v any) string {
	if o, ok := firstOf(v).(map[string]any); ok {
		for _, key := range []string{"url", "@id"} {
			if s := textOf(o[key]); s != "" {
				return s
			}
		}
		return ""
	}
	return textOf(v)
}

// numberOf gives a whole number, written as a number or as words.
func numberOf(v any) *int {
	f, err := strconv.ParseFloat(textOf(v), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return nil
	}
	n := int(f)
	return &n
}
