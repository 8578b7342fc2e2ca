package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/sql"
	"github.com/tusk-lsp/tusk-lsp/sql/destructive"
)

// Danger is what the user is asked about before a statement that destroys data
// runs.
type Danger struct {
	Connection  string // its name
	Environment tusk.Environment
	SQL         string
	Losses      []Loss // none: the statement writes, and every write is asked about
}

// Loss is one thing that a statement destroys.
type Loss struct {
	destructive.Action
	Rows      int64 // that it hits; -1: not known
	Estimated bool  // Rows is the planner's guess
}

// confirm asks before a statement that destroys data runs, where the policy of
// the connection or of the script says so: both hold.
func (r *runner) confirm(j *job) error {
	config := r.session.connection.config
	policies := []tusk.ConfirmPolicy{config.ConfirmPolicy(), r.script.Policy}
	guards := func(p tusk.ConfirmPolicy) bool { return p != "" && p != tusk.ConfirmOff }
	if !slices.ContainsFunc(policies, guards) || r.session.key.readOnly {
		return nil
	}
	asksWrites, refuses := slices.Contains(policies, tusk.ConfirmWrites), slices.Contains(policies, tusk.ConfirmRefuse)
	danger := Danger{Connection: config.Name, Environment: config.Options.Environment, SQL: j.handle.SQL}
	writes := false
	for _, st := range sql.New(j.query.sql).Statements() { // several, where they are sent together
		writes = writes || destructive.Writes(st.Text())
		for _, action := range destructive.Find(st.Text()) {
			if asksFor(action) {
				danger.Losses = append(danger.Losses, Loss{Action: action, Rows: -1})
			}
		}
	}
	switch {
	case len(danger.Losses) == 0 && !(asksWrites && writes):
		return nil
	case len(danger.Losses) > 0 && refuses:
		return &tusk.Error{
			Category: tusk.Query,
			Message:  danger.says() + ", which is refused here",
			Hint:     "Use another connection, or set confirm to ask where it is refuse: in the options of " + config.Name + ", or in the workspace's .tusk.toml.",
		}
	}
	if r.script.Confirm == nil {
		return &tusk.Error{
			Category: tusk.Query,
			Message:  danger.says() + ", and nobody can be asked here",
			Hint:     "Run it in an editor that asks, or set the confirm option of " + config.Name + " to off.",
		}
	}
	r.count(j, &danger)
	ctx, cancel := context.WithCancel(j.handle.unwanted)
	defer cancel()
	yes, err := r.script.Confirm(ctx, j.index, danger)
	switch {
	case err != nil && !j.handle.Cancelled():
		return err
	case !yes || err != nil:
		return tusk.NewError(tusk.Cancelled, err, "the statement was not run: it was not confirmed").
			WithHint("Run it again to be asked once more.")
	}
	return nil
}

// asksFor reports whether an action is one that people regret: of DELETE and
// UPDATE only those that hit every row.
func asksFor(a destructive.Action) bool {
	switch a.Kind {
	case destructive.Delete, destructive.Update:
		return a.Whole
	}
	return true
}

// countTimeout bounds the time of one count, on the server.
const countTimeout = "3s"

// count finds out how many rows a statement hits: exactly, in a read-only
// transaction and where that takes too long by the planner's estimate. What
// cannot be counted stays unknown; the question is asked all the same.
func (r *runner) count(j *job, d *Danger) {
	s := r.session
	begin, end := "BEGIN READ ONLY", "ROLLBACK"
	switch TransactionStatus(s.conn.TxStatus()) {
	case InTransaction:
		begin = "SAVEPOINT tusk_count; SET LOCAL transaction_read_only = on"
		end = "ROLLBACK TO SAVEPOINT tusk_count; RELEASE SAVEPOINT tusk_count"
	case InFailedTransaction:
		return
	}
	ask := func(query string) (string, bool) {
		if j.handle.Cancelled() || s.conn.IsClosed() {
			return "", false
		}
		if _, err := s.transact(begin + "; SET LOCAL statement_timeout = '" + countTimeout + "'"); err != nil {
			return "", false
		}
		_, rows, err := s.query(j.handle, query, j.query.values)
		if _, endErr := s.transact(end); endErr != nil || err != nil || len(rows) != 1 || len(rows[0]) != 1 || rows[0][0] == nil {
			s.config.Log.Debug("the rows that a statement hits were not counted", "err", err)
			return "", false
		}
		return *rows[0][0], true
	}
	for i := range d.Losses {
		loss := &d.Losses[i]
		if loss.Count == "" {
			continue
		}
		if text, ok := ask(loss.Count); ok {
			if n, err := strconv.ParseInt(text, 10, 64); err == nil {
				loss.Rows = n
				continue
			}
		}
		if text, ok := ask("EXPLAIN (FORMAT JSON) " + loss.Count); ok {
			loss.Rows, loss.Estimated = estimated(text), true
		}
	}
}

// estimated reads from the plan of a count how many rows the planner expects
// below its aggregate; -1 where it does not say.
func estimated(plan string) int64 {
	type node struct {
		Type  string  `json:"Node Type"`
		Rows  float64 `json:"Plan Rows"`
		Plans []node
	}
	var roots []struct{ Plan node }
	if json.Unmarshal([]byte(plan), &roots) != nil || len(roots) == 0 {
		return -1
	}
	n := roots[0].Plan
	for (n.Type == "Aggregate" || strings.HasPrefix(n.Type, "Gather")) && len(n.Plans) > 0 {
		n = n.Plans[0]
	}
	return int64(n.Rows)
}

// Question is the danger in words, to be answered by yes or no.
func (d Danger) Question() string {
	where := d.Connection
	if d.Environment != "" {
		where += " (" + string(d.Environment) + ")"
	}
	return d.says() + ". Run it on " + where + "?"
}

func (d Danger) says() string {
	var losses []string
	for _, l := range d.Losses {
		losses = append(losses, l.String())
	}
	if len(losses) == 0 {
		return "This statement writes"
	}
	return "This statement " + strings.Join(losses, ", and it ")
}

// String is the loss as a phrase, such as "deletes all 48,213 rows of
// shop.orders".
func (l Loss) String() string {
	object := l.Object
	if object == "" {
		object = "what it names"
	}
	rows := ""
	switch {
	case l.Rows >= 0 && l.Estimated:
		rows = "about " + grouped(l.Rows) + " rows"
	case l.Rows == 1:
		rows = "1 row"
	case l.Rows >= 0:
		rows = grouped(l.Rows) + " rows"
	}
	whole := "every row of " + object
	switch {
	case rows != "" && l.Whole:
		whole = "every row of " + object + ": " + rows
	case rows != "":
		whole = rows + " of " + object
	}
	switch l.Kind {
	case destructive.Delete:
		return "deletes " + whole
	case destructive.Update:
		return "changes " + whole
	case destructive.Truncate:
		if rows != "" {
			return "empties " + object + ", which has " + rows
		}
		return "empties " + object
	case destructive.Drop:
		dropped := strings.TrimSpace("drops " + l.Type + " " + object)
		if rows != "" {
			return dropped + ", which has " + rows
		}
		return dropped
	case destructive.AlterDrop:
		return fmt.Sprintf("drops a %s of %s", cmp.Or(l.Type, "part"), object)
	case destructive.Execute:
		return "runs SQL that it puts together itself, which may destroy anything"
	default:
		return fmt.Sprintf("does something that cannot be undone (%s) to %s", l.Kind, object)
	}
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
