package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	tusk "github.com/tusk-lsp/tusk-lsp"
)

// dataDir finds the data directory and makes it, for the user alone: the flag,
// else TUSK_DATA_DIR, else ./tusk_data for a development build, else the
// system's place.
func dataDir(flag string) (string, error) {
	dir, err := chooseDataDir(flag)
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err != nil {
		return "", &tusk.Error{
			Category: tusk.Storage,
			Message:  "the data directory cannot be made",
			Hint:     "Choose another one with --data-dir or TUSK_DATA_DIR.",
			Cause:    err,
		}
	}
	return dir, nil
}

func chooseDataDir(flag string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if dir := os.Getenv("TUSK_DATA_DIR"); dir != "" {
		return dir, nil
	}
	if version == developmentVersion {
		return "tusk_data", nil
	}
	return systemDataDir(runtime.GOOS, os.Getenv, os.UserHomeDir)
}

// systemDataDir is the place that each system gives to an application's data.
func systemDataDir(goos string, getenv func(string) string, home func() (string, error)) (string, error) {
	switch goos {
	case "windows":
		if dir := getenv("APPDATA"); dir != "" {
			return filepath.Join(dir, "tusk", "Tusk"), nil
		}
		return "", errors.New("%APPDATA% is not set")
	case "darwin":
		dir, err := home()
		return filepath.Join(dir, "Library", "Application Support", "dev.tusk.Tusk"), err
	default:
		if dir := getenv("XDG_DATA_HOME"); dir != "" {
			return filepath.Join(dir, "tusk"), nil
		}
		dir, err := home()
		return filepath.Join(dir, ".local", "share", "tusk"), err
	}
}
