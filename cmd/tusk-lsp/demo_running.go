package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/lsp"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// demoCapabilities are an editor's that asks for the values of parameters.
func demoCapabilities() (any, error) {
	var all map[string]any
	if err := json.Unmarshal(lspclient.AllCapabilities(), &all); err != nil {
		return nil, err
	}
	all["experimental"] = map[string]any{"tusk": map[string]any{"askParameters": true}}
	return all, nil
}

// demoHandlers are the demo's user: one that gives a value, trusts the host of
// the demo, and does not want to lose data.
func (t *transcript) demoHandlers() map[string]lspclient.Handler {
	return map[string]lspclient.Handler{
		"tusk/askParameters": func(_ context.Context, params json.RawMessage) (any, error) {
			var question lsp.AskParameters
			if err := json.Unmarshal(params, &question); err != nil {
				return nil, err
			}
			var values []string
			for _, p := range question.Parameters {
				value := map[string]string{":kind": "company", ":at_least": "3"}[p.Name]
				fmt.Fprintf(t.out, "asked for %s (%s): the user writes %s\n", p.Name, p.TypeName, value)
				values = append(values, value)
			}
			return map[string]any{"values": values}, nil
		},
		"window/showMessageRequest": func(_ context.Context, params json.RawMessage) (any, error) {
			var question struct{ Message string }
			if err := json.Unmarshal(params, &question); err != nil {
				return nil, err
			}
			if strings.HasPrefix(question.Message, "The SSH host") {
				fmt.Fprintf(t.out, "asked: %.60s… → Trust\n", question.Message)
				return map[string]string{"title": "Trust"}, nil
			}
			fmt.Fprintf(t.out, "asked: %s → dismissed\n", question.Message)
			return nil, nil
		},
	}
}

// run executes a text as the whole document and gives its results.
func (t *transcript) execute(text string) ([]lsp.StatementResult, error) {
	if _, err := t.replace(text); err != nil {
		return nil, err
	}
	var answer lsp.ExecuteResult
	err := t.editor.ExecuteCommand(t.ctx, "tusk.execute", &answer, map[string]any{"uri": demoURI, "scope": "file", "wait": true})
	return answer.Results, err
}

// only gives the result of a text whose last statement must have one.
func (t *transcript) only(text string) (*tusk.QueryResult, error) {
	results, err := t.execute(text)
	if err != nil {
		return nil, err
	}
	if len(results) == 0 || results[len(results)-1].Result == nil {
		return nil, fmt.Errorf("%s gave no result: %+v", text, results)
	}
	return results[len(results)-1].Result, nil
}

const demoParameters = `SELECT c.name AS customer, count(*) AS orders
FROM shop.customer c JOIN shop.orders o ON o.customer_id = c.id
WHERE c.kind::text = :kind
GROUP BY c.id HAVING count(*) >= :at_least
ORDER BY orders DESC, customer LIMIT 3`

func (t *transcript) parameters() error {
	t.section("a statement with parameters")
	result, err := t.only(demoParameters)
	if err != nil {
		return err
	}
	return render.Table(t.out, result, render.Window(result))
}

func (t *transcript) transaction() error {
	t.section("a transaction, rolled back")
	count := "SELECT count(*) FROM shop.review"
	for _, step := range []string{"BEGIN", "DELETE FROM shop.review WHERE rating < 3", count} {
		result, err := t.only(step)
		if err != nil {
			return err
		}
		said := result.CommandTag
		if len(result.Rows) == 1 {
			said = *result.Rows[0][0]
		}
		fmt.Fprintf(t.out, "%-60s %s\n", step, said)
	}
	var session lsp.SessionInfo
	if err := t.editor.ExecuteCommand(t.ctx, "tusk.transaction.rollback", &session); err != nil {
		return err
	}
	result, err := t.only(count)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "rolled back: the session is %s, and all %s reviews are there\n", session.Transaction, *result.Rows[0][0])
	return nil
}

func (t *transcript) guard() error {
	t.section("a statement that destroys data, on a connection marked as production")
	argument := map[string]any{"name": "prod", "url": t.url, "connection": map[string]any{"options": map[string]any{"environment": "production"}}}
	if err := t.editor.ExecuteCommand(t.ctx, "tusk.connection.add", nil, argument); err != nil {
		return err
	}
	if err := t.use("prod"); err != nil {
		return err
	}
	results, err := t.execute("DELETE FROM shop.order_line WHERE 1 = 1")
	if err != nil {
		return err
	}
	if len(results) != 1 || results[0].Error == nil {
		return fmt.Errorf("the statement ran: %+v", results)
	}
	fmt.Fprintf(t.out, "%s\n", results[0].Error.Message)
	return nil
}

// use chooses a connection for the demo's document.
func (t *transcript) use(name string) error {
	return t.editor.ExecuteCommand(t.ctx, "tusk.connection.use", nil, map[string]any{"name": name, "uri": demoURI})
}

func (t *transcript) million() error {
	t.section("a million rows, in windows")
	if _, err := t.replace("SELECT n, md5(n::text) AS hash, n % 7 AS seventh FROM generate_series(1, 1000000) AS n"); err != nil {
		return err
	}
	began := time.Now()
	var answer lsp.ExecuteResult
	err := t.editor.ExecuteCommand(t.ctx, "tusk.execute", &answer, map[string]any{"uri": demoURI, "scope": "file", "maxRows": -1, "wait": true})
	if err != nil {
		return err
	}
	if len(answer.Results) != 1 || answer.Results[0].Result == nil {
		return fmt.Errorf("the million gave no result: %+v", answer)
	}
	result := answer.Results[0].Result
	fmt.Fprintf(t.out, "%d rows in %d ms\n", result.RowCount, time.Since(began).Milliseconds())
	for _, order := range []struct {
		what     string
		argument map[string]any
	}{
		{"the last three", map[string]any{"offset": 999_997}},
		{"sorted by hash", map[string]any{"sort": []any{map[string]any{"column": 1}}}},
		{"hashes with face", map[string]any{"filter": []any{map[string]any{"column": 1, "op": "contains", "value": "face"}}}},
	} {
		began := time.Now()
		order.argument["result_id"], order.argument["limit"] = result.ID, 3
		var window engine.Window
		if err := t.editor.ExecuteCommand(t.ctx, "tusk.result.fetch", &window, order.argument); err != nil {
			return err
		}
		var rows []string
		for _, row := range window.Rows {
			rows = append(rows, *row[0]+" "+*row[1])
		}
		fmt.Fprintf(t.out, "%-18s %7d rows, %4d ms: %s\n", order.what, window.Total, time.Since(began).Milliseconds(), strings.Join(rows, ", "))
	}
	return nil
}

func (t *transcript) tunnel() error {
	t.section("a query through an SSH tunnel, cancelled")
	ctx, stop := context.WithCancel(t.ctx)
	defer stop()
	host, err := serveSSH(ctx)
	if err != nil {
		return err
	}
	err = t.editor.ExecuteCommand(t.ctx, "tusk.connection.add", nil, map[string]any{
		"name": "behind a bastion", "url": t.url, "ssh_password": demoSSHPassword,
		"connection": map[string]any{"ssh_tunnel": map[string]any{
			"host": host.IP.String(), "port": host.Port, "username": "demo", "auth_method": "password",
		}},
	})
	if err != nil {
		return err
	}
	if err := t.use("behind a bastion"); err != nil {
		return err
	}
	if _, err := t.only("SELECT 1"); err != nil {
		return err
	}
	if err := t.cancelled("SELECT pg_sleep(600)"); err != nil {
		return err
	}
	return t.editor.ExecuteCommand(t.ctx, "tusk.connection.disconnect", nil, "behind a bastion")
}
