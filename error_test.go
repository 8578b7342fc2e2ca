package tusk_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func TestErrorIsFoundByCategoryAndCode(t *testing.T) {
	err := fmt.Errorf("while saving: %w", &tusk.Error{Category: tusk.Query, Code: "42P01", Message: "no table", Cause: io.EOF})
	if !errors.Is(err, &tusk.Error{Category: tusk.Query}) || !errors.Is(err, &tusk.Error{Category: tusk.Query, Code: "42P01"}) {
		t.Error("the error is not found by what it is")
	}
	if errors.Is(err, &tusk.Error{Category: tusk.Query, Code: "42703"}) || errors.Is(err, &tusk.Error{Category: tusk.SSL}) {
		t.Error("the error is found by what it is not")
	}
	if !errors.Is(err, io.EOF) || tusk.CategoryOf(err) != tusk.Query || tusk.CategoryOf(io.EOF) != tusk.Internal {
		t.Error("the cause or the category is lost")
	}
}

func TestInfoAlwaysAdvises(t *testing.T) {
	for c := tusk.Internal; c <= tusk.Cancelled; c++ {
		info := (&tusk.Error{Category: c, Message: "m"}).Info()
		if info.ErrorType == "" || info.Hint == "" || info.Message != "m" || info.TechnicalDetail != "" {
			t.Errorf("category %d: %+v", c, info)
		}
	}
	info := tusk.InfoOf((&tusk.Error{Category: tusk.Query, Message: "m", Detail: "d", Code: "42P01", Cause: io.EOF}).WithHint("h"))
	if want := (tusk.ErrorInfo{ErrorType: "Query Error", Message: "m", Hint: "h", TechnicalDetail: "d\nSQLSTATE 42P01\nEOF"}); info != want {
		t.Errorf("got %+v, want %+v", info, want)
	}
}

func TestSQLSTATE(t *testing.T) {
	for code, want := range map[string]tusk.Category{
		"28P01": tusk.Authentication, "28000": tusk.Authentication,
		"3D000": tusk.Connection, "08006": tusk.Connection, "57P01": tusk.Connection, "57P03": tusk.Connection, "53300": tusk.Connection,
		"57014": tusk.Cancelled,
		"42601": tusk.Query, "42P01": tusk.Query, "40001": tusk.Query, "25006": tusk.Query, "XX000": tusk.Query, "": tusk.Query,
	} {
		if got := tusk.SQLSTATE(code).Category; got != want {
			t.Errorf("%s: got %v, want %v", code, got, want)
		}
	}
}

func TestValidateNamesEveryBadField(t *testing.T) {
	good := tusk.ConnectionConfig{Name: "shop", Username: "me"}.WithDefaults()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	if good.Port != 5432 || good.SSLMode != tusk.SSLPrefer || good.Database != "me" || good.Options.ConnectTimeoutSecs != 10 || good.Options.ApplicationName != "Tusk" {
		t.Errorf("the defaults are %+v", good)
	}
	tests := []struct {
		field string
		spoil func(*tusk.ConnectionConfig)
	}{
		{"name", func(c *tusk.ConnectionConfig) { c.Name = strings.Repeat("ä", 256) }},
		{"host", func(c *tusk.ConnectionConfig) { c.Host = "two words" }},
		{"port", func(c *tusk.ConnectionConfig) { c.Port = 65536 }},
		{"database", func(c *tusk.ConnectionConfig) { c.Database = strings.Repeat("x", 64) }},
		{"username", func(c *tusk.ConnectionConfig) { c.Username = "" }},
		{"ssl_mode", func(c *tusk.ConnectionConfig) { c.SSLMode = "maybe" }},
		{"ssl_cert", func(c *tusk.ConnectionConfig) { c.SSLKey = "key.pem" }},
		{"color", func(c *tusk.ConnectionConfig) { c.Color = "red" }},
		{"options.connect_timeout_secs", func(c *tusk.ConnectionConfig) { c.Options.ConnectTimeoutSecs = -1 }},
		{"options.statement_timeout_secs", func(c *tusk.ConnectionConfig) { c.Options.StatementTimeoutSecs = -1 }},
		{"options.lock_timeout_secs", func(c *tusk.ConnectionConfig) { c.Options.LockTimeoutSecs = 2147484 }}, // more milliseconds than PostgreSQL takes
		{"options.idle_in_transaction_timeout_secs", func(c *tusk.ConnectionConfig) { c.Options.IdleInTransactionTimeoutSecs = -1 }},
		{"options.environment", func(c *tusk.ConnectionConfig) { c.Options.Environment = "prod" }},
		{"options.confirm", func(c *tusk.ConnectionConfig) { c.Options.Confirm = "always" }},
		{"ssh_tunnel.auth_method", func(c *tusk.ConnectionConfig) {
			c.SSHTunnel = &tusk.SSHTunnelConfig{ID: c.ID, Name: "t", Host: "h", Port: 22, Username: "u", AuthMethod: "magic"}
		}},
		{"ssh_tunnel.key_path", func(c *tusk.ConnectionConfig) {
			c.SSHTunnel = &tusk.SSHTunnelConfig{ID: c.ID, Name: "t", Host: "h", Port: 22, Username: "u", AuthMethod: tusk.SSHKey}
		}},
	}
	for _, test := range tests {
		bad := good
		test.spoil(&bad)
		err := bad.Validate()
		field, ok := errors.AsType[*tusk.FieldError](err)
		if !ok || field.Field != test.field || tusk.CategoryOf(err) != tusk.Connection {
			t.Errorf("%s: got %v", test.field, err)
		}
	}
	bad := good
	bad.Name, bad.Port = "", 0
	if err := bad.Validate(); !strings.Contains(err.Error(), "name:") || !strings.Contains(err.Error(), "port:") {
		t.Errorf("not every field is named: %v", err)
	}
}

func TestHistoryAndSavedQueriesNeedTheirSQL(t *testing.T) {
	if (tusk.QueryHistoryEntry{SQL: " \n"}).Validate() == nil || (tusk.QueryHistoryEntry{SQL: "select 1"}).Validate() != nil {
		t.Error("history")
	}
	if (tusk.SavedQuery{Name: "x"}).Validate() == nil || (tusk.SavedQuery{SQL: "select 1"}).Validate() == nil || (tusk.SavedQuery{Name: "x", SQL: "select 1"}).Validate() != nil {
		t.Error("saved queries")
	}
}
