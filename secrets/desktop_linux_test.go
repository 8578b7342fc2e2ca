package secrets

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	ss "github.com/zalando/go-keyring/secret_service"

	"github.com/tusk-lsp/tusk-lsp/internal/peers"
)

const (
	secretService   = "org.freedesktop.secrets"
	loginCollection = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	loginPassword   = "the user's login password"
)

// busConfig is a session bus that starts no services by itself: the machine's
// are none of ours.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=%s</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// desktop is a user's session as this process sees it: a home of its own and a
// D-Bus, on which nobody offers a Secret Service yet.
type desktop struct {
	bus  *exec.Cmd
	conn *dbus.Conn // the test's own; the Service under test has another
}

// newDesktop starts a session that ends with the test.
func newDesktop(t *testing.T) *desktop {
	t.Helper()
	dir := newHome(t)
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, dir), 0o600); err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	d := &desktop{bus: exec.Command(peers.Command(t, "dbus-daemon"), "--config-file="+config, "--nofork", "--print-address")}
	d.bus.Stderr = &complaints
	out, err := d.bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	run(t, d.bus)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("dbus-daemon gives no address: %v\n%s", err, &complaints)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	t.Cleanup(hangUp(t))
	if d.conn, err = dbus.ConnectSessionBus(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.conn.Close() })
	return d
}

// newHome gives the process a home without D-Bus for the time of the test. It
// has a short name, for sockets.
func newHome(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tusk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"} {
		t.Setenv(name, dir)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "")
	return dir
}

// hangUp closes the connection that the library keeps for the whole process.
func hangUp(t *testing.T) func() {
	return func() {
		if conn, err := dbus.SessionBus(); err == nil {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// run starts a program that is killed when the test ends.
func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill() //nolint:errcheck // the test may have killed it
		cmd.Wait()         //nolint:errcheck // killed
	})
}

// keyring starts gnome-keyring and waits for it. It has no collection yet, and
// with --unlock one that is open.
func (d *desktop) keyring(t *testing.T, arguments ...string) *os.Process {
	t.Helper()
	signals := make(chan *dbus.Signal, 8)
	d.conn.Signal(signals)
	defer d.conn.RemoveSignal(signals)
	appears := []dbus.MatchOption{
		dbus.WithMatchSender("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"),
		dbus.WithMatchArg(0, secretService),
	}
	if err := d.conn.AddMatchSignal(appears...); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(peers.Command(t, "gnome-keyring-daemon"), append([]string{"--foreground", "--components=secrets"}, arguments...)...)
	cmd.Stdin = strings.NewReader(loginPassword)
	run(t, cmd)
	for {
		select {
		case signal := <-signals:
			if signal.Name == "org.freedesktop.DBus.NameOwnerChanged" {
				return cmd.Process
			}
		case <-time.After(30 * time.Second):
			t.Fatal("gnome-keyring does not appear on the bus")
		}
	}
}

// lock locks the user's collection, as a screen lock may.
func (d *desktop) lock(t *testing.T) {
	t.Helper()
	var locked []dbus.ObjectPath
	var prompt dbus.ObjectPath
	service := d.conn.Object(secretService, "/org/freedesktop/secrets")
	err := service.Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{loginCollection}).Store(&locked, &prompt)
	if err != nil || len(locked) != 1 {
		t.Fatalf("locked %v: %v", locked, err)
	}
}

// unlock unlocks it without a prompt, as logging in does.
func (d *desktop) unlock(t *testing.T) {
	t.Helper()
	var output dbus.Variant
	var session dbus.ObjectPath
	service := d.conn.Object(secretService, "/org/freedesktop/secrets")
	err := service.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&output, &session)
	if err != nil {
		t.Fatal(err)
	}
	err = service.Call("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface.UnlockWithMasterPassword", 0,
		loginCollection, ss.NewSecret(session, loginPassword)).Err
	if err != nil {
		t.Fatal(err)
	}
}

// prompter stands in for the window that asks for the password; nobody answers
// it. It tells when it is asked.
type prompter struct{ asked chan struct{} }

func (p prompter) BeginPrompting(dbus.ObjectPath) *dbus.Error {
	p.asked <- struct{}{}
	return nil
}

// prompter offers one until the test closes the connection.
func (d *desktop) prompter(t *testing.T) (*dbus.Conn, <-chan struct{}) {
	t.Helper()
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := prompter{make(chan struct{}, 8)}
	if err := conn.Export(p, "/org/gnome/keyring/Prompter", "org.gnome.keyring.internal.Prompter"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.gnome.keyring.SystemPrompter", dbus.NameFlagDoNotQueue); err != nil {
		t.Fatal(err)
	}
	return conn, p.asked
}
