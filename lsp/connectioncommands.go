package lsp

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/google/uuid"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/importer"
	"github.com/tusk-lsp/tusk-lsp/lsp/protocol"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// ConnectionInfo is an entry of tusk.connection.list.
type ConnectionInfo struct {
	tusk.ConnectionConfig
	Origin string `json:"origin"` // where it was found: saved, settings, DATABASE_URL, …
	InUse  bool   `json:"in_use"` // by the document where the user was last seen
}

func (s *session) listConnections(ctx context.Context, now *Snapshot, _ protocol.ExecuteCommandParams) (any, error) {
	sources, err := s.connections.all(ctx)
	if err != nil {
		return nil, err
	}
	inUse := s.connections.of(now.focus.uri)
	list := make([]ConnectionInfo, len(sources))
	for i, source := range sources {
		list[i] = ConnectionInfo{source.Config, source.Origin, source.Config.ID == inUse}
	}
	return list, nil
}

// ConnectionParams name a connection, by its name or its id. Without one it is
// that of the document, or of the document where the user was last seen.
type ConnectionParams struct {
	Name string `json:"name,omitempty"`
	URI  string `json:"uri,omitempty"`
}

func connectionNamed(word string) ConnectionParams { return ConnectionParams{Name: word} }

// named finds the connection that a command is about, and makes it known to the
// engine.
func (s *session) named(ctx context.Context, now *Snapshot, p ConnectionParams) (engine.Source, error) {
	if p.Name == "" {
		id, err := s.connections.await(ctx, cmp.Or(p.URI, now.focus.uri))
		if err != nil {
			return engine.Source{}, err
		}
		p.Name = id.String()
	}
	sources, err := s.connections.all(ctx)
	if err != nil {
		return engine.Source{}, err
	}
	i := slices.IndexFunc(sources, func(source engine.Source) bool {
		return source.Config.Name == p.Name || source.Config.ID.String() == p.Name
	})
	if i < 0 {
		return engine.Source{}, &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("there is no connection named %s", p.Name),
			Hint:     "tusk.connection.list tells the names; tusk.connection.add saves another one.",
		}
	}
	return sources[i], s.engine.Open(ctx, sources[i])
}

// saved is named for what only a saved connection can do.
func (s *session) saved(ctx context.Context, now *Snapshot, p ConnectionParams) (tusk.ConnectionConfig, error) {
	source, err := s.named(ctx, now, p)
	if err != nil {
		return tusk.ConnectionConfig{}, err
	}
	if source.Origin != engine.OriginSaved {
		return tusk.ConnectionConfig{}, &tusk.Error{
			Category: tusk.Connection,
			Message:  fmt.Sprintf("the connection %s comes from %s, not from the saved ones", source.Config.Name, source.Origin),
			Hint:     "Change it there, or save one of your own with tusk.connection.add.",
		}
	}
	return source.Config, nil
}

// SaveConnectionParams is the argument of tusk.connection.add, update and test:
// a URL or the fields of a connection. In an update, what is absent stays.
type SaveConnectionParams struct {
	ConnectionParams
	URL         string          `json:"url,omitempty"`
	Connection  json.RawMessage `json:"connection,omitempty"`   // fields of a tusk.ConnectionConfig
	Password    string          `json:"password,omitempty"`     // kept in the keychain
	SSHPassword string          `json:"ssh_password,omitempty"` // or the passphrase of the key
}

// config is the connection that p describes, over base.
func (p SaveConnectionParams) config(base tusk.ConnectionConfig) (tusk.ConnectionConfig, secrets.Secret, error) {
	config, password := base, secrets.NewSecret(p.Password)
	if p.URL != "" {
		source, err := engine.FromConninfo(cmp.Or(p.Name, base.Name), p.URL, "the URL")
		if err != nil {
			return config, password, err
		}
		config = source.Over(base)
		if password.IsZero() {
			password = source.Password
		}
	}
	if len(p.Connection) > 0 {
		if base.SSHTunnel != nil { // decoding must not write into the one that base shares
			tunnel := *base.SSHTunnel
			config.SSHTunnel = &tunnel
		}
		decoder := json.NewDecoder(bytes.NewReader(p.Connection))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&config); err != nil {
			return config, password, &tusk.Error{
				Category: tusk.Connection,
				Message:  "the connection cannot be read: " + err.Error(),
				Hint:     "docs/protocol.md lists the fields of a connection.",
				Cause:    err,
			}
		}
	}
	config.ID = base.ID
	return config.WithDefaults(), password, nil
}

func (s *session) addConnection(ctx context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(url string) SaveConnectionParams { return SaveConnectionParams{URL: url} })
	if err != nil {
		return nil, err
	}
	config, password, err := params.config(tusk.ConnectionConfig{Name: params.Name})
	if err != nil {
		return nil, err
	}
	return s.save(ctx, config, password, secrets.NewSecret(params.SSHPassword))
}

func (s *session) updateConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SaveConnectionParams {
		return SaveConnectionParams{ConnectionParams: connectionNamed(word)}
	})
	if err != nil {
		return nil, err
	}
	base, err := s.saved(ctx, now, params.ConnectionParams)
	if err != nil {
		return nil, err
	}
	config, password, err := params.config(base)
	if err != nil {
		return nil, err
	}
	return s.save(ctx, config, password, secrets.NewSecret(params.SSHPassword))
}

func (s *session) save(ctx context.Context, config tusk.ConnectionConfig, password, sshSecret secrets.Secret) (any, error) {
	if err := s.engine.Save(ctx, config); err != nil {
		return nil, err
	}
	if !password.IsZero() {
		if err := s.engine.StorePassword(ctx, config, password); err != nil {
			return nil, err
		}
	}
	if !sshSecret.IsZero() && config.SSHTunnel != nil {
		if err := s.engine.StoreSSHSecret(ctx, *config.SSHTunnel, sshSecret); err != nil {
			return nil, err
		}
	}
	s.connections.resolve(s.now().settings) // it may be the first there is
	return answerFor(config), nil
}

// ConnectionAnswer answers commands that are about one connection.
type ConnectionAnswer struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

func answerFor(c tusk.ConnectionConfig) ConnectionAnswer { return ConnectionAnswer{c.ID, c.Name} }

func (s *session) removeConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, connectionNamed)
	if err != nil {
		return nil, err
	}
	if params.Name == "" {
		return nil, &tusk.Error{Category: tusk.Connection, Message: "no connection is named", Hint: "Name the one to remove."}
	}
	config, err := s.saved(ctx, now, params)
	if err != nil {
		return nil, err
	}
	if err := s.engine.Forget(ctx, config.ID); err != nil {
		return nil, err
	}
	s.connections.resolve(s.now().settings)
	return answerFor(config), nil
}

// DuplicateConnectionParams is the argument of tusk.connection.duplicate.
type DuplicateConnectionParams struct {
	ConnectionParams
	NewName string `json:"new_name"` // "": the name with " copy"
}

func (s *session) duplicateConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) DuplicateConnectionParams {
		return DuplicateConnectionParams{ConnectionParams: connectionNamed(word)}
	})
	if err != nil {
		return nil, err
	}
	config, err := s.saved(ctx, now, params.ConnectionParams)
	if err != nil {
		return nil, err
	}
	twin, err := s.engine.Duplicate(ctx, config.ID, cmp.Or(params.NewName, config.Name+" copy"))
	if err != nil {
		return nil, err
	}
	return answerFor(twin), nil
}

// testConnection tries a connection, or one that nobody saved yet, and answers
// with its engine.ConnectionStatus.
func (s *session) testConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) SaveConnectionParams {
		return SaveConnectionParams{ConnectionParams: connectionNamed(word)}
	})
	if err != nil {
		return nil, err
	}
	if params.URL == "" && len(params.Connection) == 0 {
		source, err := s.named(ctx, now, params.ConnectionParams)
		if err != nil {
			return nil, err
		}
		if err := s.engine.Connect(ctx, source.Config.ID); err != nil {
			return nil, err
		}
		return s.engine.Status(ctx, source.Config.ID)
	}
	config, password, err := params.config(tusk.ConnectionConfig{Name: cmp.Or(params.Name, "test")})
	if err != nil {
		return nil, err
	}
	return s.engine.Try(ctx, config, password, secrets.NewSecret(params.SSHPassword))
}

// onConnection is a command about one connection, which ConnectionParams name.
func onConnection(do func(s *session, ctx context.Context, now *Snapshot, source engine.Source) (any, error)) commandFunc {
	return func(s *session, ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
		params, err := argument(p, connectionNamed)
		if err != nil {
			return nil, err
		}
		source, err := s.named(ctx, now, params)
		if err != nil {
			return nil, err
		}
		return do(s, ctx, now, source)
	}
}

func (s *session) connectConnection(ctx context.Context, now *Snapshot, source engine.Source) (any, error) {
	if err := s.connections.connect(ctx, source.Config.ID); err != nil {
		return nil, err
	}
	s.reached(source.Config.ID, now.focus.uri)
	return s.engine.Status(ctx, source.Config.ID)
}

// disconnectConnection ends sessions, pool and tunnel. What needs the connection
// later makes it anew.
func (s *session) disconnectConnection(_ context.Context, _ *Snapshot, source engine.Source) (any, error) {
	return answerFor(source.Config), s.engine.Disconnect(source.Config.ID)
}

// connectionStatus answers with an engine.ConnectionStatus.
func (s *session) connectionStatus(ctx context.Context, _ *Snapshot, source engine.Source) (any, error) {
	return s.engine.Status(ctx, source.Config.ID)
}

// explainConnection answers with the engine.Values of a connection.
func (s *session) explainConnection(ctx context.Context, _ *Snapshot, source engine.Source) (any, error) {
	return s.engine.Explain(ctx, source), nil
}

// UseConnectionParams is the argument of tusk.connection.use.
type UseConnectionParams struct {
	ConnectionParams      // URI: of a file, or of a folder with all that lies below; "": wherever nothing else is chosen
	Clear            bool `json:"clear,omitempty"` // forget what was chosen for URI
}

// useConnection connects first: a connection that does not work is not used.
// Without a name it tells which one is in use. What is chosen for a file or a
// folder is remembered.
func (s *session) useConnection(ctx context.Context, now *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) UseConnectionParams {
		return UseConnectionParams{ConnectionParams: connectionNamed(word)}
	})
	if err != nil {
		return nil, err
	}
	if params.Clear {
		if err := s.engine.Assign(ctx, params.URI, uuid.Nil); err != nil {
			return nil, err
		}
		s.chooseAgain()
		params.Name = ""
	}
	source, err := s.named(ctx, now, params.ConnectionParams)
	if err != nil || params.Name == "" {
		return answerFor(source.Config), err
	}
	if err := s.engine.Connect(ctx, source.Config.ID); err != nil {
		return nil, err
	}
	if err := s.connections.use(ctx, source, params.URI); err != nil {
		return nil, err
	}
	s.chooseAgain()
	s.reached(source.Config.ID, cmp.Or(params.URI, now.focus.uri))
	s.connectionsChanged()
	return answerFor(source.Config), nil
}

// chooseAgain looks again for the connections of the open documents.
func (s *session) chooseAgain() {
	for _, d := range s.now().documents {
		s.connections.choose(d)
	}
}

// connectionsChanged tells clients that show connections to list them again.
func (s *session) connectionsChanged() {
	if s.now().client.connections {
		s.notify(s.life, "tusk/connectionsChanged", struct{}{})
	}
}

// ImportParams is the argument of tusk.connection.import: what
// tusk.connection.export answered, or the path of a file with it, or Tools for
// the connections of other programs.
type ImportParams struct {
	Path    string          `json:"path,omitempty"`
	Archive json.RawMessage `json:"archive,omitempty"`
	Tools   bool            `json:"tools,omitempty"`
	DryRun  bool            `json:"dryRun,omitempty"` // with Tools: only tell what there is
}

// ImportOutcome answers tusk.connection.import with Tools, for each connection
// found.
type ImportOutcome struct {
	Name    string `json:"name"`
	Origin  string `json:"origin"`             // the file or the variable
	SavedAs string `json:"saved_as,omitempty"` // absent where it was not saved
	Known   bool   `json:"known,omitempty"`    // it was saved before
	Problem string `json:"problem,omitempty"`  // why it cannot be taken
}

func (s *session) importConnections(ctx context.Context, _ *Snapshot, p protocol.ExecuteCommandParams) (any, error) {
	params, err := argument(p, func(word string) ImportParams { return ImportParams{Path: word} })
	if err != nil {
		return nil, err
	}
	switch {
	case params.Tools:
		return s.importFromTools(ctx, params.DryRun)
	case params.Path == "":
		return s.engine.Import(ctx, bytes.NewReader(params.Archive))
	}
	file, err := os.Open(params.Path)
	if err != nil {
		return nil, tusk.NewError(tusk.Storage, err, "%s cannot be read", params.Path).WithHint("Name a file that tusk.connection.export or `tusk-lsp connection export` wrote.")
	}
	imported, err := s.engine.Import(ctx, file)
	return imported, errors.Join(err, file.Close())
}

func (s *session) importFromTools(ctx context.Context, dryRun bool) (any, error) {
	places, err := importer.ThisMachine()
	if err != nil {
		return nil, err
	}
	found := importer.All(places)
	var done []importer.Outcome
	if dryRun {
		for _, f := range found {
			done = append(done, importer.Outcome{Found: f})
		}
	} else if done, err = importer.Save(ctx, s.engine, found); err != nil {
		return nil, err
	}
	list := make([]ImportOutcome, len(done))
	for i, o := range done {
		list[i] = ImportOutcome{Name: o.Name, Origin: o.Origin, SavedAs: o.SavedAs, Known: o.Known}
		if o.Problem != nil {
			list[i].Problem = tusk.InfoOf(o.Problem).Message
		}
	}
	return list, nil
}

func (s *session) exportConnections(ctx context.Context, _ *Snapshot, _ protocol.ExecuteCommandParams) (any, error) {
	var archive bytes.Buffer
	err := s.engine.Export(ctx, &archive)
	return json.RawMessage(archive.Bytes()), err
}
