package lsp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
)

// Settings are what a user may set under "tusk" in the client's settings, and
// by the same names in initializationOptions. A value is immutable.
type Settings struct {
	// Connections known by name beside the saved ones. They come from the
	// user's own settings and hold no password.
	Connections []ConnectionSettings `json:"connections"`
	// Connection names the one that documents use, of Connections or saved;
	// "" takes the first source that has one (engine.Sources).
	Connection  string              `json:"connection"`
	Completion  CompletionSettings  `json:"completion"`
	Diagnostics DiagnosticsSettings `json:"diagnostics"`
	Results     ResultsSettings     `json:"results"`
	Parameters  ParametersSettings  `json:"parameters"`
	History     HistorySettings     `json:"history"`
	Pool        PoolSettings        `json:"pool"`
	// DotEnv lets DATABASE_URL of a workspace's .env file name a connection.
	DotEnv bool `json:"dotEnv"`
}

// ConnectionSettings is a connection in the settings: its address is either a URL
// or fields; name, tunnel, options and color go with both.
type ConnectionSettings struct {
	URL string `json:"url,omitempty"` // postgres://user@host:port/database?sslmode=…; a password in it stays in memory
	tusk.ConnectionConfig
}

// source is the connection that the settings mean.
func (c ConnectionSettings) source() (engine.Source, error) {
	if c.URL == "" {
		return engine.FromConfig(c.ConnectionConfig, "settings")
	}
	beside := tusk.ConnectionConfig{ID: c.ID, Name: c.Name, SSHTunnel: c.SSHTunnel, Options: c.Options, Color: c.Color}
	if beside != c.ConnectionConfig {
		return engine.Source{}, invalidSetting(fmt.Sprintf("tusk.connections gives the address of %s as a url and as fields", c.Name), nil)
	}
	address, err := engine.FromConninfo(c.Name, c.URL, "settings")
	if err != nil {
		return engine.Source{}, err
	}
	source, err := engine.FromConfig(address.Over(beside), "settings")
	source.Password = address.Password
	return source, err
}

// CompletionSettings shape the list of completions.
type CompletionSettings struct {
	KeywordCase string `json:"keywordCase"` // "upper", "lower" or "typed": as the word begun
	Limit       int    `json:"limit"`       // items in one list, 1 to 1000
}

// DiagnosticsSettings choose what is checked while typing.
type DiagnosticsSettings struct {
	Enabled bool `json:"enabled"`
}

// ResultsSettings bound what a run brings back.
type ResultsSettings struct {
	MaxRows  int `json:"maxRows"`  // rows kept of one result, at least 1
	FileRows int `json:"fileRows"` // rows written to the file of a client without a grid, at least 1
}

// ParametersSettings say what in SQL text is a parameter.
type ParametersSettings struct {
	// Placeholders are the notations beside $1: ":name", "@name" and "?".
	Placeholders []string `json:"placeholders"`
}

// placeholders is the setting as the lexer takes it. What is not known was
// refused before.
func (p ParametersSettings) placeholders() lex.Placeholders {
	var styles lex.Placeholders
	for _, notation := range p.Placeholders {
		styles |= placeholders[notation]
	}
	return styles
}

var placeholders = map[string]lex.Placeholders{":name": lex.ColonName, "@name": lex.AtName, "?": lex.Question}

// HistorySettings say what of the history is kept, besides what is pinned.
type HistorySettings struct {
	MaxEntries int `json:"maxEntries"` // the newest so many; 0: any number
	MaxDays    int `json:"maxDays"`    // 0: any age
}

// PoolSettings bound the connections for background work on one database.
// Changes are for connections that are made from then on.
type PoolSettings struct {
	MaxConnections     int `json:"maxConnections"`     // at least 1
	AcquireTimeoutSecs int `json:"acquireTimeoutSecs"` // how long work waits for a free one, at least 1
}

// DefaultSettings are in force until the client says otherwise.
func DefaultSettings() *Settings {
	return &Settings{
		Completion:  CompletionSettings{KeywordCase: "upper", Limit: 200},
		Diagnostics: DiagnosticsSettings{Enabled: true},
		Results:     ResultsSettings{MaxRows: 100_000, FileRows: 1000},
		Parameters:  ParametersSettings{Placeholders: []string{":name"}},
		History:     HistorySettings{MaxEntries: 100_000},
		Pool:        PoolSettings{MaxConnections: 4, AcquireTimeoutSecs: 30},
	}
}

// parseSettings reads settings over the defaults. Null and absent mean no
// settings. A name or a value that is wrong gives a *tusk.Error that names it.
func parseSettings(raw json.RawMessage) (*Settings, error) {
	settings := DefaultSettings()
	if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null")) {
		return settings, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(settings); err != nil {
		return nil, invalidSetting("the settings under tusk cannot be read: "+strings.TrimPrefix(err.Error(), "json: "), err)
	}
	switch {
	case !slices.Contains([]string{"upper", "lower", "typed"}, settings.Completion.KeywordCase):
		return nil, invalidSetting(fmt.Sprintf("tusk.completion.keywordCase is %q; it must be upper, lower or typed", settings.Completion.KeywordCase), nil)
	case settings.Completion.Limit < 1 || settings.Completion.Limit > 1000:
		return nil, invalidSetting(fmt.Sprintf("tusk.completion.limit is %d; it must be 1 to 1000", settings.Completion.Limit), nil)
	case settings.Results.MaxRows < 1:
		return nil, invalidSetting(fmt.Sprintf("tusk.results.maxRows is %d; it must be at least 1", settings.Results.MaxRows), nil)
	case settings.Results.FileRows < 1:
		return nil, invalidSetting(fmt.Sprintf("tusk.results.fileRows is %d; it must be at least 1", settings.Results.FileRows), nil)
	case settings.Pool.MaxConnections < 1 || settings.Pool.AcquireTimeoutSecs < 1:
		return nil, invalidSetting("tusk.pool.maxConnections and acquireTimeoutSecs must be at least 1", nil)
	case settings.History.MaxEntries < 0 || settings.History.MaxDays < 0:
		return nil, invalidSetting("tusk.history.maxEntries and maxDays must not be negative; 0 keeps all", nil)
	}
	for _, notation := range settings.Parameters.Placeholders {
		if _, known := placeholders[notation]; !known {
			return nil, invalidSetting(fmt.Sprintf(`tusk.parameters.placeholders has %q; it takes ":name", "@name" and "?"`, notation), nil)
		}
	}
	return settings, nil
}

func invalidSetting(message string, cause error) error {
	return &tusk.Error{
		Message: message,
		Hint:    "Correct the setting; until then the earlier settings stay in force.",
		Cause:   cause,
	}
}
