package tunnel

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// What a better secret would cure: the causes of errors of Dial.
var (
	ErrSecretMissing = errors.New("a secret is missing")
	ErrSecretWrong   = errors.New("the secret is wrong")
)

const storeHint = "Store it with `tusk-lsp connection password NAME --ssh`, or use an SSH agent."

// authMethods gives how to prove who we are to one host. The returned function
// closes the agent; it is called after the handshake.
func (t *Tunnel) authMethods(ctx context.Context, h hop) ([]ssh.AuthMethod, func(), error) {
	none := func() {}
	switch h.method {
	case tusk.SSHPassword:
		password, err := t.secret(ctx)
		if err != nil {
			return nil, none, err
		}
		if password.IsZero() {
			return nil, none, sshError(ErrSecretMissing, "the password for %s@%s is missing", h.user, h.host).
				WithHint(storeHint)
		}
		return []ssh.AuthMethod{ssh.Password(password.Reveal()), ssh.KeyboardInteractive(answer(password.Reveal()))}, none, nil
	case tusk.SSHKey:
		signer, err := t.key(ctx, h.identityFiles[0])
		if err != nil {
			return nil, none, err
		}
		return []ssh.AuthMethod{ssh.PublicKeys(signer)}, none, nil
	case tusk.SSHAgent:
		keys, closeAgent, err := dialAgent(ctx, h.agentSocket)
		if err != nil {
			return nil, none, err
		}
		return []ssh.AuthMethod{ssh.PublicKeysCallback(keys)}, closeAgent, nil
	default:
		return t.anyKey(ctx, h)
	}
}

// anyKey is for jump hosts, whose method nobody named: the agent's keys and the
// key files that open without a passphrase. They make one method, since the
// library tries each kind of method once.
func (t *Tunnel) anyKey(ctx context.Context, h hop) ([]ssh.AuthMethod, func(), error) {
	agentKeys, closeAgent, agentErr := dialAgent(ctx, h.agentSocket)
	if agentErr != nil {
		agentKeys, closeAgent = func() ([]ssh.Signer, error) { return nil, nil }, func() {}
	}
	var files []ssh.Signer
	for _, path := range h.identityFiles {
		if text, err := os.ReadFile(path); err == nil {
			if signer, err := ssh.ParsePrivateKey(text); err == nil {
				files = append(files, signer)
			}
		}
	}
	if agentErr != nil && len(files) == 0 {
		return nil, nil, sshError(agentErr, "there is no key for the jump host %s", h.host).
			WithHint("Start an SSH agent with the key, or name an IdentityFile without a passphrase for it in your SSH configuration.")
	}
	all := ssh.PublicKeysCallback(func() ([]ssh.Signer, error) {
		held, err := agentKeys()
		return append(held, files...), err
	})
	return []ssh.AuthMethod{all}, closeAgent, nil
}

func (t *Tunnel) secret(ctx context.Context) (secrets.Secret, error) {
	if t.options.Secret == nil {
		return secrets.Secret{}, nil
	}
	return t.options.Secret(ctx)
}

// key reads a private key, with its passphrase where it has one.
func (t *Tunnel) key(ctx context.Context, path string) (ssh.Signer, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		hint := "Check that you may read the key file."
		if errors.Is(err, fs.ErrNotExist) {
			hint = "Name an existing key file in the tunnel's key_path."
		}
		return nil, sshError(err, "the SSH key %s cannot be read", path).WithHint(hint)
	}
	signer, err := ssh.ParsePrivateKey(text)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		passphrase, err := t.secret(ctx)
		if err != nil {
			return nil, err
		}
		if passphrase.IsZero() {
			return nil, sshError(ErrSecretMissing, "the passphrase of the SSH key %s is missing", path).
				WithHint(storeHint)
		}
		signer, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(passphrase.Reveal()))
		if err != nil {
			return nil, sshError(errors.Join(ErrSecretWrong, err), "the passphrase of the SSH key %s is wrong", path).
				WithHint(storeHint)
		}
		return signer, nil
	}
	if err != nil {
		return nil, sshError(err, "the SSH key %s cannot be understood", path).
			WithHint("It must be a private key in OpenSSH's or PEM format.")
	}
	return signer, nil
}

// dialAgent connects to the SSH agent, which signs during the handshake, and
// gives its keys.
func dialAgent(ctx context.Context, socket string) (keys func() ([]ssh.Signer, error), hangUp func(), err error) {
	if socket == "" {
		return nil, nil, sshError(nil, "there is no SSH agent").
			WithHint("Start one (`eval $(ssh-agent)`, then `ssh-add`) and start the editor from that shell, or use a key.")
	}
	raw, err := (&net.Dialer{}).DialContext(ctx, "unix", socket)
	if err != nil {
		return nil, nil, sshError(err, "the SSH agent does not answer").
			WithHint("Check SSH_AUTH_SOCK, or IdentityAgent in your SSH configuration.")
	}
	return agent.NewClient(raw).Signers, func() { raw.Close() }, nil
}

// answer gives the password to every question that hides what is typed; servers
// with PAM ask so instead of taking a password.
func answer(password string) ssh.KeyboardInteractiveChallenge {
	return func(_, _ string, questions []string, echos []bool) ([]string, error) {
		answers := make([]string, len(questions))
		for i := range questions {
			if !echos[i] {
				answers[i] = password
			}
		}
		return answers, nil
	}
}
