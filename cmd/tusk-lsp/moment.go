package main

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// days is a flag's duration, in Go's form or in days.
type days time.Duration

// Set parses the flag's text.
func (d *days) Set(text string) error {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(number)
		*d = days(n) * days(24*time.Hour)
		return err
	}
	n, err := time.ParseDuration(text)
	*d = days(n)
	return err
}

func (d *days) String() string {
	if *d == 0 {
		return ""
	}
	return time.Duration(*d).String()
}

// Type is what --help calls the value.
func (d *days) Type() string { return "duration" }

// moment is a flag's point in time: so long ago, a day, or RFC 3339.
type moment struct{ time.Time }

// Set parses the flag's text.
func (m *moment) Set(text string) (err error) {
	var ago days
	if ago.Set(text) == nil {
		m.Time = time.Now().Add(-time.Duration(ago))
		return nil
	}
	if m.Time, err = time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return nil
	}
	if m.Time, err = time.Parse(time.RFC3339, text); err == nil {
		return nil
	}
	return errors.New("write it as 2h, 7d, 2026-01-31 or 2026-01-31T12:00:00Z")
}

func (m *moment) String() string {
	if m.IsZero() {
		return ""
	}
	return m.Format(time.RFC3339)
}

// Type is what --help calls the value.
func (m *moment) Type() string { return "time" }
