package desk

import (
	"reflect"

	"golang.org/x/text/unicode/norm"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// validator is an input that checks and trims itself.
type validator interface{ Validate() error }

// valid brings every text of an input into Unicode's normal form C, so that
// positions counted now hold in the document, and validates it.
func valid(in validator) error {
	normalise(reflect.ValueOf(in).Elem())
	return in.Validate()
}

// check authorises first: who may not do it learns nothing of what is wrong.
func check(actor kb.Actor, action Action, in validator) error {
	if err := Authorise(actor, action); err != nil {
		return err
	}
	return valid(in)
}

func normalise(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && !norm.NFC.IsNormalString(v.String()) {
			v.SetString(norm.NFC.String(v.String()))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				normalise(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			normalise(v.Index(i))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			normalise(v.Elem())
		}
	}
}
