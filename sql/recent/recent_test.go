package recent_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/tusk-lsp/tusk-lsp/sql/recent"
)

// asked asks for the length of a text and reports whether it had to be made.
func asked(t *testing.T, texts *recent.Texts[int], text string) (made bool) {
	t.Helper()
	if got := texts.Of(text, func(own string) int { made = true; return len(own) }); got != len(text) {
		t.Errorf("%d bytes, not %d", got, len(text))
	}
	return made
}

func TestTextsOfLateAreRemembered(t *testing.T) {
	texts := recent.New[int](10, 1000)
	if !asked(t, texts, "kept") || asked(t, texts, "kept") {
		t.Error("a text is made once")
	}
	for i := range 100 {
		text := fmt.Sprint("text ", i)
		if !asked(t, texts, text) || asked(t, texts, text) {
			t.Errorf("%s is not made once", text)
		}
		if asked(t, texts, "kept") {
			t.Fatalf("what is asked for all the time is gone after %d texts", i)
		}
	}
	if asked(t, texts, "text 95") {
		t.Error("one of the last ten is gone")
	}
	if !asked(t, texts, "text 75") {
		t.Error("more than twice the count is remembered")
	}
}

func TestLongTextsAreBounded(t *testing.T) {
	texts := recent.New[int](10, 1000)
	long := func(letter string) string { return strings.Repeat(letter, 2000) }
	if !asked(t, texts, long("a")) || asked(t, texts, long("a")) {
		t.Error("a text over the bound is not remembered at all")
	}
	asked(t, texts, long("b"))
	asked(t, texts, long("c"))
	if !asked(t, texts, long("a")) {
		t.Error("three texts over the bound are remembered")
	}
}

// A text is often a part of a file: remembered, it must not keep the file.
func TestTextsDoNotKeepWhatTheyArePartOf(t *testing.T) {
	texts := recent.New[string](10, 1000)
	gone := make(chan struct{})
	func() {
		file := new([1 << 20]byte)
		runtime.AddCleanup(file, func(c chan struct{}) { close(c) }, gone)
		texts.Of(unsafe.String(&file[0], 4), func(own string) string { return own })
	}()
	runtime.GC()
	<-gone
}

func TestConcurrentUse(t *testing.T) {
	texts := recent.New[int](4, 1000)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range 1000 {
				text := strings.Repeat("x", i%9)
				if got := texts.Of(text, func(own string) int { return len(own) }); got != len(text) {
					t.Errorf("%d bytes, not %d", got, len(text))
				}
			}
		})
	}
	all.Wait()
}
