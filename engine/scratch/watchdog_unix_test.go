//go:build unix

package scratch

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ownServer is a process that starts a server, tells its address and waits to
// be killed.
func ownServer() {
	s, err := Start(context.Background(), Options{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(s.Address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until it is killed
}

func TestServerEndsWithAnOwnerThatIsKilled(t *testing.T) {
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownEnv+"=1")
	owner.Stderr = os.Stderr
	if _, err := owner.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	var address Address
	if err := json.NewDecoder(out).Decode(&address); err != nil {
		t.Fatalf("%v, %v", err, owner.Wait())
	}
	conn, err := pgx.Connect(t.Context(), address.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())

	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := owner.Wait(); err == nil {
		t.Fatal("the owner ended before it was killed")
	}
	killed := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if _, err := conn.Exec(ctx, `select pg_sleep(60)`); err == nil || ctx.Err() != nil {
		t.Fatalf("the server outlives its owner: %v", err)
	}
	for {
		if _, err := os.Stat(address.SocketDir); os.IsNotExist(err) {
			break
		}
		if ctx.Err() != nil {
			left, _ := filepath.Glob(filepath.Join(address.SocketDir, "*"))
			t.Fatalf("the folder of the server outlives its owner: %v", left)
		}
		time.Sleep(pollInterval)
	}
	t.Logf("gone %s after its owner", time.Since(killed).Round(time.Millisecond))
}
