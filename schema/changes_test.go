package schema

import (
	"fmt"
	"slices"
	"testing"
)

// What two catalogs have otherwise brings the one to the other.
func TestSince(t *testing.T) {
	var contents Contents
	for i := range 2_000 {
		contents.Relations = append(contents.Relations, Relation{Object: Object{Schema: "s", Name: fmt.Sprintf("t%d", i)}})
	}
	before := New(contents)
	edit := before.Edit()
	edit.Drop(before.Relation("s", "t7"))
	edit.Put(&Relation{Object: Object{Schema: "s", Name: "t8", Comment: "new"}})
	for i := range 300 {
		edit.Put(&Relation{Object: Object{Schema: "s", Name: fmt.Sprintf("t1000_%d", i)}})
	}
	edit.Put(&Function{Object: Object{Schema: "s", Name: "f"}})
	after := edit.Catalog()

	describe := func(old, new AnyObject) string {
		switch {
		case old == nil:
			return "+" + new.QualifiedName().Name
		case new == nil:
			return "-" + old.QualifiedName().Name
		}
		return "*" + new.QualifiedName().Name
	}
	var got []string
	back := after.Edit()
	for old, new := range after.Since(before) {
		got = append(got, describe(old, new))
		if old != nil {
			back.Put(old)
		} else {
			back.Drop(new)
		}
	}
	slices.Sort(got)
	if len(got) != 303 || got[0] != "*t8" || got[1] != "+f" || got[302] != "-t7" {
		t.Errorf("%d changes: %q", len(got), got)
	}
	for old, new := range back.Catalog().Since(before) {
		if old != new {
			t.Errorf("%s is left", describe(old, new))
		}
	}
	for old, new := range before.Since(before) {
		t.Errorf("%s within one catalog", describe(old, new))
	}
}
