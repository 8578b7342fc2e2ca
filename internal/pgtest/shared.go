package pgtest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
)

// SharedEnv names the environment variable with the file that tells a test
// process which servers it shares with the others of the run.
const SharedEnv = "TUSK_TEST_SERVERS"

// settings are those of every server under test. Autovacuum would now and then
// hold a template that is being cloned.
var settings = map[string]string{
	"autovacuum":      "off",
	"max_connections": "200",
}

// Share writes the file that SharedEnv names, readable by its owner only, since
// it holds passwords.
func Share(file string, servers []*scratch.Server) error {
	addresses := make([]scratch.Address, len(servers))
	for i, s := range servers {
		addresses[i] = s.Address
	}
	content, err := json.Marshal(addresses)
	if err != nil {
		return err
	}
	return os.WriteFile(file, content, 0o600)
}

// StartServers starts a server for each major, all at once. Where one does not
// start, none is left. progress, which may be nil, is called concurrently.
func StartServers(ctx context.Context, majors []int, progress func(string)) ([]*scratch.Server, error) {
	servers := make([]*scratch.Server, len(majors))
	errs := make([]error, len(majors))
	var all sync.WaitGroup
	for i, major := range majors {
		all.Go(func() {
			servers[i], errs[i] = scratch.Start(ctx, scratch.Options{
				FindOptions: scratch.FindOptions{Major: major, Progress: progress},
				Settings:    settings,
			})
		})
	}
	all.Wait()
	for i, err := range errs {
		if err == nil {
			continue
		}
		for _, s := range servers {
			if s != nil {
				_ = s.Stop(ctx) // err says more
			}
		}
		return nil, fmt.Errorf("start PostgreSQL %d: %w", majors[i], err)
	}
	return servers, nil
}

// process holds the servers of this test process. It is the one variable of the
// package, because a test process has no other place for what its tests share.
// A server that it started ends with the process: scratch sees to that.
var process = &registry{addresses: map[int]scratch.Address{}}

// registry finds or starts the server of a major, once.
type registry struct {
	mu        sync.Mutex // held while a server starts; guards what follows
	shared    bool       // whether the file of SharedEnv was read
	addresses map[int]scratch.Address
	owned     []*scratch.Server // kept from the garbage collector
}

// server gives the address of the server of a major.
func (r *registry) server(ctx context.Context, major int) (scratch.Address, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.join(); err != nil {
		return scratch.Address{}, err
	}
	if a, ok := r.addresses[major]; ok {
		return a, nil
	}
	servers, err := StartServers(ctx, []int{major}, nil)
	if err != nil {
		return scratch.Address{}, err
	}
	r.owned = append(r.owned, servers...)
	r.addresses[major] = servers[0].Address
	return servers[0].Address, nil
}

// join reads the servers that the run shares. The caller holds mu.
func (r *registry) join() error {
	file := os.Getenv(SharedEnv)
	if r.shared || file == "" {
		return nil
	}
	content, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return fmt.Errorf("read the file of %s: %w", SharedEnv, err)
	}
	var addresses []scratch.Address
	if err := json.Unmarshal(content, &addresses); err != nil {
		return fmt.Errorf("read the file of %s: %w", SharedEnv, err)
	}
	for _, a := range addresses {
		r.addresses[a.Major] = a
	}
	r.shared = true
	return nil
}
