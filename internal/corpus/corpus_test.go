package corpus

import (
	"strings"
	"testing"
)

func TestFilesAreScripts(t *testing.T) {
	files := Files(t)
	semicolons := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name, ".sql") {
			t.Errorf("%s is no script", f.Name)
		}
		semicolons += strings.Count(f.Text, ";")
	}
	t.Logf("%d files, %d semicolons, %d bytes", len(files), semicolons, len(Text(t)))
	if semicolons < len(files) {
		t.Error("the scripts hold hardly any statement")
	}
}
