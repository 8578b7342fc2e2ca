package secrets

import (
	"os"
	"os/exec"
	"testing"
)

// inChild runs the calling test once more, in a process of its own with a
// variable added to its environment, by which the test tells that it is the
// child.
func inChild(t *testing.T, variable string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.run=^"+t.Name()+"$", "-test.count=1")
	cmd.Env = append(os.Environ(), variable)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("in the child: %v\n%s", err, out)
	}
}
