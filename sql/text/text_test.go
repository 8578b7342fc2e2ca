package text

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPositions(t *testing.T) {
	const smile = "😀" // four bytes, two UTF-16 units
	tests := []struct {
		name   string
		src    string
		offset int
		utf8   Position
		utf16  Position
		utf32  Position
	}{
		{"start", "a\nb", 0, Position{0, 0}, Position{0, 0}, Position{0, 0}},
		{"end of a line", "a\nb", 1, Position{0, 1}, Position{0, 1}, Position{0, 1}},
		{"start of the second line", "a\nb", 2, Position{1, 0}, Position{1, 0}, Position{1, 0}},
		{"end of the text", "a\nb", 3, Position{1, 1}, Position{1, 1}, Position{1, 1}},
		{"empty last line", "a\n", 2, Position{1, 0}, Position{1, 0}, Position{1, 0}},
		{"before \\r\\n", "a\r\nb", 1, Position{0, 1}, Position{0, 1}, Position{0, 1}},
		{"behind \\r\\n", "a\r\nb", 3, Position{1, 0}, Position{1, 0}, Position{1, 0}},
		{"lone \\r ends a line", "a\rb", 2, Position{1, 0}, Position{1, 0}, Position{1, 0}},
		{"\\n\\r are two line ends", "a\n\rb", 3, Position{2, 0}, Position{2, 0}, Position{2, 0}},
		{"behind two bytes", "éx", 2, Position{0, 2}, Position{0, 1}, Position{0, 1}},
		{"behind three bytes", "€x", 3, Position{0, 3}, Position{0, 1}, Position{0, 1}},
		{"behind a surrogate pair", smile + "x", 4, Position{0, 4}, Position{0, 2}, Position{0, 1}},
		{"behind a combining mark", "e\u0301x", 3, Position{0, 3}, Position{0, 2}, Position{0, 2}},
		{"behind a byte that is not UTF-8", "\xffx", 1, Position{0, 1}, Position{0, 1}, Position{0, 1}},
		{"behind a code point cut short", "\xf0\x9fx", 2, Position{0, 2}, Position{0, 2}, Position{0, 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			lines := NewLines(tt.src)
			for enc, want := range map[Encoding]Position{UTF8: tt.utf8, UTF16: tt.utf16, UTF32: tt.utf32} {
				if got := lines.Position(tt.offset, enc); got != want {
					t.Errorf("Position(%d, %v) = %v, want %v", tt.offset, enc, got, want)
				}
				if got := lines.Offset(want, enc); got != tt.offset {
					t.Errorf("Offset(%v, %v) = %d, want %d", want, enc, got, tt.offset)
				}
			}
		})
	}
}

func TestOffsetCorrectsAsLSPDemands(t *testing.T) {
	tests := []struct {
		name string
		src  string
		pos  Position
		enc  Encoding
		want int
	}{
		{"past the end of a line", "ab\ncd", Position{0, 9}, UTF16, 2},
		{"past the end of a line with \\r\\n", "ab\r\ncd", Position{0, 9}, UTF16, 2},
		{"past the last line", "ab\ncd", Position{7, 1}, UTF16, 5},
		{"before the first line", "ab\ncd", Position{-1, 1}, UTF16, 0},
		{"negative character", "ab\ncd", Position{1, -5}, UTF16, 3},
		{"inside a surrogate pair", "x😀y", Position{0, 2}, UTF16, 1},
		{"inside a code point", "xéy", Position{0, 2}, UTF8, 1},
		{"empty text", "", Position{3, 3}, UTF16, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := NewLines(tt.src).Offset(tt.pos, tt.enc); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

func TestPositionInsideACodePointIsItsStart(t *testing.T) {
	lines := NewLines("a😀b\r\nc")
	for offset, want := range []int{0, 1, 1, 1, 1, 2, 3, 3} {
		if got := lines.Position(offset, UTF32); got != (Position{0, want}) {
			t.Errorf("Position(%d) = %v, want character %d", offset, got, want)
		}
	}
}

func TestPostgreSQLCharacters(t *testing.T) {
	const src = "a€😀\xffb"
	offsets := []int{0, 1, 4, 8, 9, 10}
	for i, offset := range offsets {
		if got := CharOffset(src, i+1); got != offset {
			t.Errorf("CharOffset(%d) = %d, want %d", i+1, got, offset)
		}
		if got := CharNumber(src, offset); got != i+1 {
			t.Errorf("CharNumber(%d) = %d, want %d", offset, got, i+1)
		}
	}
	if CharOffset(src, 0) != 0 || CharOffset(src, 99) != len(src) {
		t.Error("numbers outside the text are not cut to it")
	}
	if CharNumber(src, 6) != 3 {
		t.Error("the middle of a character has another number than its start")
	}
}

// pieces are what random texts are made of: every way to end a line, and
// characters of every length.
var pieces = []string{"a", "bc", " ", "\n", "\r", "\r\n", "é", "€", "😀", "\xff", "\xf0\x9f", "\x80", "select 1;\n"}

func randomText(r *rand.Rand, n int) string {
	var b strings.Builder
	for range r.IntN(n + 1) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// TestRandomEditsEqualAFullReplacement is the property that everything above
// relies on: lines after any edits are the lines of the text after these edits.
func TestRandomEditsEqualAFullReplacement(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 1))
		src := randomText(r, 30)
		lines := NewLines(src)
		for step := range 20 {
			start := r.IntN(len(src) + 1)
			e := Edit{Span{start, start + r.IntN(min(len(src)-start, 12)+1)}, randomText(r, 4)}
			src = e.Apply(src)
			lines = lines.Edit(e)
			fresh := NewLines(src)
			if lines.Text() != src || !slices.Equal(lines.starts, fresh.starts) {
				t.Fatalf("seed %d, step %d: after %+v the lines of %q start at %v, want %v", seed, step, e, src, lines.starts, fresh.starts)
			}
		}
		checkPositions(t, lines)
	}
}

// checkPositions compares every position with one that is counted from the
// start of the text.
func checkPositions(t *testing.T, lines *Lines) {
	t.Helper()
	src := lines.Text()
	line, character := 0, map[Encoding]int{}
	for i := 0; i < len(src); {
		between := src[i] == '\n' && i > 0 && src[i-1] == '\r'
		for _, enc := range []Encoding{UTF8, UTF16, UTF32} {
			want := Position{line, character[enc]}
			if got := lines.Position(i, enc); got != want {
				t.Fatalf("%q: Position(%d, %v) = %v, want %v", src, i, enc, got, want)
			}
			if got := lines.Offset(want, enc); got != i && !between {
				t.Fatalf("%q: Offset(%v, %v) = %d, want %d", src, want, enc, got, i)
			}
		}
		r, size := utf8.DecodeRuneInString(src[i:])
		switch {
		case r == '\n', r == '\r' && !strings.HasPrefix(src[i:], "\r\n"):
			line++
			character = map[Encoding]int{}
		case r == '\r':
		default:
			character[UTF8] += size
			character[UTF32]++
			character[UTF16]++
			if r > 0xFFFF {
				character[UTF16]++
			}
		}
		i += size
	}
}

func TestEditOutsideTheTextIsCutToIt(t *testing.T) {
	lines := NewLines("abc").Edit(Edit{Span{-5, 1}, "x"}).Edit(Edit{Span{2, 99}, "y\n"})
	if got := lines.Text(); got != "xby\n" || lines.Count() != 2 {
		t.Errorf("text is %q in %d lines", got, lines.Count())
	}
}

func ExampleLines() {
	lines := NewLines("select 'é',\n       now();")
	fmt.Println(lines.Position(11, UTF16), lines.Offset(Position{1, 7}, UTF16))
	// Output: {0 10} 20
}

func BenchmarkLinesEdit(b *testing.B) {
	lines := NewLines(strings.Repeat("select a, b, c from t;\n", 10_000))
	e := Edit{Span{100_000, 100_000}, "x"}
	for b.Loop() {
		lines.Edit(e)
	}
}

func BenchmarkNewLines(b *testing.B) {
	src := strings.Repeat("select a, b, c from t where x = 1;\n", 100_000)
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		NewLines(src)
	}
}
