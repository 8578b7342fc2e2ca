//go:build !linux && !darwin

package store_test

import "context"

var systemChildren map[string]func(ctx context.Context, args []string) error
