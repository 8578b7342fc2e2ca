// Command fetch brings the programs that tests talk to and that are not
// installed (see package peers):
//
//	go run ./internal/peers/fetch
//
// What cannot be had is said and is no failure, unless TUSK_TEST_PEERS is
// "required": the tests that need it are skipped.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/tusk-lsp/tusk-lsp/internal/peers"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := peers.Fetch(ctx, func(message string) { fmt.Fprintln(os.Stderr, message) })
	stop()
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	if os.Getenv(peers.Env) == "required" {
		os.Exit(1)
	}
}
