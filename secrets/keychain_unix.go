//go:build unix && !darwin

package secrets

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
)

// reachable says why no Secret Service can be there. Where the D-Bus library
// finds no session bus it would start one with dbus-launch, which stays
// behind. It looks at its own variable and in the user's runtime folder, not
// at XDG_RUNTIME_DIR (getSessionBusAddress in godbus's conn.go).
func reachable() error {
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" && address != "autolaunch:" {
		return nil
	}
	for _, name := range []string{"bus", "dbus-session"} {
		if _, err := os.Stat(filepath.Join(runtimeDir(), name)); err == nil {
			return nil
		}
	}
	return errors.New("there is no D-Bus session, and so no Secret Service (no desktop?)")
}

func runtimeDir() string { return filepath.Join("/run/user", strconv.Itoa(os.Getuid())) }
