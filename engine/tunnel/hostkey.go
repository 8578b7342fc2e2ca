package tunnel

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// knownHosts judges the key of one host by the known_hosts files.
type knownHosts struct {
	algorithms []string // that the host is known by, so that it shows that key; nil: any
	check      ssh.HostKeyCallback
	refusal    error // why check refused, for the user
}

// knownHosts prepares the check of target's key. A known host must show its
// known key; one that changed is refused; an unknown one is asked about and
// then remembered.
func (t *Tunnel) knownHosts(ctx context.Context, target string, remote net.Addr) (*knownHosts, error) {
	var files []string
	for _, path := range t.options.KnownHostsFiles {
		if _, err := os.Stat(path); err == nil {
			files = append(files, path)
		} else if !errors.Is(err, fs.ErrNotExist) {
			return nil, sshError(err, "the file %s cannot be read", path)
		}
	}
	callback, err := knownhosts.New(files...)
	if err != nil {
		return nil, sshError(err, "the known hosts cannot be read").
			WithHint("Correct the line that is named, or remove it with `ssh-keygen -R HOST`.")
	}
	k := &knownHosts{}
	for _, key := range knownKeys(callback, target, remote) {
		k.algorithms = append(k.algorithms, algorithmsOf(key.Key.Type())...)
	}
	k.check = func(host string, remote net.Addr, key ssh.PublicKey) error {
		err := callback(host, remote, key)
		if err != nil {
			err = t.judge(ctx, host, key, err)
			k.refusal = err
		}
		return err
	}
	return k, nil
}

// judge turns a key that known_hosts does not vouch for into a question or a
// refusal.
func (t *Tunnel) judge(ctx context.Context, host string, key ssh.PublicKey, err error) error {
	name := knownhosts.Normalize(host)
	shown := HostKey{Host: name, Type: key.Type(), Fingerprint: ssh.FingerprintSHA256(key)}
	if revoked, ok := errors.AsType[*knownhosts.RevokedError](err); ok {
		return sshError(revoked, "the key of the SSH host %s is revoked (%s)", name, shown.Fingerprint).
			WithHint("Do not connect. Ask who runs the host.")
	}
	unknown, ok := errors.AsType[*knownhosts.KeyError](err)
	if !ok {
		return sshError(err, "the key of the SSH host %s cannot be checked", name)
	}
	if len(unknown.Want) > 0 {
		return sshError(unknown, "the key of the SSH host %s has changed: it shows %s %s, and %s line %d knows another",
			name, shown.Type, shown.Fingerprint, unknown.Want[0].Filename, unknown.Want[0].Line).
			WithHint("Somebody may be listening in. If the host was set up anew, remove the old key with `ssh-keygen -R " + name + "` and connect again.")
	}
	if t.options.AcceptHost == nil {
		return sshError(unknown, "the SSH host %s is not known (%s %s)", name, shown.Type, shown.Fingerprint).
			WithHint("Compare the fingerprint, then connect once with `ssh " + t.config.Host + "` in a terminal and accept it.")
	}
	accepted, err := t.options.AcceptHost(ctx, shown)
	if err != nil {
		return sshError(err, "nobody could be asked about the SSH host %s", name)
	}
	if !accepted {
		return sshError(unknown, "the SSH host %s was not accepted", name).
			WithHint("Connect again and accept its fingerprint if it is the right one.")
	}
	return t.remember(host, key)
}

// remember adds an accepted key to the first known_hosts file.
func (t *Tunnel) remember(host string, key ssh.PublicKey) error {
	if len(t.options.KnownHostsFiles) == 0 {
		return nil // accepted for this time
	}
	path := t.options.KnownHostsFiles[0]
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = appendLine(path, knownhosts.Line([]string{knownhosts.Normalize(host)}, key))
	}
	if err != nil {
		return sshError(err, "the accepted key of %s cannot be remembered", host).
			WithHint("Check that " + path + " is writable.")
	}
	return nil
}

// appendLine adds a whole line, also where the file ends without a newline.
func appendLine(path, line string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	text := line + "\n"
	if info, err := file.Stat(); err == nil && info.Size() > 0 {
		var last [1]byte
		if _, err := file.ReadAt(last[:], info.Size()-1); err == nil && last[0] != '\n' {
			text = "\n" + text
		}
	}
	_, err = file.WriteString(text)
	return errors.Join(err, file.Close())
}

// knownKeys gives the keys that are known for a host. The library tells them
// only when a key does not match, so it is shown one that cannot.
func knownKeys(callback ssh.HostKeyCallback, target string, remote net.Addr) []knownhosts.KnownKey {
	err := callback(target, remote, noKey{})
	if unknown, ok := errors.AsType[*knownhosts.KeyError](err); ok {
		return unknown.Want
	}
	return nil
}

// algorithmsOf gives the signature algorithms that a known key can show.
func algorithmsOf(keyType string) []string {
	if keyType == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{keyType}
}

// noKey is a public key that no host has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return nil }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("this key signs nothing") }
