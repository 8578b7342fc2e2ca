package tunnel

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/kevinburke/ssh_config"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// maxHops bounds a route, so that jump hosts that name each other end.
const maxHops = 10

// hop is one SSH host of a route, as ssh_config(5) resolves it.
type hop struct {
	alias            string // as the user wrote it
	host, port, user string
	keyAlias         string   // HostKeyAlias: the name in known_hosts instead of host and port
	knownHosts       []string // files instead of the usual ones; nil: those
	proxyCommand     string   // "": dialled
	identityFiles    []string
	agentSocket      string
	method           tusk.SSHAuthMethod // of the last hop; "" elsewhere: agent and keys
}

// known is the address that stands for the host in known_hosts.
func (h hop) known() string {
	if h.keyAlias != "" {
		return net.JoinHostPort(h.keyAlias, strconv.Itoa(tusk.DefaultSSHPort)) // which is not written there
	}
	return net.JoinHostPort(h.host, h.port)
}

// DefaultOptions are what OpenSSH's own client would use.
func DefaultOptions() (Options, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return Options{}, sshError(err, "the home directory, where SSH keys lie, is not known")
	}
	ssh := filepath.Join(home, ".ssh")
	return Options{
		ConfigFiles:     []string{filepath.Join(ssh, "config"), "/etc/ssh/ssh_config"},
		KnownHostsFiles: []string{filepath.Join(ssh, "known_hosts"), "/etc/ssh/ssh_known_hosts"},
		AgentSocket:     os.Getenv("SSH_AUTH_SOCK"),
		IdentityFiles: []string{
			filepath.Join(ssh, "id_ed25519"),
			filepath.Join(ssh, "id_ecdsa"),
			filepath.Join(ssh, "id_rsa"),
		},
	}, nil
}

// route gives the hosts to go through, the tunnel's own last: what the
// configuration says, and what ssh_config says where it is silent.
func (t *Tunnel) route() ([]hop, error) {
	files, err := t.configFiles()
	if err != nil {
		return nil, err
	}
	last, jumps, err := t.resolve(files, t.config.Host)
	if err != nil {
		return nil, err
	}
	last.user = cmp.Or(t.config.Username, last.user)
	if t.config.Port != tusk.DefaultSSHPort && t.config.Port != 0 {
		last.port = strconv.Itoa(t.config.Port)
	}
	last.method = t.config.AuthMethod
	if t.config.KeyPath != "" {
		last.identityFiles = []string{ExpandHome(t.config.KeyPath)}
	}
	route := []hop{last}
	for len(jumps) > 0 {
		if len(route) > maxHops {
			return nil, sshError(nil, "the way to %s has more than %d jump hosts", t.config.Host, maxHops).
				WithHint("Check ProxyJump in your SSH configuration for hosts that name each other.")
		}
		// ProxyJump a,b: a first. What stands before a is a's own ProxyJump.
		nearest := jumps[len(jumps)-1]
		h, own, err := t.resolve(files, nearest.host)
		if err != nil {
			return nil, err
		}
		h.user, h.port = cmp.Or(nearest.user, h.user), cmp.Or(nearest.port, h.port)
		route = append(route, h)
		if jumps = jumps[:len(jumps)-1]; len(jumps) == 0 {
			jumps = own
		}
	}
	slices.Reverse(route)
	return route, nil
}

func (t *Tunnel) configFiles() ([]*ssh_config.Config, error) {
	var files []*ssh_config.Config
	for _, path := range t.options.ConfigFiles {
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var file *ssh_config.Config
		if err == nil {
			file, err = ssh_config.DecodeBytes(conditions.ReplaceAll(text, []byte("Host !*")))
		}
		if err != nil {
			return nil, sshError(err, "the SSH configuration %s cannot be read", path).
				WithHint("Correct the file; `ssh -G HOST` shows what OpenSSH makes of it.")
		}
		files = append(files, file)
	}
	return files, nil
}

// conditions are the Match lines that ask more than the host's name. Some of
// them run programs; what follows one is skipped, as for a condition that does
// not hold: `Host !*` matches nothing.
var conditions = regexp.MustCompile(`(?im)^[ \t]*match[ \t=]+(?:(?:canonical|final|exec|localnetwork|localuser|originalhost|tagged|user|version|command|sessiontype|!)[^\n]*|host[ \t]+[^ \t\n]+[ \t]+[^ \t\n#][^\n]*)$`)

// resolve gives what ssh_config says of a host, and the hosts to jump through.
func (t *Tunnel) resolve(files []*ssh_config.Config, alias string) (hop, []jump, error) {
	var failure error
	get := func(key string) string {
		for _, file := range files {
			value, err := file.Get(alias, key)
			if err != nil && failure == nil {
				failure = sshError(err, "the SSH configuration of %s cannot be read", alias)
			}
			if value != "" {
				return value
			}
		}
		return ""
	}
	h := hop{
		alias:       alias,
		host:        strings.ReplaceAll(cmp.Or(get("HostName"), alias), "%h", alias),
		port:        cmp.Or(get("Port"), strconv.Itoa(tusk.DefaultSSHPort)),
		user:        get("User"),
		agentSocket: t.options.AgentSocket,
	}
	if h.user == "" {
		if current, err := user.Current(); err == nil {
			h.user = current.Username
		}
	}
	switch socket := get("IdentityAgent"); socket {
	case "", "SSH_AUTH_SOCK":
	case "none":
		h.agentSocket = ""
	default:
		h.agentSocket = ExpandHome(os.ExpandEnv(socket))
	}
	for _, file := range files {
		identities, err := file.GetAll(alias, "IdentityFile")
		if err != nil && failure == nil {
			failure = sshError(err, "the SSH configuration of %s cannot be read", alias)
		}
		for _, identity := range identities {
			h.identityFiles = append(h.identityFiles, ExpandHome(identity))
		}
	}
	if len(h.identityFiles) == 0 {
		h.identityFiles = t.options.IdentityFiles
	}
	if command := get("ProxyCommand"); command != "none" {
		h.proxyCommand = command
	}
	h.keyAlias = get("HostKeyAlias")
	for path := range strings.FieldsSeq(get("UserKnownHostsFile")) {
		h.knownHosts = append(h.knownHosts, ExpandHome(path))
	}
	var jumps []jump
	if value := get("ProxyJump"); value != "" && value != "none" {
		for _, text := range strings.Split(value, ",") {
			j, err := parseJump(strings.TrimSpace(text))
			if err != nil {
				return hop{}, nil, err
			}
			jumps = append(jumps, j)
		}
	}
	return h, jumps, failure
}

// jump is a host of ProxyJump: [user@]host[:port] or an ssh:// URI.
type jump struct{ user, host, port string }

func parseJump(text string) (jump, error) {
	var j jump
	rest := strings.TrimPrefix(text, "ssh://")
	if name, after, ok := strings.Cut(rest, "@"); ok {
		j.user, rest = name, after
	}
	j.host = rest
	if bracket := strings.HasPrefix(rest, "["); bracket {
		host, after, ok := strings.Cut(rest[1:], "]")
		if !ok {
			return jump{}, badJump(text)
		}
		j.host, j.port = host, strings.TrimPrefix(after, ":")
	} else if host, port, ok := strings.Cut(rest, ":"); ok {
		j.host, j.port = host, port
	}
	if j.host == "" {
		return jump{}, badJump(text)
	}
	return j, nil
}

func badJump(text string) error {
	return sshError(nil, "%s", fmt.Sprintf("%q is no jump host", text)).
		WithHint("Write ProxyJump as [user@]host[:port] in your SSH configuration.")
}

// ExpandHome makes a leading ~/ the home directory, as OpenSSH does.
func ExpandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path // the file is then missing, which is told
	}
	return filepath.Join(home, rest)
}
