// Package diskcache keeps the catalogs of connections in files, so that the next
// start of the program has them before it reaches a server.
package diskcache

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/schema/codec"
)

const (
	suffix  = ".catalog"
	partial = ".partial" // of a file that is being written
	// Who writes a file takes seconds; what is older was left by a process that died.
	abandonedAfter = time.Hour
)

// Cache is a folder with one file per connection. Several processes and
// goroutines may use it at once: a file is replaced as a whole, so a reader
// gets one or the other, and the last writer's stays.
type Cache struct {
	dir      string
	maxBytes int64
}

// Open gives the cache in a folder, which the first Save makes (0700). When its
// files are larger together than maxBytes, those that were saved the longest
// ago go.
func Open(dir string, maxBytes int64) *Cache { return &Cache{dir, maxBytes} }

// Entry is what is kept of a connection.
type Entry struct {
	// Identity says which database it was read from, as whom. Load gives nothing
	// that was saved with another one.
	Identity    string
	Fingerprint []byte // of the system catalogs before it was read
	Contents    schema.Contents
}

// Load gives what was saved of a connection, or nil. A file that is damaged, or
// of another identity or version of the program, is removed and counts as
// absent. The error is that of the file system; what a caller can do about it
// is to read the catalog from the server.
func (c *Cache) Load(connection uuid.UUID, identity string) (*Entry, error) {
	data, err := os.ReadFile(c.path(connection))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the saved catalog: %w", err)
	}
	if entry := decode(data); entry != nil && entry.Identity == identity {
		return entry, nil
	}
	return nil, c.Remove(connection)
}

// Save keeps an entry in the place of the one before. When it fails, that one is
// still there.
func (c *Cache) Save(connection uuid.UUID, entry *Entry) error {
	if err := c.write(connection, encode(entry)); err != nil {
		return fmt.Errorf("save the catalog: %w", err)
	}
	return c.prune(connection)
}

// Remove forgets a connection. It is fine when nothing was saved of it.
func (c *Cache) Remove(connection uuid.UUID) error {
	if err := os.Remove(c.path(connection)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the saved catalog: %w", err)
	}
	return nil
}

func (c *Cache) path(connection uuid.UUID) string {
	return filepath.Join(c.dir, connection.String()+suffix)
}

// write replaces the file in one step. It does not wait for the disk: what a
// power failure damages, the checksum finds.
func (c *Cache) write(connection uuid.UUID, data []byte) (err error) {
	if err := os.MkdirAll(c.dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(c.dir, connection.String()+"-*"+partial) // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), c.path(connection))
}

// prune removes the oldest files while all are too large together, except the
// one that was just saved, and what processes left that died over a write.
func (c *Cache) prune(saved uuid.UUID) error {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("look for saved catalogs that are too old: %w", err)
	}
	var files []fs.FileInfo
	total := int64(0)
	for _, e := range entries {
		info, err := e.Info()
		if err != nil { // another process has removed it
			continue
		}
		switch {
		case strings.HasSuffix(e.Name(), partial) && time.Since(info.ModTime()) > abandonedAfter:
			err = c.removeFile(info)
		case strings.HasSuffix(e.Name(), suffix) && info.Mode().IsRegular():
			files = append(files, info)
			total += info.Size()
		}
		if err != nil {
			return err
		}
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if total <= c.maxBytes {
			break
		}
		if f.Name() == saved.String()+suffix {
			continue
		}
		if err := c.removeFile(f); err != nil {
			return err
		}
		total -= f.Size()
	}
	return nil
}

func (c *Cache) removeFile(f fs.FileInfo) error {
	err := os.Remove(filepath.Join(c.dir, f.Name()))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a saved catalog that is too old: %w", err)
	}
	return nil
}

// A file is the magic, the checksum of what follows up to the contents, the
// identity and the fingerprint with their lengths, and the contents, which have
// a version and a checksum of their own.
const (
	magic  = "tuskdisk1"
	header = len(magic) + 8
)

var table = crc64.MakeTable(crc64.ECMA)

func encode(entry *Entry) []byte {
	var about []byte
	for _, part := range [][]byte{[]byte(entry.Identity), entry.Fingerprint} {
		about = append(binary.AppendUvarint(about, uint64(len(part))), part...)
	}
	head := binary.LittleEndian.AppendUint64([]byte(magic), crc64.Checksum(about, table))
	return slices.Concat(head, about, codec.Encode(&entry.Contents))
}

// decode gives nil for what encode has not written.
func decode(data []byte) *Entry {
	if len(data) < header || !bytes.HasPrefix(data, []byte(magic)) {
		return nil
	}
	about := data[header:]
	var parts [2][]byte
	rest := about
	for i := range parts {
		size, n := binary.Uvarint(rest)
		if n <= 0 || size > uint64(len(rest)-n) {
			return nil
		}
		parts[i], rest = rest[n:n+int(size)], rest[n+int(size):]
	}
	about = about[:len(about)-len(rest)]
	if binary.LittleEndian.Uint64(data[len(magic):]) != crc64.Checksum(about, table) {
		return nil
	}
	contents, err := codec.Decode(rest)
	if err != nil { // damaged, or of another version: all the same to who loads it
		return nil
	}
	return &Entry{string(parts[0]), bytes.Clone(parts[1]), contents}
}
