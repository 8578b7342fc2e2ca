package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// maxHeader bounds the header of one message, in bytes. Real ones have 20 to 80.
const maxHeader = 4096

// frames reads the messages of the base protocol: a header, an empty line and
// as many bytes as the header says (LSP 3.17, Header Part). It is lenient where
// nothing is lost: header names in any case, unknown headers, bare line feeds.
type frames struct {
	r   *bufio.Reader
	max int // the longest message, in bytes
}

// errTooLong says that a message was skipped. Reading may go on.
var errTooLong = errors.New("the message is too long")

// framingError says that the place in the stream is lost for good.
type framingError struct{ what string }

func (e *framingError) Error() string { return e.what }

// next gives the content of the next message; the caller may keep it. At the
// end of the stream it fails with io.EOF, within a message with
// io.ErrUnexpectedEOF, and with errTooLong for a message that it skipped. After
// any error but errTooLong the place in the stream is lost.
func (f *frames) next() ([]byte, error) {
	length, err := f.header()
	if err != nil {
		return nil, err
	}
	if length > int64(f.max) {
		if _, err := io.CopyN(io.Discard, f.r, length); err != nil {
			return nil, noEOF(err)
		}
		return nil, fmt.Errorf("%w: %d bytes, the limit is %d", errTooLong, length, f.max)
	}
	// The buffer grows as bytes come, not as the header promises.
	var content bytes.Buffer
	content.Grow(int(min(length, 64<<10)))
	if _, err := io.CopyN(&content, f.r, length); err != nil {
		return nil, noEOF(err)
	}
	return content.Bytes(), nil
}

// header reads up to the empty line and gives the content's length in bytes.
func (f *frames) header() (int64, error) {
	length := int64(-1)
	for left := maxHeader; ; {
		line, err := f.line(left)
		if err != nil {
			if err == io.EOF && left < maxHeader {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		left -= len(line)
		field := strings.TrimRight(line, "\r\n")
		if field == "" {
			if length < 0 {
				return 0, &framingError{"a header has no Content-Length"}
			}
			return length, nil
		}
		name, value, found := strings.Cut(field, ":")
		if !found || strings.ContainsAny(name, `{["`) { // such as a message without a header
			return 0, &framingError{"a header line is not of the form name: value"}
		}
		if strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			// 32 bits: what is longer is not a length but noise.
			n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 32)
			if err != nil {
				return 0, &framingError{"a Content-Length is not a number of bytes below 4 GiB"}
			}
			length = int64(n)
		}
	}
}

// line reads one line with its end, at most limit bytes of it.
func (f *frames) line(limit int) (string, error) {
	var line strings.Builder
	for line.Len() < limit {
		b, err := f.r.ReadByte()
		if err != nil {
			if line.Len() > 0 {
				err = noEOF(err)
			}
			return "", err
		}
		line.WriteByte(b)
		if b == '\n' {
			return line.String(), nil
		}
	}
	return "", &framingError{fmt.Sprintf("a header does not end within %d bytes", maxHeader)}
}

// noEOF is err where the stream must not end.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// frame puts the header before the content that parts make up.
func frame(parts ...string) []byte {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	data := make([]byte, 0, size+40)
	data = append(data, "Content-Length: "...)
	data = strconv.AppendInt(data, int64(size), 10)
	data = append(data, "\r\n\r\n"...)
	for _, part := range parts {
		data = append(data, part...)
	}
	return data
}
