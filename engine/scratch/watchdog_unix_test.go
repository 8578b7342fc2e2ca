//go:build unix

package scratch

import (
	"context"
	"encoding/json"
	"errors"
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

// TestInitdbEndsWithAnOwnerThatIsKilled has an initdb that never ends and makes
// its folder anew whenever somebody removes it.
func TestInitdbEndsWithAnOwnerThatIsKilled(t *testing.T) {
	bin, temp := openDir(t), openDir(t)
	for name, script := range map[string]string{
		"postgres": "#!/bin/sh\necho 'postgres (PostgreSQL) 18.4'\n",
		"initdb":   "#!/bin/sh\nwhile :; do mkdir -p \"$2\" && sleep 0.01; done\n", // initdb -D folder ...
	} {
		path := filepath.Join(bin, name)
		if err := errors.Join(os.WriteFile(path, []byte(script), 0o755), os.Chmod(path, 0o755)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(temp, 0o777); err != nil { // for initdb to make its folder anew
		t.Fatal(err)
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownEnv+"=1", BinEnv+"="+bin, "TMPDIR="+temp)
	owner.Stderr = os.Stderr
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	awaitFiles(t, filepath.Join(temp, "tusk-pg-*", "data"), 1)
	if err := owner.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := owner.Wait(); err == nil {
		t.Fatal("the owner ended before it was killed")
	}
	awaitFiles(t, filepath.Join(temp, "*"), 0)
	time.Sleep(200 * time.Millisecond) // nothing tells that a folder does not come back
	awaitFiles(t, filepath.Join(temp, "*"), 0)
}

// awaitFiles returns when so many files match the pattern.
func awaitFiles(t *testing.T, pattern string, want int) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(pollInterval) {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if len(files) == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%v match %s, want %d", files, pattern, want)
		}
	}
}
