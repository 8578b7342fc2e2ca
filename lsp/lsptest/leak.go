package lsptest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime/pprof"
	"strings"
	"testing"
	"time"
)

// served is a server that runs in the test's process. All goroutines that come
// from it carry a label of their own, so that tests may run in parallel.
type served struct {
	label string
	done  chan struct{} // closed when err is set
	err   error         // what serve returned
}

const labelKey = "lsptest"

func start(t testing.TB, serve func(ctx context.Context, rwc io.ReadWriteCloser) error, rwc io.ReadWriteCloser) *served {
	s := &served{label: fmt.Sprintf("%s %p", t.Name(), rwc), done: make(chan struct{})}
	ctx := context.WithoutCancel(t.Context()) // it ends by the wire, not with the test
	go pprof.Do(ctx, pprof.Labels(labelKey, s.label), func(ctx context.Context) {
		defer close(s.done)
		s.err = serve(ctx, rwc)
	})
	return s
}

// leaked gives the stacks of the goroutines that are left, "" for none. Those
// that are about to end are given the time for it.
func (s *served) leaked() string {
	for deadline := time.Now().Add(2 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stacks := s.stacks()
		if stacks == "" || time.Now().After(deadline) {
			return stacks
		}
	}
}

// stacks gives the stacks of all goroutines that come from the server.
func (s *served) stacks() string {
	var profile bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
		return err.Error()
	}
	var ours []string
	label := fmt.Sprintf("%q:%q", labelKey, s.label)
	for group := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(group, label) {
			ours = append(ours, group)
		}
	}
	return strings.Join(ours, "\n\n")
}
