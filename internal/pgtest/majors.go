package pgtest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/engine/scratch"
)

// MajorsEnv names the environment variable that chooses the majors under test:
// numbers separated by commas, or "all". By default the oldest and the newest
// that the product supports, and what is installed on this machine.
const MajorsEnv = "TUSK_TEST_PG"

// Majors gives the majors under test, in ascending order.
func Majors(ctx context.Context) ([]int, error) {
	majors, err := parseMajors(os.Getenv(MajorsEnv))
	if err != nil || majors != nil {
		return majors, err
	}
	majors = []int{scratch.OldestMajor, scratch.NewestMajor}
	installed, err := scratch.Installed(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, i := range installed {
		majors = append(majors, i.Major)
	}
	slices.Sort(majors)
	return slices.Compact(majors), nil
}

// parseMajors gives nil for "".
func parseMajors(list string) ([]int, error) {
	var majors []int
	switch list {
	case "":
		return nil, nil
	case "all":
		for m := scratch.OldestMajor; m <= scratch.NewestMajor; m++ {
			majors = append(majors, m)
		}
		return majors, nil
	}
	for word := range strings.SplitSeq(list, ",") {
		major, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || major < scratch.OldestMajor {
			return nil, fmt.Errorf("%s=%s: want majors from %d on, such as 14,18, or all", MajorsEnv, list, scratch.OldestMajor)
		}
		majors = append(majors, major)
	}
	slices.Sort(majors)
	return slices.Compact(majors), nil
}
