//go:build unix

package scratch

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// watchdog is a process that ends a server and removes its folder when the
// process that owns both ends, however it ends. Its standard input is a pipe of
// which only the owner holds the other end: the system closes it with the
// owner.
type watchdog struct {
	cmd  *exec.Cmd
	pipe io.WriteCloser
}

// watch reads the process id of the server, or, negative, that of initdb's
// process group, or 0 while there is neither, one a line; the last line counts
// when the input ends. Whether the server is gone shows in its lock file: an
// orphan that nobody waits for keeps its process id. What is dying may still
// write for a moment, and then the folder is not empty yet.
const watch = `
pid=0
while read -r line; do pid=$line; done
case $pid in
0) ;;
-*) kill -s KILL -- "$pid" ;;
*)
	kill -QUIT "$pid"
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ -e "$1/data/postmaster.pid" ] || break
		sleep 0.1
	done
	[ -e "$1/data/postmaster.pid" ] && kill -KILL "$pid"
	;;
esac
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	rm -rf "$1" && exit
	sleep 0.1
done
exit 1
`

// newWatchdog starts a watchdog over dir.
func newWatchdog(dir string) (*watchdog, error) {
	cmd := exec.Command("/bin/sh", "-c", watch, "tusk-watchdog", dir)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a ^C is not for it
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("pipe to the watchdog: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the watchdog: %w", err)
	}
	return &watchdog{cmd, pipe}, nil
}

// guard names the process to end: the server by its id, initdb with all that it
// started by the negative of its process group's id, as kill(2) has it. 0 says
// that there is none.
func (w *watchdog) guard(pid int) error {
	if w == nil {
		return nil
	}
	_, err := fmt.Fprintln(w.pipe, pid)
	return err
}

// release ends the watchdog, which ends what it guards, and waits for it.
func (w *watchdog) release() error {
	if w == nil {
		return nil
	}
	if err := w.pipe.Close(); err != nil {
		return err
	}
	return w.cmd.Wait()
}
