package main

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh/agent"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
)

// checkSSH looks at what tunnels take from the user's own SSH.
func checkSSH(ctx context.Context, saved []engine.Source) []check {
	options, err := tunnel.DefaultOptions()
	if err != nil {
		return []check{trouble("SSH", failed, tusk.InfoOf(err))}
	}
	var wanting []string
	for _, source := range saved {
		if t := source.Config.SSHTunnel; t != nil && t.AuthMethod == tusk.SSHAgent {
			wanting = append(wanting, source.Config.Name)
		}
	}
	return []check{checkAgent(ctx, options.AgentSocket, wanting), checkSSHFiles(append(options.ConfigFiles, options.KnownHostsFiles...))}
}

// agentTimeout bounds the wait for an agent; one that works answers at once.
const agentTimeout = 2 * time.Second

// checkAgent asks the agent for its keys. Its absence is trouble only for the
// connections that want one.
func checkAgent(ctx context.Context, socket string, wanting []string) check {
	const name = "SSH agent"
	v, need := fine, ""
	if len(wanting) > 0 {
		v, need = warning, ", which is wanted by "+strings.Join(wanting, ", ")
	}
	if socket == "" {
		c := check{Name: name, Verdict: v, Found: "none: SSH_AUTH_SOCK is not set" + need}
		if v != fine {
			c.Advice = "Run `eval $(ssh-agent)` and `ssh-add`, and start the editor from that shell. An IdentityAgent in ~/.ssh/config serves, too."
		}
		return c
	}
	keys, err := agentKeys(ctx, socket)
	switch {
	case err != nil:
		return trouble(name, warning, tusk.NewError(tusk.SSH, err, "SSH_AUTH_SOCK names %s, which does not answer", socket).
			WithHint("Start an SSH agent, and the editor from the same session.").Info())
	case keys == 0 && v != fine:
		return check{name, v, "it answers and has no key" + need, "Run `ssh-add`."}
	}
	return well(name, "it answers, keys: %d", keys)
}

func agentKeys(ctx context.Context, socket string) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, agentTimeout)
	defer cancel()
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(agentTimeout)); err != nil {
		return 0, err
	}
	keys, err := agent.NewClient(conn).List()
	return len(keys), err
}

func checkSSHFiles(paths []string) check {
	const name = "SSH configuration"
	var found []string
	for _, path := range paths {
		_, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return trouble(name, failed, tusk.NewError(tusk.SSH, err, "%s cannot be read", path).
				WithHint("Correct the file's owner and permissions.").Info())
		}
		found = append(found, path)
	}
	if len(found) == 0 {
		return well(name, "none")
	}
	return well(name, "%s", strings.Join(found, ", "))
}
