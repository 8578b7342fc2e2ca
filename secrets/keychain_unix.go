//go:build unix && !darwin

package secrets

import (
	"errors"
	"os"
	"path/filepath"
)

// reachable says why no Secret Service can be there. Without a session bus
// the D-Bus library would start one with dbus-launch, which stays behind.
func reachable() error {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") != "" {
		return nil
	}
	if dir := os.Getenv("XDG_RUNTIME_DIR"); dir != "" {
		for _, name := range []string{"bus", "dbus-session"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return nil
			}
		}
	}
	return errors.New("there is no D-Bus session, and so no Secret Service (no desktop?)")
}
