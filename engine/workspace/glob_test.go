package workspace

import (
	"path"
	"slices"
	"strings"
	"testing"
)

func TestGlob(t *testing.T) {
	for _, test := range []struct{ glob, matches, others string }{
		{`a.sql`, `a.sql`, `b.sql x/a.sql a.sqlx`},
		{`*.sql`, `a.sql .sql .hidden.sql`, `a.SQL x/a.sql`},
		{`?.sql`, `a.sql é.sql`, `.sql ab.sql /.sql`},
		{`migrations/*.sql`, `migrations/1.sql`, `migrations/prod/1.sql 1.sql`},
		{`migrations/prod/**/*.sql`, `migrations/prod/1.sql migrations/prod/a/b/1.sql`, `migrations/1.sql migrations/production/1.sql`},
		{`**/*.sql`, `1.sql a/1.sql a/b/1.sql`, `1.txt a/1.txt`},
		{`**/prod/**`, `prod/1.sql a/prod/b/1.sql`, `prod 1.sql aprod/1.sql`},
		{`prod/**`, `prod/1.sql prod/a/1.sql`, `prod production/1.sql`},
		{`**`, `a a/b a/b/c.sql`, ``},
		{`a/**/b/**/c`, `a/b/c a/x/b/c a/x/y/b/z/c`, `a/c a/b b/c`},
		{`[a-c]?.sql`, `a1.sql cx.sql`, `d1.sql a.sql`},
		{`[!a-c].sql`, `d.sql é.sql`, `a.sql /.sql`},
		{`[^a-c].sql`, `d.sql`, `b.sql`},
		{`x[+-9]y`, `x+y x.y x0y x9y`, `x/y xay`},
		{`[\]\-a]`, `a - ]`, `b \`},
		{`{a,b}.sql`, `a.sql b.sql`, `c.sql ab.sql {a,b}.sql`},
		{`{dev,{stage,prod}-[0-9]}/*`, `dev/a stage-1/a prod-2/a`, `stage/a prod-x/a`},
		{`{a,}b`, `ab b`, `a`},
		{`a,b`, `a,b`, `a b`},
		{`\*\{\}.sql`, `*{}.sql`, `a{}.sql`},
		{`(a|b)+.sql`, `(a|b)+.sql`, `a.sql ab.sql`},
	} {
		g, err := compileGlob(test.glob, false)
		if err != nil {
			t.Errorf("%s: %v", test.glob, err)
			continue
		}
		for p := range strings.FieldsSeq(test.matches) {
			if !g.match(p) {
				t.Errorf("%s does not match %s", test.glob, p)
			}
		}
		for p := range strings.FieldsSeq(test.others) {
			if g.match(p) {
				t.Errorf("%s matches %s", test.glob, p)
			}
		}
	}
}

func TestGlobFoldsCaseWhereFileSystemsDo(t *testing.T) {
	g, err := compileGlob("Migrations/Prod/[A-C]*.sql", true)
	if err != nil {
		t.Fatal(err)
	}
	if !g.match("migrations/PROD/b.SQL") {
		t.Error("the case of letters matters")
	}
}

func TestGlobThatCanMatchNothingIsRefused(t *testing.T) {
	for glob, want := range map[string]string{
		``:                        "relative",
		`/etc/passwd`:             "relative",
		`migrations/`:             "folder/**",
		`a//b`:                    "one /",
		`../x.sql`:                `cannot hold ".."`,
		`./x.sql`:                 `cannot hold "."`,
		`prod**`:                  "** stands alone",
		`a/***`:                   "** stands alone",
		`{a/**,b}`:                "outside of braces",
		`[a`:                      "not closed",
		`[a-`:                     "not closed",
		`[]`:                      "empty",
		`[!]`:                     "empty",
		`[z-a]`:                   "z-a is empty",
		`[+/]`:                    "cannot hold /",
		`{a,b`:                    "{ is not closed",
		`a}`:                      "} closes nothing",
		`a]`:                      "] closes nothing",
		`migrations\prod`:         "write / between folders",
		`a\`:                      `a \ stands`,
		strings.Repeat("a", 201):  "at most 200 bytes",
		"\xff":                    "",
		strings.Repeat("{a,", 60): "not closed",
	} {
		_, err := compileGlob(glob, false)
		if want == "" {
			continue // any answer, no panic
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", glob, err, want)
		}
	}
}

// FuzzGlob compares with the obvious matcher, which tries everything.
func FuzzGlob(f *testing.F) {
	f.Add("migrations/**/*.sql", "migrations/a/b.sql")
	f.Add("{a,b{c,d}}/[!x-z]?", "bc/ab")
	f.Add("[+-9]\\*", "/*")
	f.Fuzz(func(t *testing.T, pattern, name string) {
		g, err := compileGlob(pattern, false)
		if err != nil || len(name) > 30 || path.Clean(name) != name || path.IsAbs(name) {
			return
		}
		got := g.match(name)
		alternatives := expand(pattern)
		if len(alternatives) > 50 || strings.Count(pattern, "*") > 8 {
			return
		}
		want := slices.ContainsFunc(alternatives, func(p string) bool { return matchAll([]rune(p), []rune(name)) })
		if got != want {
			t.Errorf("%q matches %q: %v, want %v", pattern, name, got, want)
		}
	})
}

// expand writes a pattern out for each choice of its braces.
func expand(pattern string) []string {
	open, depth, inClass := -1, 0, false
	var commas []int
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case inClass:
			inClass = c != ']'
		case c == '[':
			inClass = true
		case c == '{':
			if depth++; depth == 1 {
				open = i
			}
		case c == ',' && depth == 1:
			commas = append(commas, i)
		case c == '}':
			if depth--; depth == 0 {
				var all []string
				from := open + 1
				for _, to := range append(commas, i) {
					all = append(all, expand(pattern[:open]+pattern[from:to]+pattern[i+1:])...)
					from = to + 1
				}
				return all
			}
		}
	}
	return []string{pattern}
}

func matchAll(p, s []rune) bool {
	if len(p) == 0 {
		return len(s) == 0
	}
	switch {
	case len(p) >= 3 && string(p[:3]) == "**/":
		if matchAll(p[3:], s) {
			return true
		}
		for i, c := range s {
			if c == '/' && matchAll(p[3:], s[i+1:]) {
				return true
			}
		}
		return false
	case string(p) == "**":
		return len(s) > 0
	case p[0] == '*':
		return matchAll(p[1:], s) || len(s) > 0 && s[0] != '/' && matchAll(p, s[1:])
	case len(s) == 0:
		return false
	case p[0] == '?':
		return s[0] != '/' && matchAll(p[1:], s[1:])
	case p[0] == '[':
		i, negated, in := 1, false, false
		if p[i] == '!' || p[i] == '^' {
			negated, i = true, i+1
		}
		one := func() rune {
			if p[i] == '\\' {
				i++
			}
			i++
			return p[i-1]
		}
		for p[i] != ']' {
			low := one()
			high := low
			if p[i] == '-' {
				i++
				high = one()
			}
			in = in || low <= s[0] && s[0] <= high
		}
		return s[0] != '/' && in != negated && matchAll(p[i+1:], s[1:])
	case p[0] == '\\':
		return p[1] == s[0] && matchAll(p[2:], s[1:])
	}
	return p[0] == s[0] && matchAll(p[1:], s[1:])
}
