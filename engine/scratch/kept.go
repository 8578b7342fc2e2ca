package scratch

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// ofKept looks at what an earlier server left in o.Keep: its major is the one
// to start again, and while it still runs there is nothing to start.
func (o Options) ofKept() (Options, error) {
	data := filepath.Join(o.Keep, "data")
	version, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return o, nil
	}
	if err != nil {
		return o, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(version)))
	if err != nil {
		return o, fmt.Errorf("read the version of %s: %w", data, err)
	}
	if o.Major != 0 && o.Major != major {
		return o, tusk.NewError(tusk.Connection, nil, "%s holds a server of PostgreSQL %d, not %d", o.Keep, major, o.Major).
			WithHint("Choose another folder, or remove this one.")
	}
	o.Major = major
	pid, address, ok := running(data)
	if ok {
		return o, tusk.NewError(tusk.Connection, nil, "the server of %s already runs at %s", o.Keep, address).
			WithHint("Use it, or stop it first: " + stopCommand(pid, o.Bin))
	}
	return o, nil
}

// running tells the process and the address of the server of a cluster, by its
// lock file, if there is one that answers. The lock file of a server that was
// killed stays (its lines: src/include/utils/pidfile.h).
func running(data string) (pid int, address string, ok bool) {
	file, err := os.Open(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, "", false
	}
	defer file.Close() // only read
	var lines []string
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		lines = append(lines, scanner.Text())
	}
	if len(lines) < 6 {
		return 0, "", false
	}
	if pid, err = strconv.Atoi(lines[0]); err != nil {
		return 0, "", false
	}
	address = net.JoinHostPort(lines[5], lines[3])
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return 0, "", false
	}
	return pid, address, conn.Close() == nil
}
