package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	tusk "github.com/tusk-lsp/tusk-lsp"
	"github.com/tusk-lsp/tusk-lsp/engine"
)

// verdict is how a check ended.
type verdict string

const (
	fine    verdict = "ok"
	warning verdict = "warning" // something works less well than it could
	failed  verdict = "failed"  // something does not work
)

// check is an entry of the doctor's report. It never holds a secret.
type check struct {
	Name    string  `json:"name"`
	Verdict verdict `json:"verdict"`
	Found   string  `json:"found"`
	Advice  string  `json:"advice,omitempty"` // what to do; "" where all is well
}

func well(name, format string, args ...any) check {
	return check{Name: name, Verdict: fine, Found: fmt.Sprintf(format, args...)}
}

// trouble is a check that ended with an error.
func trouble(name string, v verdict, info tusk.ErrorInfo) check {
	found := info.Message
	if info.TechnicalDetail != "" {
		found += " (" + strings.ReplaceAll(info.TechnicalDetail, "\n", "; ") + ")"
	}
	return check{name, v, found, info.Hint}
}

func newDoctorCommand(g *globalFlags) *cobra.Command {
	var asJSON *bool
	command := &cobra.Command{
		Use:   "doctor",
		Short: "Check what tusk-lsp needs, and say what to do where something is wrong",
		Long: `Check the program, its data, the keychain, SSH, the files and variables of
libpq, and every saved connection, and say what to do where something is wrong.
Nobody is asked for a password. The exit status is 1 where something failed.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			checks, err := examine(cmd.Context(), *g, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if *asJSON {
				err = writeJSON(cmd.OutOrStdout(), checks)
			} else {
				err = report(cmd.OutOrStdout(), checks)
			}
			if err != nil {
				return err
			}
			for _, c := range checks {
				if c.Verdict == failed {
					return exitStatus(1)
				}
			}
			return nil
		},
	}
	asJSON = jsonFlag(command)
	return command
}

// examine makes the checks. An application that cannot be opened is a finding,
// and what does not need it is checked all the same.
func examine(ctx context.Context, g globalFlags, stderr io.Writer) ([]check, error) {
	checks := []check{checkBinary()}
	a, err := openApplication(ctx, g.quiet(), stderr)
	if err != nil {
		checks = append(checks, trouble("data directory", failed, tusk.InfoOf(err)))
		checks = append(checks, checkSSH(ctx, nil)...)
		return append(checks, checkLibpq()...), nil
	}
	a.unlock(func(*tusk.Error) {}) // that the keychain is not in use is a check of its own
	a.start(engine.Config{})
	checks = append(checks, checkDataDir(a.dir), a.checkStore(ctx), a.checkKeychain())
	saved, err := a.engine.Saved(ctx)
	if err != nil {
		checks = append(checks, trouble("connections", failed, tusk.InfoOf(err)))
	}
	checks = append(checks, checkSSH(ctx, saved)...)
	checks = append(checks, checkLibpq()...)
	for _, status := range a.statuses(ctx, saved) {
		checks = append(checks, checkConnection(status))
	}
	return checks, a.close()
}

func checkConnection(status engine.ConnectionStatus) check {
	name := "connection " + status.Name
	if status.Error != nil {
		return trouble(name, failed, *status.Error)
	}
	return well(name, "%s, TLS %s, %.1f ms", serverLine(*status.Server), encryption(status.Server.TLS), status.Server.LatencyMS)
}

// report prints checks for people.
func report(w io.Writer, checks []check) error {
	columns := width(w)
	for _, c := range checks {
		text := paragraph(fmt.Sprintf("%-9s", c.Verdict), c.Name+": "+c.Found, columns)
		if c.Advice != "" {
			text += paragraph(strings.Repeat(" ", 9)+"-> ", c.Advice, columns)
		}
		if _, err := io.WriteString(w, text); err != nil {
			return err
		}
	}
	return nil
}
