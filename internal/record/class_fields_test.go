package record_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/claimtrail/claimtrail/internal/record"
)

// TestEveryFieldHasAClass changes every field of a content in turn. A field that
// no line of fieldClasses names fails: somebody has to say what a change of it
// is.
func TestEveryFieldHasAClass(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for class, fields := range fieldClasses {
		for _, field := range strings.Fields(fields) {
			want[field] = class
		}
	}
	seen := map[string]bool{}
	for _, field := range fieldsOf(t) {
		seen[field] = true
		after := full()
		if !changeField(reflect.ValueOf(&after).Elem(), "", field) {
			t.Fatalf("%s was not changed", field)
		}
		if want[field] == "" {
			t.Errorf("no class is stated for a change of %s", field)
			continue
		}
		if got := record.LeastClass(full(), after, "our-error"); got != want[field] {
			t.Errorf("%s: got %s, want %s", field, got, want[field])
		}
	}
	for field := range want {
		if !seen[field] {
			t.Errorf("there is no field %s any more", field)
		}
	}
}

func full() record.Content {
	var c record.Content
	fill(reflect.ValueOf(&c).Elem())
	return c
}

// fill puts something into every field, and one element into every list.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("something")
	case reflect.Int:
		v.SetInt(1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// fieldsOf names the fields of a content, and its lists, maps and pointers as
// wholes: "Claim.Parts" and "Claim.Parts.Text".
func fieldsOf(t *testing.T) []string {
	t.Helper()
	var list []string
	var walk func(reflect.Type, string)
	walk = func(typ reflect.Type, path string) {
		switch typ.Kind() {
		case reflect.Struct:
			for i := range typ.NumField() {
				walk(typ.Field(i).Type, strings.TrimPrefix(path+"."+typ.Field(i).Name, "."))
			}
		case reflect.Pointer, reflect.Slice:
			list = append(list, path)
			if typ.Elem().Kind() == reflect.Struct {
				walk(typ.Elem(), path)
			}
		case reflect.String, reflect.Bool, reflect.Int, reflect.Map:
			list = append(list, path)
		default:
			t.Fatalf("%s is a %s, which this test cannot change", path, typ)
		}
	}
	walk(reflect.TypeFor[record.Content](), "")
	return list
}

// changeField changes the one field that a path names; it empties what is a
// list, map or pointer.
func changeField(v reflect.Value, path, field string) bool {
	if path == field {
		change(v)
		return true
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := strings.TrimPrefix(path+"."+v.Type().Field(i).Name, ".")
			if field == name || strings.HasPrefix(field, name+".") {
				return changeField(v.Field(i), name, field)
			}
		}
	case reflect.Pointer:
		return changeIn(v.Elem(), path, field)
	case reflect.Slice:
		return changeIn(v.Index(0), path, field)
	}
	return false
}

// changeIn goes into what a list or a pointer holds, which has its name.
func changeIn(v reflect.Value, path, field string) bool {
	return v.Kind() == reflect.Struct && changeField(v, path, field)
}

func change(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("otherwise said")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int:
		v.SetInt(v.Int() + 1)
	case reflect.Pointer, reflect.Slice, reflect.Map:
		v.SetZero()
	default:
		panic(fmt.Sprintf("a %s cannot be changed", v.Type()))
	}
}

// fieldClasses states the least class of a change of each field by our error.
var fieldClasses = map[string]string{
	"typo": `
		Salt Claim.Topics Claim.Topics.Slug Claim.Topics.Name Ruling.Renderer Correction Correction.Class Correction.Cause
		Correction.Note`,
	"clarification": `
		Claim.Reason Appearances.Attestations.Note Evidence.Comment Sources.Capture Sources.Capture.ID Sources.Capture.Method
		Sources.Capture.CapturedAt Sources.Capture.TextHash Sources.Capture.Complete Sources.Capture.Rights
		Sources.Capture.RightsNote Sources.Capture.Via Sources.Capture.Carrier Sources.Capture.Carrier.ID
		Sources.Capture.Carrier.TextHash Sources.Capture.Carrier.CapturedAt Sources.Capture.Carrier.Start
		Sources.Capture.Carrier.End Sources.Capture.Carrier.Rights Sources.Capture.Origin Sources.Capture.Origin.URL
		Sources.Capture.Origin.Status Sources.Capture.Origin.MediaType Sources.Capture.Origin.BodyHash
		Sources.Capture.Origin.Extractor Derivations.Note Relations Relations.Claim Relations.Type Relations.Inverse
		Relations.Rationale Ruling.OutcomeReason Ruling.Rating.ScaleNumber Ruling.Rating.Tone Ruling.Rating.Shape
		Ruling.Summary Ruling.Reasoning Ruling.WouldChange`,
	"correction": `
		Ruling.Media
		Claim.ID Claim.Text Claim.Language Claim.Verbatim Claim.Kind Claim.Checkability Claim.ValidFrom.EDTF
		Claim.ValidFrom.Basis Claim.ValidFrom.Zone Claim.ValidFrom.Note Claim.ValidTo.EDTF Claim.ValidTo.Basis
		Claim.ValidTo.Zone Claim.ValidTo.Note Claim.Prediction Claim.Prediction.Condition Claim.Prediction.Due.EDTF
		Claim.Prediction.Due.Basis Claim.Prediction.Due.Zone Claim.Prediction.Due.Note Claim.Prediction.Outcome Claim.Parts
		Claim.Parts.ID Claim.Parts.Text Appearances Appearances.ID Appearances.Speaker.ID Appearances.Speaker.Kind
		Appearances.Speaker.Name Appearances.Speaker.ShownAs Appearances.Speaker.Role Appearances.Speaker.Wikidata
		Appearances.Words Appearances.Language Appearances.Directness Appearances.Translation Appearances.TranslatedBy
		Appearances.SaidOn.EDTF Appearances.SaidOn.Basis Appearances.SaidOn.Zone Appearances.SaidOn.Note Appearances.Place
		Appearances.Medium Appearances.Earliest Appearances.Attestations Appearances.Attestations.ID
		Appearances.Attestations.Source Appearances.Attestations.Excerpt Appearances.Attestations.Excerpt.ID
		Appearances.Attestations.Excerpt.Segments Appearances.Attestations.Excerpt.Segments.Exact
		Appearances.Attestations.Excerpt.Segments.Prefix Appearances.Attestations.Excerpt.Segments.Suffix
		Appearances.Attestations.Excerpt.Segments.Start Appearances.Attestations.Excerpt.Segments.End
		Appearances.Attestations.Excerpt.State Appearances.Attestations.Excerpt.CheckedAt
		Appearances.Attestations.Excerpt.CopiedBy Appearances.Attestations.Excerpt.CopiedBy.ID
		Appearances.Attestations.Excerpt.CopiedBy.Name Appearances.Attestations.Excerpt.AttestedBy
		Appearances.Attestations.Excerpt.AttestedBy.ID Appearances.Attestations.Excerpt.AttestedBy.Name
		Appearances.Attestations.Excerpt.Snapshot.ID Appearances.Attestations.Excerpt.Snapshot.Method
		Appearances.Attestations.Excerpt.Snapshot.CapturedAt Appearances.Attestations.Excerpt.Snapshot.TextHash
		Appearances.Attestations.Excerpt.Snapshot.Complete Appearances.Attestations.Excerpt.Snapshot.Rights
		Appearances.Attestations.Excerpt.Snapshot.RightsNote Appearances.Attestations.Excerpt.Snapshot.Via
		Appearances.Attestations.Excerpt.Snapshot.Carrier Appearances.Attestations.Excerpt.Snapshot.Carrier.ID
		Appearances.Attestations.Excerpt.Snapshot.Carrier.TextHash
		Appearances.Attestations.Excerpt.Snapshot.Carrier.CapturedAt Appearances.Attestations.Excerpt.Snapshot.Carrier.Start
		Appearances.Attestations.Excerpt.Snapshot.Carrier.End Appearances.Attestations.Excerpt.Snapshot.Carrier.Rights
		Appearances.Attestations.Excerpt.Snapshot.Origin Appearances.Attestations.Excerpt.Snapshot.Origin.URL
		Appearances.Attestations.Excerpt.Snapshot.Origin.Status Appearances.Attestations.Excerpt.Snapshot.Origin.MediaType
		Appearances.Attestations.Excerpt.Snapshot.Origin.BodyHash Appearances.Attestations.Excerpt.Snapshot.Origin.Extractor
		Appearances.Attestations.OwnReporting Evidence Evidence.ID Evidence.Part Evidence.Source Evidence.Excerpt
		Evidence.Excerpt.ID Evidence.Excerpt.Segments Evidence.Excerpt.Segments.Exact Evidence.Excerpt.Segments.Prefix
		Evidence.Excerpt.Segments.Suffix Evidence.Excerpt.Segments.Start Evidence.Excerpt.Segments.End Evidence.Excerpt.State
		Evidence.Excerpt.CheckedAt Evidence.Excerpt.CopiedBy Evidence.Excerpt.CopiedBy.ID Evidence.Excerpt.CopiedBy.Name
		Evidence.Excerpt.AttestedBy Evidence.Excerpt.AttestedBy.ID Evidence.Excerpt.AttestedBy.Name
		Evidence.Excerpt.Snapshot.ID Evidence.Excerpt.Snapshot.Method Evidence.Excerpt.Snapshot.CapturedAt
		Evidence.Excerpt.Snapshot.TextHash Evidence.Excerpt.Snapshot.Complete Evidence.Excerpt.Snapshot.Rights
		Evidence.Excerpt.Snapshot.RightsNote Evidence.Excerpt.Snapshot.Via Evidence.Excerpt.Snapshot.Carrier
		Evidence.Excerpt.Snapshot.Carrier.ID Evidence.Excerpt.Snapshot.Carrier.TextHash
		Evidence.Excerpt.Snapshot.Carrier.CapturedAt Evidence.Excerpt.Snapshot.Carrier.Start
		Evidence.Excerpt.Snapshot.Carrier.End Evidence.Excerpt.Snapshot.Carrier.Rights Evidence.Excerpt.Snapshot.Origin
		Evidence.Excerpt.Snapshot.Origin.URL Evidence.Excerpt.Snapshot.Origin.Status
		Evidence.Excerpt.Snapshot.Origin.MediaType Evidence.Excerpt.Snapshot.Origin.BodyHash
		Evidence.Excerpt.Snapshot.Origin.Extractor Evidence.Stance Evidence.Primary Evidence.OwnReporting Sources Sources.ID
		Sources.Title Sources.URL Sources.Locator Sources.PartOf Sources.Publisher Sources.Authors Sources.PublishedOn.EDTF
		Sources.PublishedOn.Basis Sources.PublishedOn.Zone Sources.PublishedOn.Note Sources.Kind Sources.Interest
		Sources.Language Sources.Speaker Publishers Publishers.ID Publishers.Name Publishers.Kind Publishers.Owner
		Publishers.Country Publishers.Interest Publishers.Invented Derivations Derivations.From Derivations.To
		Derivations.Kind Derivations.Item Derivations.Faithfulness Derivations.Basis Assessments Assessments.Source
		Assessments.Finding Assessments.Note Assessments.By.ID Assessments.By.Name Analysis.Said.Sources
		Analysis.Said.Publishers Analysis.Said.UnknownPublishers Analysis.Said.Low Analysis.Said.High Analysis.Said.ByStance
		Analysis.Said.Claimant Analysis.Said.Circles Analysis.Said.Backwards Analysis.Said.Unscoped Analysis.Said.Unassessed
		Analysis.Evidence.Sources Analysis.Evidence.Publishers Analysis.Evidence.UnknownPublishers Analysis.Evidence.Low
		Analysis.Evidence.High Analysis.Evidence.ByStance Analysis.Evidence.Claimant Analysis.Evidence.Circles
		Analysis.Evidence.Backwards Analysis.Evidence.Unscoped Analysis.Evidence.Unassessed Analysis.OwnRulings Replies
		Replies.AskedOf Replies.Channel Replies.AskedOn.EDTF Replies.AskedOn.Basis Replies.AskedOn.Zone Replies.AskedOn.Note
		Replies.Deadline.EDTF Replies.Deadline.Basis Replies.Deadline.Zone Replies.Deadline.Note Replies.Outcome Replies.Text
		Ruling.Rating.Texts Ruling.AsOf.EDTF Ruling.AsOf.Basis Ruling.AsOf.Zone Ruling.AsOf.Note Ruling.Overtaken
		Ruling.Overtaken.Since.EDTF Ruling.Overtaken.Since.Basis Ruling.Overtaken.Since.Zone Ruling.Overtaken.Since.Note
		Ruling.Overtaken.Evidence Ruling.RecheckBy.EDTF Ruling.RecheckBy.Basis Ruling.RecheckBy.Zone Ruling.RecheckBy.Note
		Ruling.Demonstration MergedInto`,
	"rating-change": `
		Ruling.Outcome Ruling.Rating Ruling.Rating.Scale Ruling.Rating.Key Ruling.Rating.Ordinal Ruling.Rating.Of`,
}
