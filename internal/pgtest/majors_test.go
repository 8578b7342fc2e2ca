package pgtest

import (
	"slices"
	"testing"
)

func TestMajorsAreReadFromAList(t *testing.T) {
	for list, want := range map[string][]int{
		"":          nil,
		"16":        {16},
		"18, 14,18": {14, 18},
		"all":       {14, 15, 16, 17, 18},
	} {
		got, err := parseMajors(list)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v; want %v", list, got, err, want)
		}
	}
	for _, list := range []string{"newest", "14;18", "9", "14,"} {
		if got, err := parseMajors(list); err == nil {
			t.Errorf("%q gave %v, want an error", list, got)
		}
	}
}
