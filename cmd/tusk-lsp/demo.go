package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/tusk-lsp/tusk-lsp/engine/render"
	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
	"github.com/tusk-lsp/tusk-lsp/engine/scratch/sample"
	"github.com/tusk-lsp/tusk-lsp/lsp/lspclient"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

func newDemoCommand(g *globalFlags) *cobra.Command {
	var keep bool
	command := &cobra.Command{
		Use:   "demo",
		Short: "Show the server at work on a scratch PostgreSQL with a sample database",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), *g, keep, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	command.Flags().BoolVar(&keep, "keep", false, "leave the server running and tell how an editor connects to it")
	return command
}

// sampleDatabase is the name of the demo's database.
const sampleDatabase = "sample"

// demo starts a scratch server, then drives this very program over its real
// wire protocol, as an editor does, and prints what an editor would show.
func demo(ctx context.Context, g globalFlags, keep bool, stdout, stderr io.Writer) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	data, err := os.MkdirTemp("", "tusk-demo-")
	if err != nil {
		return tusk.NewError(tusk.Storage, err, "no temporary folder can be made")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	options := scratch.Options{FindOptions: scratch.FindOptions{Progress: func(message string) { fmt.Fprintln(stderr, message) }}}
	if keep {
		if options.Keep, err = keptFolder(g); err != nil {
			return err
		}
	}
	began := time.Now()
	server, err := scratch.Start(ctx, options)
	if err != nil {
		return err
	}
	defer func() {
		if keep && err == nil {
			return
		}
		err = errors.Join(err, server.Stop(context.WithoutCancel(ctx)))
	}()
	if err := loadSample(ctx, server); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "PostgreSQL %s with the sample database: ready in %.1f s\n", server.Installation.Version, time.Since(began).Seconds())

	binary, err := os.Executable()
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "this program does not know its own path")
	}
	// The editor must find its settings here alone: no keychain, no store of
	// the user's.
	environment := append(os.Environ(), "DATABASE_URL="+server.URL(sampleDatabase), keyringDisabled+"=the demo keeps nothing")
	editor, err := lspclient.StartProcess(ctx, binary, []string{"--data-dir", data, "--log-level", "warn"}, environment, lspclient.Options{})
	if err != nil {
		return tusk.NewError(tusk.Internal, err, "the server cannot be started")
	}
	show := &transcript{ctx: ctx, out: stdout, editor: editor}
	err = show.run()
	err = errors.Join(err, editor.Kill())
	if err == nil && keep {
		err = leaveConfig(options.Keep+".env", server, stdout)
	}
	return err
}

// keptFolder is where a kept server lives: in the data directory, so that the
// next --keep starts it again. For root, whose servers run as another user that
// may not enter there, it is a new folder among the temporary ones.
func keptFolder(g globalFlags) (string, error) {
	if os.Geteuid() == 0 {
		return filepath.Join(os.TempDir(), "tusk-demo-"+uuid.NewString()), nil
	}
	dir, err := dataDir(g.dataDir)
	return filepath.Join(dir, "demo"), err
}

// leaveConfig writes the connection for an editor to a file of the user's own,
// since it holds the password, and tells how to go on.
func leaveConfig(path string, server *scratch.Server, stdout io.Writer) error {
	config := fmt.Sprintf("export DATABASE_URL='%s'\n", server.URL(sampleDatabase))
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		return tusk.NewError(tusk.Storage, err, "the connection cannot be written to %s", path)
	}
	fmt.Fprintf(stdout, "\nThe server stays. Start an editor after\n  . %s\nand stop the server with\n  %s\n", path, server.StopCommand())
	return nil
}

// loadSample makes the sample database, unless an earlier --keep has.
func loadSample(ctx context.Context, server *scratch.Server) error {
	var exists bool
	err := withConn(ctx, server.URL("postgres"), func(conn *pgx.Conn) error {
		if err := conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, sampleDatabase).Scan(&exists); err != nil || exists {
			return err
		}
		_, err := conn.Exec(ctx, `CREATE DATABASE sample`)
		return err
	})
	if err == nil && !exists {
		err = withConn(ctx, server.URL(sampleDatabase), func(conn *pgx.Conn) error { return sample.Load(ctx, conn) })
	}
	if err != nil {
		return tusk.NewError(tusk.Query, err, "the sample database cannot be made")
	}
	return nil
}

func withConn(ctx context.Context, url string, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	return errors.Join(do(conn), conn.Close(ctx))
}

// transcript drives the server and prints what it answers.
type transcript struct {
	ctx    context.Context // the life of the demo
	out    io.Writer
	editor *lspclient.Client
}

const demoURI = "file:///demo/demo.sql"

// demoCompletions are texts with the cursor at <|>.
var demoCompletions = []string{
	"SEL<|>",
	"SELECT * FROM shop.<|>",
	"SELECT o.<|> FROM shop.orders o",
	"SELECT * FROM shop.customer c JOIN shop.or<|>",
	"SELECT count<|> FROM shop.orders",
	"UPDATE shop.product SET <|>",
}

// demoErrors is how many statements of demoBroken are broken.
const demoErrors = 3

const demoBroken = `SELECT id, status FROM shop.orders WHERE;
SELECT 'fine' AS good;
SELEC * FROM shop.customer;
INSERT INTO shop.orders (customer_id) VALUES (1, ;
`

const demoQuery = `SELECT c.name AS customer, c.kind, count(DISTINCT o.id) AS orders, sum(l.amount) AS bought, max(o.ordered_at)::date AS latest
FROM shop.customer c
JOIN shop.orders o ON o.customer_id = c.id
JOIN shop.order_line l ON l.order_id = o.id
GROUP BY c.id
ORDER BY bought DESC
LIMIT 8`

func (t *transcript) run() error {
	began := time.Now()
	if _, err := t.editor.Initialize(t.ctx); err != nil {
		return err
	}
	t.section("initialize: answered after %d ms", time.Since(began).Milliseconds())
	if err := t.editor.Open(demoURI, "sql", ""); err != nil {
		return err
	}
	var refreshed struct {
		Relations int   `json:"relations"`
		Functions int   `json:"functions"`
		ElapsedMS int64 `json:"elapsed_ms"`
	}
	if err := t.editor.ExecuteCommand(t.ctx, "tusk.schema.refresh", &refreshed); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "the catalog: %d relations and %d functions in %d ms\n", refreshed.Relations, refreshed.Functions, refreshed.ElapsedMS)
	for _, step := range []func() error{t.completions, t.diagnostics, t.result, t.cancel, t.history} {
		if err := step(); err != nil {
			return err
		}
	}
	if err := t.editor.Shutdown(t.ctx); err != nil {
		return err
	}
	if err := t.editor.Exit(); err != nil {
		return err
	}
	status, err := t.editor.Wait(t.ctx)
	if err == nil && status != 0 {
		err = fmt.Errorf("the server ended with status %d: %s", status, t.editor.Stderr())
	}
	t.section("shutdown and exit: status %d", status)
	return err
}

func (t *transcript) section(format string, args ...any) {
	fmt.Fprintf(t.out, "\n━━ "+format+"\n", args...)
}

// replace makes text the whole document.
func (t *transcript) replace(text string) (version int, err error) {
	return t.editor.Change(demoURI, lspclient.Edit{Text: text})
}

func (t *transcript) completions() error {
	t.section("completion at six cursors")
	for _, example := range demoCompletions {
		offset := strings.Index(example, "<|>")
		if _, err := t.replace(strings.Replace(example, "<|>", "", 1)); err != nil {
			return err
		}
		began := time.Now()
		list, err := t.editor.Completion(t.ctx, demoURI, offset)
		if err != nil {
			return err
		}
		took := time.Since(began)
		items := list.Sorted()
		if len(items) == 0 {
			return fmt.Errorf("nothing is offered at %q", example)
		}
		fmt.Fprintf(t.out, "%s   (%d offered, %.1f ms)\n", strings.Replace(example, "<|>", "▏", 1), len(items), float64(took.Microseconds())/1000)
		for _, item := range items[:min(4, len(items))] {
			fmt.Fprintf(t.out, "    %-24s %s\n", item.Label, item.Detail)
		}
	}
	return nil
}

func (t *transcript) diagnostics() error {
	t.section("diagnostics of a broken file")
	version, err := t.replace(demoBroken)
	if err != nil {
		return err
	}
	// A build without a grammar asks the server, in a second pass.
	var published struct {
		Version     int                    `json:"version"`
		Diagnostics []lspclient.Diagnostic `json:"diagnostics"`
	}
	ctx, cancel := context.WithTimeout(t.ctx, 10*time.Second)
	defer cancel()
	_, err = t.editor.Await(ctx, "textDocument/publishDiagnostics", func(params json.RawMessage) bool {
		published.Diagnostics = nil
		return json.Unmarshal(params, &published) == nil && published.Version == version && len(published.Diagnostics) == demoErrors
	})
	if err != nil {
		return fmt.Errorf("await %d diagnostics: %w", demoErrors, err)
	}
	lines := strings.Split(demoBroken, "\n")
	for _, d := range published.Diagnostics {
		at := d.Range.Start
		fmt.Fprintf(t.out, "%d:%d  %s\n    %s\n    %s%s\n", at.Line+1, at.Character+1, d.Message, lines[at.Line],
			strings.Repeat(" ", at.Character), strings.Repeat("^", max(1, d.Range.End.Character-at.Character)))
	}
	return nil
}

// executed is the answer to tusk.execute, as far as the demo reads it.
type executed struct {
	Results []struct {
		Result *tusk.QueryResult `json:"result"`
		Error  *struct {
			Message   string `json:"message"`
			Cancelled bool   `json:"cancelled"`
		} `json:"error"`
	} `json:"results"`
}

func (t *transcript) result() error {
	t.section("run the statement at the cursor")
	if _, err := t.replace(demoQuery); err != nil {
		return err
	}
	mark := t.editor.Now()
	var answer executed
	err := t.editor.ExecuteCommand(t.ctx, "tusk.execute", &answer, map[string]any{
		"uri": demoURI, "position": lspclient.Position{Line: 1}, "wait": true,
	})
	if err != nil {
		return err
	}
	if len(answer.Results) != 1 || answer.Results[0].Result == nil {
		return fmt.Errorf("the statement gave no result: %+v", answer)
	}
	if err := render.Table(t.out, answer.Results[0].Result, render.Window(answer.Results[0].Result)); err != nil {
		return err
	}
	said, err := t.editor.AwaitSince(t.ctx, mark, "window/showMessage", nil)
	if err != nil {
		return err
	}
	var message struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(said.Params, &message); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "the editor says: %s\n", message.Message)
	return nil
}

func (t *transcript) cancel() error {
	t.section("cancel a long query from its progress")
	if _, err := t.replace("SELECT pg_sleep(600)"); err != nil {
		return err
	}
	mark := t.editor.Now()
	pending, err := t.editor.Send("workspace/executeCommand", map[string]any{
		"command": "tusk.execute", "arguments": []any{map[string]any{"uri": demoURI, "wait": true}},
	})
	if err != nil {
		return err
	}
	begun, err := t.editor.AwaitSince(t.ctx, mark, "$/progress", func(params json.RawMessage) bool {
		return strings.Contains(string(params), `"begin"`)
	})
	if err != nil {
		return err
	}
	var progress struct {
		Token json.RawMessage `json:"token"`
		Value struct {
			Title string `json:"title"`
		} `json:"value"`
	}
	if err := json.Unmarshal(begun.Params, &progress); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "progress: %s; the user presses stop\n", progress.Value.Title)
	began := time.Now()
	if err := t.editor.Notify("window/workDoneProgress/cancel", map[string]any{"token": progress.Token}); err != nil {
		return err
	}
	var answer executed
	if err := pending.Await(t.ctx, &answer); err != nil {
		return err
	}
	took := time.Since(began)
	if len(answer.Results) != 1 || answer.Results[0].Error == nil || !answer.Results[0].Error.Cancelled {
		return fmt.Errorf("the query was not cancelled: %+v", answer)
	}
	fmt.Fprintf(t.out, "%s, %.1f ms after the press; the session goes on\n", answer.Results[0].Error.Message, float64(took.Microseconds())/1000)
	return nil
}

func (t *transcript) history() error {
	t.section("the history")
	var entries []tusk.QueryHistoryEntry
	// It is written beside the results, so the newest entry may still be on its way.
	for !slices.ContainsFunc(entries, func(e tusk.QueryHistoryEntry) bool { return strings.Contains(e.SQL, "pg_sleep") }) {
		if err := t.editor.ExecuteCommand(t.ctx, "tusk.history.list", &entries); err != nil {
			return err
		}
	}
	for _, entry := range entries {
		outcome := entry.ErrorMessage
		if entry.RowCount != nil {
			outcome = fmt.Sprintf("%d rows", *entry.RowCount)
		}
		fmt.Fprintf(t.out, "%s  %5d ms  %-45s  %.50s\n", entry.ExecutedAt.Local().Format(time.TimeOnly), *entry.ExecutionTimeMS, outcome, strings.Join(strings.Fields(entry.SQL), " "))
	}
	return nil
}
