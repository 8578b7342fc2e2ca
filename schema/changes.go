package schema

import (
	"iter"
	"reflect"
)

// Since walks what the catalog has otherwise than one that it comes from by edits,
// or that comes from it: pairs of an object before and after, nil where there is
// none. Settings and what the catalog is about are not compared. It costs in
// proportion to the changes.
func (c *Catalog) Since(before *Catalog) iter.Seq2[AnyObject, AnyObject] {
	return func(yield func(AnyObject, AnyObject) bool) {
		_ = changes(before.schemas, c.schemas, yield) &&
			changes(before.extensions, c.extensions, yield) &&
			changes(before.relations, c.relations, yield) &&
			changes(before.functions, c.functions, yield) &&
			changes(before.types, c.types, yield) &&
			changes(before.operators, c.operators, yield) &&
			changes(before.operatorClasses, c.operatorClasses, yield) &&
			changes(before.operatorFamilies, c.operatorFamilies, yield) &&
			changes(before.casts, c.casts, yield) &&
			changes(before.collations, c.collations, yield) &&
			changes(before.conversions, c.conversions, yield) &&
			changes(before.textSearch, c.textSearch, yield) &&
			changes(before.statistics, c.statistics, yield) &&
			changes(before.languages, c.languages, yield) &&
			changes(before.accessMethods, c.accessMethods, yield) &&
			changes(before.eventTriggers, c.eventTriggers, yield) &&
			changes(before.foreignDataWrappers, c.foreignDataWrappers, yield) &&
			changes(before.foreignServers, c.foreignServers, yield) &&
			changes(before.publications, c.publications, yield) &&
			changes(before.subscriptions, c.subscriptions, yield) &&
			changes(before.roles, c.roles, yield) &&
			changes(before.databases, c.databases, yield) &&
			changes(before.tablespaces, c.tablespaces, yield)
	}
}

// changes walks the entries of chunks that the sets do not share.
func changes[P AnyObject](before, after set[P], yield func(AnyObject, AnyObject) bool) bool {
	shared := make(map[*chunk[P]]bool, len(before.chunks))
	for _, c := range before.chunks {
		shared[c] = true
	}
	now := map[key]*entry[P]{}
	for _, c := range after.chunks {
		if shared[c] {
			delete(shared, c)
			continue
		}
		for _, e := range c.entries {
			now[e.key] = e
		}
	}
	for _, c := range before.chunks {
		if !shared[c] {
			continue
		}
		for _, e := range c.entries {
			next, found := now[e.key]
			delete(now, e.key)
			switch {
			case !found:
				if !yield(e.value, nil) {
					return false
				}
			case AnyObject(next.value) != AnyObject(e.value) && !yield(e.value, next.value):
				return false
			}
		}
	}
	for _, e := range now {
		if !yield(nil, e.value) {
			return false
		}
	}
	return true
}

// Equal reports whether two objects are the same but for where they come from.
func Equal(a, b AnyObject) bool {
	if a == nil || b == nil {
		return a == b
	}
	nowhere := func(o *Object) { o.Origin = nil }
	return reflect.DeepEqual(changedCopy(a, nowhere), changedCopy(b, nowhere))
}
