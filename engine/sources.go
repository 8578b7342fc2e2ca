package engine

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgservicefile"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// Source is a connection with where it was found. Password is what the source
// itself gave, for the session only; most give none.
type Source struct {
	Config   tusk.ConnectionConfig
	Password secrets.Secret
	Origin   string            // for people: "DATABASE_URL", "libpq environment", …
	Fields   map[string]string // where single fields come from instead, such as host: PGHOST; by JSON name
}

// OriginSaved is the origin of what lies in the store.
const OriginSaved = "saved"

// FromURL reads a postgres:// or postgresql:// URL
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
// The connection's id is made from its address, so that the same URL is the same
// connection in every session and its history stays together.
func FromURL(name, raw, origin string) (Source, error) {
	u, err := url.Parse(raw)
	if err != nil {
		// url.Error repeats its input, with the password in it.
		err = errors.Unwrap(err)
		return Source{}, badURL(origin, "it cannot be read as a URL", redactedCause(err))
	}
	if u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return Source{}, badURL(origin, fmt.Sprintf("its scheme is %q", u.Scheme), nil)
	}
	if u.Opaque != "" {
		return Source{}, badURL(origin, "there is no // after its scheme", nil)
	}
	if strings.Contains(u.Host, ",") {
		return Source{}, badURL(origin, "it names several hosts", nil)
	}
	query := u.Query()
	password, _ := u.User.Password()
	v := values{
		"host":     cmp.Or(query.Get("host"), u.Hostname()),
		"port":     cmp.Or(query.Get("port"), u.Port()),
		"dbname":   cmp.Or(query.Get("dbname"), strings.TrimPrefix(u.Path, "/")),
		"user":     cmp.Or(query.Get("user"), u.User.Username()),
		"password": cmp.Or(query.Get("password"), password),
	}
	for _, key := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "connect_timeout"} {
		v[key] = query.Get(key)
	}
	return v.source(name, origin)
}

// Over is base at the source's address: its host, port, database, user and TLS are
// the source's whole, of the options only what the source says. The rest, such as
// whether base may write, no connection string can say, and it stays.
func (s Source) Over(base tusk.ConnectionConfig) tusk.ConnectionConfig {
	from := s.Config
	base.Host, base.Port, base.Database, base.Username = from.Host, from.Port, from.Database, from.Username
	base.SSLMode, base.SSLRootCert, base.SSLCert, base.SSLKey = from.SSLMode, from.SSLRootCert, from.SSLCert, from.SSLKey
	if name := from.Options.ApplicationName; name != tusk.DefaultApplicationName {
		base.Options.ApplicationName = name
	}
	if seconds := from.Options.ConnectTimeoutSecs; seconds != tusk.DefaultConnectTimeoutSecs {
		base.Options.ConnectTimeoutSecs = seconds
	}
	return base
}

// FromEnvironment reads libpq's variables, PGSERVICE among them
// (https://www.postgresql.org/docs/current/libpq-envars.html). It answers false
// where none says which database is meant.
func FromEnvironment(getenv func(string) string) (Source, bool, error) {
	v, from := values{}, map[string]string{}
	for variable, key := range map[string]string{
		"PGHOST": "host", "PGPORT": "port", "PGDATABASE": "dbname", "PGUSER": "user", "PGPASSWORD": "password",
		"PGSSLMODE": "sslmode", "PGSSLROOTCERT": "sslrootcert", "PGSSLCERT": "sslcert", "PGSSLKEY": "sslkey",
		"PGAPPNAME": "application_name", "PGCONNECT_TIMEOUT": "connect_timeout",
	} {
		v[key] = getenv(variable)
		if v[key] != "" {
			from[key] = variable
		}
	}
	service := getenv("PGSERVICE")
	if service == "" && v["host"] == "" && v["dbname"] == "" {
		return Source{}, false, nil
	}
	origin := "libpq environment"
	if service != "" {
		settings, err := readService(service, getenv)
		if err != nil {
			return Source{}, false, err
		}
		for key, value := range settings {
			v[key] = cmp.Or(value, v[key]) // libpq asks the service first
			from[key] = "service " + service
		}
		origin = "service " + service
	}
	name := cmp.Or(service, v["dbname"], v["user"], "environment")
	source, err := v.source(name, origin)
	source.Fields = map[string]string{}
	for key, variable := range from {
		if field := fields[key]; field != "" {
			source.Fields[field] = variable
		}
	}
	return source, err == nil, err
}

// fields are the JSON names of libpq's keywords in a tusk.ConnectionConfig.
var fields = map[string]string{
	"host": "host", "port": "port", "dbname": "database", "user": "username", "sslmode": "ssl_mode",
	"sslrootcert": "ssl_root_cert", "sslcert": "ssl_cert", "sslkey": "ssl_key",
	"application_name": "options.application_name", "connect_timeout": "options.connect_timeout_secs",
}

// fromService is a service of the user's service file under its own name. It
// answers false where there is none of that name.
func fromService(name string, getenv func(string) string) (Source, bool, error) {
	settings, err := readService(name, getenv)
	if errors.Is(err, errNoService) || errors.Is(err, fs.ErrNotExist) {
		return Source{}, false, nil
	}
	if err != nil {
		return Source{}, false, err
	}
	source, err := values(settings).source(name, "service "+name)
	return source, err == nil, err
}

// errNoService is the cause of readService's error for a name that the file
// does not have.
var errNoService = errors.New("the service file has no such service")

func readService(name string, getenv func(string) string) (map[string]string, error) {
	path := getenv("PGSERVICEFILE")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return nil, tusk.NewError(tusk.Connection, err, "the home directory, where pg_service.conf lies, is not known")
		}
		path = filepath.Join(home, ".pg_service.conf")
	}
	hint := "Check PGSERVICE, PGSERVICEFILE and the file."
	file, err := pgservicefile.ReadServicefile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, tusk.NewError(tusk.Connection, err, "the service file %s does not exist", path).WithHint(hint)
	}
	if err != nil {
		return nil, tusk.NewError(tusk.Connection, err, "the service file %s cannot be read", path).WithHint(hint)
	}
	service, err := file.GetService(name)
	if err != nil {
		return nil, tusk.NewError(tusk.Connection, errors.Join(errNoService, err), "the service %s is not in %s", name, path).WithHint(hint)
	}
	return maps.Clone(service.Settings), nil
}

// values are a connection's parameters by libpq's keywords; "" is absent.
type values map[string]string

func (v values) source(name, origin string) (Source, error) {
	username := v["user"]
	if username == "" {
		current, err := user.Current()
		if err != nil {
			return Source{}, tusk.NewError(tusk.Connection, err, "no user name is given and the system's is not known").
				WithHint("Name the user in " + origin + ".")
		}
		username = current.Username
	}
	config := tusk.ConnectionConfig{
		Name: name, Host: v["host"], Database: v["dbname"], Username: username,
		SSLMode: tusk.SSLMode(v["sslmode"]), SSLRootCert: v["sslrootcert"], SSLCert: v["sslcert"], SSLKey: v["sslkey"],
	}
	config.Options.ApplicationName = v["application_name"]
	if config.SSLMode == "allow" {
		config.SSLMode = tusk.SSLPrefer
	}
	for key, field := range map[string]*int{"port": &config.Port, "connect_timeout": &config.Options.ConnectTimeoutSecs} {
		if v[key] == "" {
			continue
		}
		n, err := strconv.Atoi(v[key])
		if err != nil {
			return Source{}, badURL(origin, fmt.Sprintf("its %s is %q", key, v[key]), nil)
		}
		*field = n
	}
	if config.Host == "" {
		config.Host = socketFolder(cmp.Or(config.Port, tusk.DefaultPort))
	}
	config = config.WithDefaults()
	config.ID = addressID(config)
	if err := config.Validate(); err != nil {
		return Source{}, err
	}
	source := Source{Config: config, Origin: origin}
	if v["password"] != "" {
		source.Password = secrets.NewSecret(v["password"])
	}
	return source, nil
}

// socketFolder is where a server on this machine has its socket for a port, ""
// where none has: libpq's default for the host, of which every package of
// PostgreSQL builds in another.
func socketFolder(port int) string {
	for _, folder := range []string{"/var/run/postgresql", "/tmp"} {
		if exists(filepath.Join(folder, ".s.PGSQL."+strconv.Itoa(port))) {
			return folder
		}
	}
	return ""
}

// addressID is the id of a connection that nobody saved: the same for the same
// user, host, port and database by the same way.
func addressID(c tusk.ConnectionConfig) uuid.UUID {
	address := url.URL{Scheme: "postgres", User: url.User(c.Username), Host: c.Host + ":" + strconv.Itoa(c.Port), Path: "/" + c.Database}
	if c.SSHTunnel != nil {
		address.RawQuery = url.Values{"through": {sshAddress(*c.SSHTunnel)}}.Encode()
	}
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(address.String()))
}

func badURL(origin, what string, cause error) error {
	return tusk.NewError(tusk.Connection, cause, "%s names no connection: %s", origin, what).
		WithHint("Write it as postgres://user@host:5432/database?sslmode=require.")
}

// redactedCause keeps an error of net/url only where it quotes no input.
func redactedCause(err error) error {
	if _, quotes := errors.AsType[url.EscapeError](err); quotes {
		return errors.New("a % is not followed by two hexadecimal digits")
	}
	if err != nil && strings.Contains(err.Error(), "invalid port") {
		return errors.New("the port is no number; a special character in the password must be written as %XX")
	}
	return nil
}

// FromConfig completes a configuration that somebody wrote into a file: what is
// missing gets its default. The id is made from the address, whatever it says:
// the ids of saved connections lead to their passwords and history.
func FromConfig(config tusk.ConnectionConfig, origin string) (Source, error) {
	config = config.WithDefaults()
	config.ID = addressID(config)
	if t := config.SSHTunnel; t != nil {
		t.ID = uuid.NewSHA1(uuid.NameSpaceURL, []byte(sshAddress(*t)))
	}
	return Source{Config: config, Origin: origin}, config.Validate()
}
