package describe

import (
	"context"
	"slices"
	"strings"
)

// section is a part of what stands below the rows that describe an object: the
// lines that a statement gives, or one that is known.
type section struct {
	shown bool
	label string // before the first line; further ones stand below it, with commas between
	line  string // where there is no sql
	sql   string // gives rows of a heading, which may be empty, and a line, for the object $1
}

// lines gives the lines of a section. A heading stands once above its lines.
func (c catalog) lines(ctx context.Context, s section, oid string) ([]string, error) {
	rows := [][]string{{"", s.line}}
	if s.sql != "" {
		var err error
		if rows, err = c.rows(ctx, s.sql, oid); err != nil {
			return nil, err
		}
	}
	var lines []string
	heading := ""
	for i, row := range rows {
		text := row[1]
		if row[0] != heading {
			heading = row[0]
			lines = append(lines, heading)
		}
		if s.label != "" {
			prefix := s.label + ": "
			if i > 0 {
				prefix = strings.Repeat(" ", len(prefix))
			}
			text = prefix + text
			if i < len(rows)-1 {
				text += ","
			}
		}
		lines = slices.AppendSeq(lines, strings.SplitSeq(text, "\n"))
	}
	return lines, nil
}

// sections are all parts in their order.
func (d *relation) sections() []section {
	table := d.is(kindsWithIndexes)
	view := d.is(kindsOfView) && d.verbose
	stored := d.is(kindsWithStorage)
	children := "Child tables"
	if d.is(kindsPartitioned) {
		children = "Partitions"
	}
	return []section{
		{shown: d.partition, sql: partitionOf},
		{shown: d.partition && d.verbose, sql: partitionConstraint},
		{shown: d.is("p"), sql: partitionKey},
		{shown: d.is("t"), sql: toastOwner},
		{shown: d.is(kindsOfIndex), sql: d.indexProperties()},
		{shown: table && d.indexed, sql: d.indexes()},
		{shown: table && d.checked, sql: checks},
		{shown: table, sql: foreignKeys},
		{shown: table, sql: referencedBy},
		{shown: table, sql: policies},
		{shown: table, sql: statistics},
		{shown: table && d.ruled && !d.is("m"), sql: rules},
		{shown: table, sql: d.publications()},
		{shown: table && d.verbose && d.major >= 18, sql: notNulls},
		{shown: view, sql: viewDefinition},
		{shown: view && d.ruled, sql: viewRules},
		{shown: d.triggered, sql: d.triggers()},
		{shown: d.is("f"), sql: foreignServer()},
		{shown: stored, label: "Inherits", sql: parents},
		{shown: stored, sql: d.childrenCount()},
		{shown: stored && d.verbose, label: children, sql: childRelations},
		{shown: stored && d.typed != "", label: "Typed table of type", line: d.typed},
		{shown: d.verbose && d.is("rm"), sql: replicaIdentity},
		{shown: d.is(kindsWithTablespace) && d.tablespace != "", label: "Tablespace", line: `"` + d.tablespace + `"`},
		{shown: stored && d.verbose && d.method != "", label: "Access method", line: d.method},
		{shown: d.verbose && d.options != "", label: "Options", line: d.options},
	}
}
