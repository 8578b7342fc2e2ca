package importer

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// sqlsFiles is where sqls looks on every system.
func sqlsFiles(p Places) []string {
	return []string{filepath.Join(p.folder("XDG_CONFIG_HOME", ".config"), "sqls", "config.yml")}
}

// sqlsConnection is one of the connections in a config.yml of sqls.
type sqlsConnection struct {
	Alias          string            `yaml:"alias"`
	Driver         string            `yaml:"driver"`
	DataSourceName string            `yaml:"dataSourceName"` // counts before what follows
	Proto          string            `yaml:"proto"`
	User           string            `yaml:"user"`
	Passwd         string            `yaml:"passwd"`
	Host           string            `yaml:"host"`
	Port           int               `yaml:"port"`
	Path           string            `yaml:"path"`
	DBName         string            `yaml:"dbName"`
	Params         map[string]string `yaml:"params"`
	SSH            *sqlsTunnel       `yaml:"sshConfig"`
}

type sqlsTunnel struct {
	Host       string `yaml:"host"`
	Port       int    `yaml:"port"`
	User       string `yaml:"user"`
	PassPhrase string `yaml:"passPhrase"`
	PrivateKey string `yaml:"privateKey"`
}

// readSqls reads sqls's config.yml.
func readSqls(content []byte, path string) ([]Found, error) {
	var config struct {
		Connections []sqlsConnection `yaml:"connections"`
	}
	if err := yaml.Unmarshal(content, &config); err != nil {
		where := ""
		if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil && e.GetToken().Position != nil {
			where = fmt.Sprintf(" in line %d", e.GetToken().Position.Line)
		}
		return nil, unreadable(path, "YAML of this tool", where)
	}
	var found []Found
	for i, c := range config.Connections {
		if c.Driver == "postgresql" || c.Driver == "postgres" {
			name := cmp.Or(c.Alias, c.DBName, fmt.Sprintf("sqls %d", i+1))
			found = append(found, c.found(name, path))
		}
	}
	return found, nil
}

func (c sqlsConnection) found(name, path string) Found {
	var found Found
	if c.DataSourceName != "" {
		found = fromConninfo(name, c.DataSourceName, path)
	} else {
		found = fromKeywords(name, c.keywords(), path)
	}
	if found.Problem != nil || c.SSH == nil {
		return found
	}
	config := found.Config
	config.SSHTunnel = &tusk.SSHTunnelConfig{
		Name: name, Host: c.SSH.Host, Port: c.SSH.Port, Username: c.SSH.User,
		AuthMethod: tusk.SSHKey, KeyPath: c.SSH.PrivateKey,
	}
	source, err := engine.FromConfig(config, path) // the id is that of the way through the tunnel
	if err != nil {
		return Found{Name: name, Problem: err}
	}
	found.Config = source.Config
	if c.SSH.PassPhrase != "" {
		found.TunnelSecret = secrets.NewSecret(c.SSH.PassPhrase)
	}
	return found
}

// keywords are the fields as libpq names them, with the defaults of sqls.
func (c sqlsConnection) keywords() url.Values {
	keywords := url.Values{}
	for key, value := range c.Params {
		keywords.Set(strings.ToLower(key), value)
	}
	for key, value := range map[string]string{"user": c.User, "password": c.Passwd, "dbname": c.DBName} {
		keywords.Set(key, cmp.Or(keywords.Get(key), value))
	}
	if c.Proto == "unix" {
		keywords.Set("host", c.Path)
	} else {
		keywords.Set("host", cmp.Or(c.Host, "127.0.0.1"))
	}
	if c.Port != 0 {
		keywords.Set("port", strconv.Itoa(c.Port))
	}
	return keywords
}
