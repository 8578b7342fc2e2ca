package lspclient

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tusk-lsp/tusk-lsp/sql/text"
)

func TestPositions(t *testing.T) {
	const doc = "a\r\né𝄞x\rz\n"
	for _, test := range []struct {
		offset   int
		encoding string
		want     Position
	}{
		{0, "utf-16", Position{0, 0}},
		{3, "utf-16", Position{1, 0}},
		{5, "utf-8", Position{1, 2}},
		{9, "utf-8", Position{1, 6}},
		{9, "utf-16", Position{1, 3}},
		{9, "utf-32", Position{1, 2}},
		{11, "utf-16", Position{2, 0}},
		{len(doc), "utf-16", Position{3, 0}},
	} {
		if got := positionAt(doc, test.offset, test.encoding); got != test.want {
			t.Errorf("%s of byte %d: got %v, want %v", test.encoding, test.offset, got, test.want)
		}
		if got := offsetAt(doc, test.want, test.encoding); got != test.offset {
			t.Errorf("byte of %v in %s: got %d, want %d", test.want, test.encoding, got, test.offset)
		}
	}
}

// The client's positions and the server's were written apart; they agree.
func TestPositionsAgreeWithTheServers(t *testing.T) {
	encodings := map[string]text.Encoding{"utf-8": text.UTF8, "utf-16": text.UTF16, "utf-32": text.UTF32}
	random := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "select ", "\n", "\r\n", "\r", "é", "𝄞", "日本", "\t", "e\u0301"}
	for range 2000 {
		var b strings.Builder
		for range random.IntN(20) {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		doc := b.String()
		lines := text.NewLines(doc)
		for name, encoding := range encodings {
			p := Position{random.IntN(8), random.IntN(12)}
			got, want := offsetAt(doc, p, name), lines.Offset(text.Position{Line: p.Line, Character: p.Character}, encoding)
			if got != want {
				t.Fatalf("%q, %v in %s: the client says byte %d, the server %d", doc, p, name, got, want)
			}
			back := lines.Position(want, encoding)
			if p := positionAt(doc, want, name); p.Line != back.Line || p.Character != back.Character {
				t.Fatalf("%q, byte %d in %s: the client says %v, the server %v", doc, want, name, p, back)
			}
		}
	}
}

func TestTextEditsAreAboutTheSameText(t *testing.T) {
	at := func(start, end int) Range { return Range{Position{0, start}, Position{0, end}} }
	doc := "select a from t"
	for _, e := range lastFirst([]TextEdit{{at(0, 6), "SELECT"}, {at(9, 9), "1"}, {at(9, 9), "2"}, {at(14, 15), "users"}}) {
		doc = applyEdit(doc, e, "utf-16")
	}
	if want := "SELECT a 12from users"; doc != want {
		t.Errorf("got %q, want %q", doc, want)
	}
}
