package export

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// FuzzArray: what is taken for an array becomes an array of JSON, and has the
// elements that it was made of.
func FuzzArray(f *testing.F) {
	for _, text := range []string{
		`{}`, `{1,NULL,-2.5e3}`, `{"a,b","c\"d\\",NULL,"NULL"}`, `{{1,2},{3,4}}`, `{t,f}`, `{"{\"a\": 1}"}`, `[0:1]={1,2}`,
		`{(1,2),(3,4);(5,6),(7,8)}`, `{`, `}`, `{,}`, `{a,}`, `{{}}`, `{"a}`, `{"a"b}`, `{a}{b}`, `{"\`,
	} {
		f.Add(text, uint8(number))
	}
	f.Fuzz(func(t *testing.T, text string, element uint8) {
		if !utf8.ValidString(text) {
			return
		}
		for _, delimiter := range []byte{',', ';'} {
			array, ok := appendArray(nil, kind(element), delimiter, []byte(text))
			if ok && (!json.Valid(array) || array[0] != '[') {
				t.Errorf("%q became %s", text, array)
			}
		}
		want := []string{text, "", text}
		quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
		array, ok := appendArray(nil, kindOf(0), ',', []byte("{"+quoted+`,"",`+quoted+"}"))
		var got []string
		if err := json.Unmarshal(array, &got); !ok || err != nil || !slices.Equal(got, want) {
			t.Errorf("%q became %s (%v)", text, array, err)
		}
	})
}

// FuzzJSONLine: a value of any type is one line of JSON, and text stays the same.
func FuzzJSONLine(f *testing.F) {
	for _, oid := range []uint32{25, 16, 1700, 114, 1009, 1007, 3807} {
		for _, value := range []string{"", "1", "-0", "1.", ".5", "1e5", "NaN", "t", "{\n}", "\x00\x1f\x7f\u2028\"\\", "{1}", "[", "\xff"} {
			f.Add(value, oid)
		}
	}
	f.Fuzz(func(t *testing.T, value string, oid uint32) {
		var out strings.Builder
		rows := func(yield func([][]byte, error) bool) { yield([][]byte{[]byte(value), []byte(value)}, nil) }
		columns := []tusk.ColumnInfo{{Name: "a", TypeOID: oid}, {Name: "b", TypeOID: 25}}
		_, err := Write(t.Context(), &out, Options{Format: JSONLines}, columns, rows)
		if err != nil {
			if utf8.ValidString(value) {
				t.Errorf("%q: %v", value, err)
			}
			return
		}
		var object struct{ B string }
		if err := json.Unmarshal([]byte(out.String()), &object); err != nil || object.B != value {
			t.Errorf("%q became %s (%v)", value, out.String(), err)
		}
		if strings.Count(out.String(), "\n") != 1 {
			t.Errorf("%q became several lines: %q", value, out.String())
		}
	})
}
