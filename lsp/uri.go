package lsp

import (
	"net/url"
	"path/filepath"
	"strings"
)

// fileURI gives the file: URI of an absolute path.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows drive: file:///c:/…
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

// filePath gives the path of a file: URI, "" for any other.
func filePath(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Path == "" {
		return ""
	}
	path := u.Path
	if len(path) > 2 && path[0] == '/' && path[2] == ':' {
		path = path[1:] // a Windows drive
	}
	return filepath.Clean(filepath.FromSlash(path))
}

// baseName is the last part of a document's URI, for messages.
func baseName(uri string) string {
	if u, err := url.Parse(uri); err == nil && u.Path != "" {
		uri = u.Path
	}
	return uri[strings.LastIndexByte(uri, '/')+1:]
}
