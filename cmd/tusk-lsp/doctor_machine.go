package main

import (
	"context"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql/pgparse"
)

func checkBinary() check {
	grammar := "PostgreSQL's grammar is built in"
	if !pgparse.Available {
		grammar = "no grammar is built in, so connected servers check the syntax"
	}
	found := fmt.Sprintf("tusk-lsp %s, %s, %s/%s", version, grammar, runtime.GOOS, runtime.GOARCH)
	path, err := os.Executable()
	if err != nil {
		return check{"program", warning, found + ", at a path that it does not know", "Start it by its full path."}
	}
	return well("program", "%s%s, %s", found, libc(path), path)
}

// libc tells with which C library a Linux program was linked, "" where that is
// no question.
func libc(path string) string {
	file, err := elf.Open(path)
	if err != nil {
		return "" // a program of another system
	}
	defer file.Close()
	for _, segment := range file.Progs {
		if segment.Type != elf.PT_INTERP {
			continue
		}
		loader, err := io.ReadAll(segment.Open())
		if err != nil {
			return ""
		}
		name := filepath.Base(strings.TrimRight(string(loader), "\x00"))
		if strings.HasPrefix(name, "ld-musl") {
			return ", musl"
		}
		return ", glibc (" + name + ")"
	}
	return ", static"
}

func checkDataDir(dir string) check {
	const name = "data directory"
	info, err := os.Stat(dir)
	var probe *os.File
	if err == nil {
		probe, err = os.CreateTemp(dir, ".doctor-*")
	}
	if err == nil {
		probe.Close()
		err = os.Remove(probe.Name())
	}
	switch {
	case err != nil:
		return trouble(name, failed, tusk.NewError(tusk.Storage, err, "%s cannot be written", dir).
			WithHint("Correct its permissions, or choose another one with --data-dir or TUSK_DATA_DIR.").Info())
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return check{name, warning, fmt.Sprintf("%s can be entered by other users (mode %#o)", dir, info.Mode().Perm()), "Run: chmod 0700 " + dir}
	}
	return well(name, "%s, writable, for you alone", dir)
}

// checkStore reads the whole store.
func (a *application) checkStore(ctx context.Context) check {
	const name = "store"
	if len(a.warnings) > 0 {
		v := warning
		if a.store.InMemory() {
			v = failed
		}
		return trouble(name, v, a.warnings[0].Info())
	}
	if err := a.engine.Export(ctx, io.Discard); err != nil {
		return trouble(name, failed, tusk.InfoOf(err))
	}
	saved, err := a.store.Connections(ctx)
	if err != nil {
		return trouble(name, failed, tusk.InfoOf(err))
	}
	return well(name, "%s, sound, connections saved: %d", filepath.Base(a.store.Path()), len(saved))
}

func (a *application) checkKeychain() check {
	const name = "keychain"
	reason := a.secrets.FallbackReason()
	if reason == "" {
		return well(name, "in use")
	}
	advice := tusk.Keyring.Hint()
	switch {
	case os.Getenv(keyringDisabled) != "":
		advice = "Unset " + keyringDisabled + " to use it."
	case runtime.GOOS != "darwin" && runtime.GOOS != "windows":
		advice = "Start a Secret Service (GNOME Keyring, KWallet, KeePassXC) and unlock it. Without one, put passwords into a .pgpass file, or let the editor ask."
	}
	return check{name, warning, "not in use: " + reason, advice}
}
