package schema_test

import (
	"testing"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func TestParseGrant(t *testing.T) {
	for item, want := range map[string]schema.Grant{
		"anna=arwdDxt/boss":    {Grantee: "anna", Plain: "arwdDxt", Grantor: "boss"},
		"=r/boss":              {Plain: "r", Grantor: "boss"},
		"anna=r*w/anna":        {Grantee: "anna", Plain: "w", Options: "r", Grantor: "anna"},
		`"a=b ""c"""=X*/"d/e"`: {Grantee: `a=b "c"`, Options: "X", Grantor: "d/e"},
		"":                     {},
		`"open`:                {Grantee: "open"},
		"anna":                 {Grantee: "anna"},
	} {
		if got := schema.ParseGrant(item); got != want {
			t.Errorf("%s is %+v, not %+v", item, got, want)
		}
	}
}
