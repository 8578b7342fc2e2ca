// Package codec writes the contents of a catalog as bytes, for files that this
// program itself reads again: the cache on disk and the built-in catalogs. What
// another version of the model wrote is not read.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc64"
	"math"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

//go:generate go run ./generate

// The bytes are: the magic, the hash of the model's shape, the checksum of what
// follows, the strings (how many, how long each one is, all of them), and the
// structs. A struct is a mask of its fields that are not zero, then these. Strings
// are given by their numbers.
const (
	magic  = "tuskcat1"
	header = len(magic) + 8 + 8
)

var table = crc64.MakeTable(crc64.ECMA)

// Encode writes contents.
func Encode(c *schema.Contents) []byte {
	w := writer{numbers: map[string]uint64{"": 0}, strings: []string{""}, origins: map[*schema.Origin]uint64{}}
	w.contentsFields(c)
	var head []byte
	head = binary.AppendUvarint(head, uint64(len(w.strings)))
	size := 0
	for _, s := range w.strings {
		head = binary.AppendUvarint(head, uint64(len(s)))
		size += len(s)
	}
	all := make([]byte, header, header+len(head)+size+len(w.bytes))
	copy(all, magic)
	all = append(all, head...)
	for _, s := range w.strings {
		all = append(all, s...)
	}
	all = append(all, w.bytes...)
	binary.LittleEndian.PutUint64(all[len(magic):], shape)
	binary.LittleEndian.PutUint64(all[len(magic)+8:], crc64.Checksum(all[header:], table))
	return all
}

// ErrForeign is the error of Decode for bytes that no program with this model has
// written.
var ErrForeign = errors.New("not a catalog of this version")

// ErrDamaged is the error of Decode for bytes that have changed since they were
// written.
var ErrDamaged = errors.New("the catalog is damaged")

// Decode reads what Encode wrote. The strings of the contents share memory, as do
// those that were alike. Errors are ErrForeign and ErrDamaged; any bytes are fine.
func Decode(b []byte) (schema.Contents, error) {
	if len(b) < header || string(b[:len(magic)]) != magic || binary.LittleEndian.Uint64(b[len(magic):]) != shape {
		return schema.Contents{}, ErrForeign
	}
	if binary.LittleEndian.Uint64(b[len(magic)+8:]) != crc64.Checksum(b[header:], table) {
		return schema.Contents{}, ErrDamaged
	}
	return decode(b[header:])
}

// decode reads what follows the checksum.
func decode(b []byte) (c schema.Contents, err error) {
	r := reader{bytes: b}
	r.readStrings()
	r.contentsFields(&c)
	if r.wrong || len(r.bytes) > 0 {
		return schema.Contents{}, fmt.Errorf("%w: it does not end where it should", ErrDamaged)
	}
	return c, nil
}

type writer struct {
	bytes   []byte
	strings []string
	numbers map[string]uint64 // of strings
	origins map[*schema.Origin]uint64
}

func (w *writer) uvarint(n uint64) { w.bytes = binary.AppendUvarint(w.bytes, n) }

func (w *writer) varint(n int64) { w.bytes = binary.AppendVarint(w.bytes, n) }

func (w *writer) float(f float64) {
	w.bytes = binary.LittleEndian.AppendUint64(w.bytes, math.Float64bits(f))
}

func (w *writer) string(s string) {
	number, found := w.numbers[s]
	if !found {
		number = uint64(len(w.strings))
		w.numbers[s] = number
		w.strings = append(w.strings, s)
	}
	w.uvarint(number)
}

// origin writes the number of an origin, which several objects may share, and the
// first time itself.
func (w *writer) origin(o *schema.Origin) {
	number, found := w.origins[o]
	if found {
		w.uvarint(number)
		return
	}
	number = uint64(len(w.origins))
	w.origins[o] = number
	w.uvarint(number)
	w.originFields(o)
}

// reader reads values from the front of bytes. After the first that is wrong, it
// gives zero values.
type reader struct {
	bytes   []byte
	strings []string
	origins []*schema.Origin
	wrong   bool
}

func (r *reader) fail() {
	r.wrong, r.bytes = true, nil
}

func (r *reader) uvarint() uint64 {
	if len(r.bytes) > 0 && r.bytes[0] < 0x80 { // nearly all are
		n := uint64(r.bytes[0])
		r.bytes = r.bytes[1:]
		return n
	}
	n, size := binary.Uvarint(r.bytes)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.bytes = r.bytes[size:]
	return n
}

func (r *reader) varint() int64 {
	n := r.uvarint()
	return int64(n>>1) ^ -int64(n&1)
}

func (r *reader) float() float64 {
	if len(r.bytes) < 8 {
		r.fail()
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(r.bytes))
	r.bytes = r.bytes[8:]
	return f
}

// count reads the length of a list, whose items take a byte each at least.
func (r *reader) count() int {
	n := r.uvarint()
	if n > uint64(len(r.bytes)) {
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) string() string {
	number := r.uvarint()
	if number >= uint64(len(r.strings)) {
		r.fail()
		return ""
	}
	return r.strings[number]
}

func (r *reader) readStrings() {
	count := r.count()
	sizes := make([]int, count)
	total := 0
	for i := range sizes {
		sizes[i] = int(min(r.uvarint(), math.MaxInt32))
		total += sizes[i]
	}
	if total > len(r.bytes) {
		r.fail()
		return
	}
	all := string(r.bytes[:total])
	r.bytes = r.bytes[total:]
	r.strings = make([]string, count)
	for i, size := range sizes {
		r.strings[i], all = all[:size], all[size:]
	}
}

func (r *reader) origin() *schema.Origin {
	number := r.uvarint()
	switch {
	case number < uint64(len(r.origins)):
		return r.origins[number]
	case number > uint64(len(r.origins)):
		r.fail()
		return nil
	}
	o := new(schema.Origin)
	r.origins = append(r.origins, o)
	r.originFields(o)
	return o
}
