package scratch

import (
	"context"
)

func fetch(ctx context.Context, major int, progress func(string)) (Installation, error) {
	return Installation{}, ErrNotFound
}
