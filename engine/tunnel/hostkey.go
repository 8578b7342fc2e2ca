package tunnel

import (
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

// knownHosts prepares the check of a host's key. A known host must show its
// known key; one that changed or is not known is refused.
func (t *Tunnel) knownHosts(h hop, remote net.Addr) (*knownHosts, error) {
	listed := t.options.KnownHostsFiles
	if h.knownHosts != nil {
		listed = h.knownHosts
	}
	var files []string
	for _, path := range listed {
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
	for _, key := range knownKeys(callback, h.known(), remote) {
		k.algorithms = append(k.algorithms, algorithmsOf(key.Key.Type())...)
	}
	k.check = func(host string, remote net.Addr, key ssh.PublicKey) error {
		err := callback(host, remote, key)
		if err != nil {
			err = t.judge(host, listed, key, err)
			k.refusal = err
		}
		return err
	}
	return k, nil
}

// UnknownHost is the cause of an error of Dial: known_hosts does not list the
// host. Where a person trusts its key, Trust makes the next Dial go through.
type UnknownHost struct {
	Host        string // as in known_hosts: host, or [host]:port
	Type        string // of its key, such as ssh-ed25519
	Fingerprint string // SHA256:…

	key   ssh.PublicKey
	files []string // of known_hosts; the first is the user's
}

func (u *UnknownHost) Error() string { return "no known_hosts file lists " + u.Host }

// judge turns a key that known_hosts does not vouch for into a refusal.
func (t *Tunnel) judge(host string, files []string, key ssh.PublicKey, err error) error {
	shown := &UnknownHost{Host: knownhosts.Normalize(host), Type: key.Type(), Fingerprint: ssh.FingerprintSHA256(key), key: key, files: files}
	if revoked, ok := errors.AsType[*knownhosts.RevokedError](err); ok {
		return sshError(revoked, "the key of the SSH host %s is revoked (%s)", shown.Host, shown.Fingerprint).
			WithHint("Do not connect. Ask who runs the host.")
	}
	unknown, ok := errors.AsType[*knownhosts.KeyError](err)
	if !ok {
		return sshError(err, "the key of the SSH host %s cannot be checked", shown.Host)
	}
	if len(unknown.Want) > 0 {
		return sshError(unknown, "the key of the SSH host %s has changed: it shows %s %s, and %s line %d knows another",
			shown.Host, shown.Type, shown.Fingerprint, unknown.Want[0].Filename, unknown.Want[0].Line).
			WithHint("Somebody may be listening in. If the host was set up anew, remove the old key with `ssh-keygen -R " + shown.Host + "` and connect again.")
	}
	return sshError(shown, "the SSH host %s is not known (%s %s)", shown.Host, shown.Type, shown.Fingerprint).
		WithHint("Compare the fingerprint, then connect once with `ssh " + t.config.Host + "` in a terminal and accept it.")
}

// Trust adds the key of a host to the first known_hosts file.
func (t *Tunnel) Trust(host *UnknownHost) error {
	if len(host.files) == 0 {
		return sshError(nil, "there is no known_hosts file to remember %s in", host.Host)
	}
	path := host.files[0]
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = appendLine(path, knownhosts.Line([]string{host.Host}, host.key))
	}
	if err != nil {
		return sshError(err, "the accepted key of %s cannot be remembered", host.Host).
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
