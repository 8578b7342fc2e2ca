package workspace_test

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine/workspace"
)

func TestDotEnv(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"DATABASE_URL=postgres://joe:s%40fe@db/shop?sslmode=require", "DATABASE_URL=postgres://joe:s%40fe@db/shop?sslmode=require"},
		{"export PGHOST=db\nPGUSER = joe\n", "PGHOST=db PGUSER=joe"},
		{"# a comment\n\n  PGHOST=db # another\nPGPASSWORD=a#b", "PGHOST=db PGPASSWORD=a#b"},
		{"PGPASSWORD= # none", "PGPASSWORD="},
		{"PGPASSWORD='a # b' # c\nPGUSER=\"joe\"#d", "PGPASSWORD=a # b PGUSER=joe"},
		{`PGPASSWORD="a\n\t\"\\\$x\q"`, "PGPASSWORD=a\n\t\"\\$x\\q"},
		{`PGPASSWORD='a\n$PGUSER'`, `PGPASSWORD=a\n$PGUSER`},
		{`PGPASSWORD=a\n\$x`, `PGPASSWORD=a\n$x`},
		{"PGPASSWORD=\"two\nlines\"\nPGUSER=joe", "PGPASSWORD=two\nlines PGUSER=joe"},
		{"PGHOST=db\r\nPGUSER='joe'\r\n", "PGHOST=db PGUSER=joe"},
		{"\ufeffPGHOST=db", "PGHOST=db"},
		{"PGHOST=one\nPGHOST=two", "PGHOST=two"},

		{"U=joe\nH=db\nPOSTGRES_URL=postgres://$U@${H}/x", "POSTGRES_URL=postgres://joe@db/x"},
		{"E=\nPGUSER=${E:-joe}\nPGHOST=${E-db}\nPGDATABASE=${X-shop}", "PGDATABASE=shop PGHOST= PGUSER=joe"},
		{"PGHOST=$H\nH=db", "PGHOST=$H"},                                 // only what stands above
		{"PGPASSWORD=pa$word$", "PGPASSWORD=pa$word$"},                   // no such variable: a character like any other
		{"PGPASSWORD=${HOME}${PATH:+x}", "PGPASSWORD=${HOME}${PATH:+x}"}, // never the environment's
		{"PGPASSWORD=$(id)`id`", "PGPASSWORD=$(id)`id`"},

		{"SECRET_KEY=x\nMYPGHOST=y\nPGADMIN_PASSWORD=z", ""},
		{"PGSERVICE=s\nPGSERVICEFILE=./s\nPGPASSFILE=./p\nPGSYSCONFDIR=.", ""},
		{"not an assignment\nPGHOST=db", "PGHOST=db"},
		{"X=\"never closed\nPGHOST=db", "PGHOST=db"},
		{"X=\"{\"a\": 1}\"\nPGHOST=db", "PGHOST=db"},
		{"", ""},
	} {
		values, err := workspace.DotEnv(test.text)
		if err != nil {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		var got []string
		for _, name := range slices.Sorted(maps.Keys(values)) {
			got = append(got, name+"="+values[name])
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q\ngives %q\nwant  %q", test.text, got, test.want)
		}
	}
}

func TestDotEnvErrorsHaveALineAndNoValue(t *testing.T) {
	double := "A=hunter2hunter2\n" + strings.Repeat("A=$A$A\n", 30) + "PGPASSWORD=$A"
	for text, want := range map[string]string{
		"\nPGPASSWORD='hunter2":                     "in line 2, the quote is not closed",
		"PGPASSWORD=\"hunter2\\\"":                  "in line 1, the quote is not closed",
		"X=\"a\nb\"\nPGPASSWORD=\"hunter2\"hunter2": "in line 3, there is text after the closing quote",
		double:                           "in line 32, the variables hold more than 1 MiB together",
		strings.Repeat("#", 1<<20) + "#": "it is larger than 1 MiB",
	} {
		values, err := workspace.DotEnv(text)
		e, ok := errors.AsType[*tusk.Error](err)
		if !ok || e.Category != tusk.Connection || values != nil {
			t.Errorf("%q: %v, %v", text[:min(len(text), 40)], values, err)
			continue
		}
		if got := err.Error(); got != "the .env file is not used: "+want {
			t.Errorf("%q\ngives %s\nwant  %s", text[:min(len(text), 40)], got, want)
		}
	}
}

// FuzzDotEnv: no panic, no other variables, no values in errors.
func FuzzDotEnv(f *testing.F) {
	f.Add("A=b\nexport PGHOST=\"$A\" # c\nPGUSER='x")
	f.Add("DATABASE_URL=${A:-b}${A-}\\$")
	f.Fuzz(func(t *testing.T, src string) {
		values, err := workspace.DotEnv(src)
		for name := range values {
			if name != "DATABASE_URL" && name != "POSTGRES_URL" && !strings.HasPrefix(name, "PG") {
				t.Errorf("%s is answered", name)
			}
		}
		if err != nil && !dotEnvError.MatchString(err.Error()) {
			t.Errorf("unexpected error %v", err)
		}
	})
}

var dotEnvError = regexp.MustCompile(`^the \.env file is not used: (in line \d+, )?(the quote is not closed|there is text after the closing quote|the variables hold more than 1 MiB together|it is larger than 1 MiB)$`)
