package ddl

import (
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) function(f *schema.Function) object {
	var o object
	kind, first := "FUNCTION", functionRights
	name := qualified(f.QualifiedName())
	called := name + "(" + signature(f) + ")" // as ALTER and COMMENT ON name it
	if f.Kind == schema.Procedure {
		kind, first = "PROCEDURE", procedureRights
	}
	if f.Kind == schema.Aggregate {
		kind = "AGGREGATE"
		o.create = append(o.create, aggregate(f))
	} else {
		o.create = append(o.create, routine(f, kind))
	}
	o.create = append(o.create, g.owner(kind, called, f.Owner)...)
	o.create = append(o.create, g.comment(kind+" "+called, f.Comment)...)
	if f.Kind == schema.Aggregate { // GRANT knows it as a function
		called = name + "(" + inputs(f) + ")"
	}
	o.create = append(o.create, g.grants(first, called, "", f.Owner, f.ACL)...)
	return o
}

// routine writes CREATE FUNCTION and CREATE PROCEDURE.
func routine(f *schema.Function, kind string) string {
	var b strings.Builder
	b.WriteString("CREATE " + kind + " " + qualified(f.QualifiedName()) + "(" + arguments(f) + ")")
	if kind == "FUNCTION" {
		b.WriteString(result(f))
	}
	attributes := []string{"LANGUAGE " + ident(f.Language)}
	add := func(set bool, clause string) {
		if set {
			attributes = append(attributes, clause)
		}
	}
	body := f.Body
	if body == nil {
		body = &schema.Body{}
	}
	if len(body.Transforms) > 0 {
		types := make([]string, len(body.Transforms))
		for i, t := range body.Transforms {
			types[i] = "FOR TYPE " + t
		}
		add(true, "TRANSFORM "+strings.Join(types, ", "))
	}
	add(f.Kind == schema.Window, "WINDOW")
	add(f.Volatility == schema.Immutable, "IMMUTABLE")
	add(f.Volatility == schema.Stable, "STABLE")
	add(f.Strict, "STRICT")
	add(f.SecurityDefiner, "SECURITY DEFINER")
	add(f.Leakproof, "LEAKPROOF")
	add(f.Parallel == schema.ParallelSafe, "PARALLEL SAFE")
	add(f.Parallel == schema.ParallelRestricted, "PARALLEL RESTRICTED")
	add(body.Cost != 0, "COST "+number(body.Cost))
	add(body.Rows != 0, "ROWS "+number(body.Rows))
	add(body.Support.Name != "", "SUPPORT "+qualified(body.Support))
	for _, s := range body.Config {
		add(true, "SET "+setting(s))
	}
	b.WriteString("\n    " + strings.Join(attributes, "\n    "))
	switch {
	case body.SQL != "":
		b.WriteString("\n" + strings.TrimRight(body.SQL, "; \n"))
	case body.Library != "":
		b.WriteString("\nAS " + literal(body.Library) + ", " + literal(body.Source))
	case f.Language == "internal":
		b.WriteString("\nAS " + literal(body.Source))
	default:
		b.WriteString("\nAS " + dollar(body.Source))
	}
	return b.String()
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 32) }

// result writes the RETURNS clause; OUT arguments alone say it, too.
func result(f *schema.Function) string {
	var columns []string
	out := false
	for _, a := range f.Arguments {
		switch a.Mode {
		case schema.TableColumn:
			columns = append(columns, argument(a))
		case schema.Out, schema.InOut:
			out = true
		}
	}
	switch {
	case columns != nil:
		return " RETURNS TABLE(" + strings.Join(columns, ", ") + ")"
	case f.ReturnsSet:
		return " RETURNS SETOF " + f.Result
	case out:
		return ""
	}
	return " RETURNS " + f.Result
}

// argument writes an argument without its mode.
func argument(a schema.Argument) string {
	if a.Name == "" {
		return a.Type
	}
	return ident(a.Name) + " " + a.Type
}

var modes = map[schema.Mode]string{schema.Out: "OUT ", schema.InOut: "INOUT ", schema.Variadic: "VARIADIC "}

// arguments writes the arguments as CREATE FUNCTION takes them.
func arguments(f *schema.Function) string {
	var list []string
	for _, a := range f.Arguments {
		if a.Mode == schema.TableColumn {
			continue
		}
		written := modes[a.Mode] + argument(a)
		if a.Default != "" {
			written += " DEFAULT " + a.Default
		}
		list = append(list, written)
	}
	one := strings.Join(list, ", ")
	if len(one) <= 80 {
		return one
	}
	return "\n    " + strings.Join(list, ",\n    ") + "\n"
}

// signature writes the arguments as ALTER and COMMENT ON take them.
func signature(f *schema.Function) string {
	if f.Kind == schema.Aggregate {
		return aggregateArguments(f)
	}
	if f.Kind != schema.Procedure {
		return inputs(f)
	}
	// OUT arguments count as well, so that each says what it is.
	var list []string
	for _, a := range f.Arguments {
		mode := modes[a.Mode]
		if a.Mode == schema.In {
			mode = "IN "
		}
		list = append(list, mode+a.Type)
	}
	return strings.Join(list, ", ")
}

// inputs writes the types of the arguments that tell overloads apart.
func inputs(f *schema.Function) string {
	var list []string
	for _, a := range f.Arguments {
		if a.Input() {
			list = append(list, strings.TrimPrefix(modes[a.Mode], "INOUT ")+a.Type)
		}
	}
	return strings.Join(list, ", ")
}

// aggregateArguments writes * for none, and ORDER BY before those of an
// ordered-set aggregate that it sorts by (print_function_arguments of
// src/backend/utils/adt/ruleutils.c).
func aggregateArguments(f *schema.Function) string {
	if len(f.Arguments) == 0 {
		return "*"
	}
	list := make([]string, len(f.Arguments))
	for i, a := range f.Arguments {
		list[i] = modes[a.Mode] + argument(a)
	}
	if f.Aggregate == nil || f.Aggregate.Kind == schema.NormalAggregate {
		return strings.Join(list, ", ")
	}
	direct, sorted := list[:f.Aggregate.DirectArguments], list[f.Aggregate.DirectArguments:]
	if len(sorted) == 0 {
		sorted = list[len(list)-1:] // a VARIADIC one is both
	}
	return strings.TrimPrefix(strings.Join(direct, ", ")+" ORDER BY "+strings.Join(sorted, ", "), " ")
}

func aggregate(f *schema.Function) string {
	a := f.Aggregate
	var lines []string
	add := func(word, value string) {
		if value != "" {
			lines = append(lines, word+" = "+value)
		}
	}
	flag := func(set bool, word string) {
		if set {
			lines = append(lines, word)
		}
	}
	initial := func(word string, value *string) {
		if value != nil {
			add(word, literal(*value))
		}
	}
	add("SFUNC", function(a.Transition))
	add("STYPE", a.StateType)
	add("SSPACE", positive(a.StateSpace))
	add("FINALFUNC", function(a.Final))
	flag(a.FinalExtra, "FINALFUNC_EXTRA")
	add("FINALFUNC_MODIFY", modifies(a.Kind, a.FinalModify))
	add("COMBINEFUNC", function(a.Combine))
	add("SERIALFUNC", function(a.Serialize))
	add("DESERIALFUNC", function(a.Deserialize))
	initial("INITCOND", a.Initial)
	add("MSFUNC", function(a.MovingTransition))
	add("MINVFUNC", function(a.MovingInverse))
	add("MSTYPE", a.MovingStateType)
	add("MSSPACE", positive(a.MovingStateSpace))
	add("MFINALFUNC", function(a.MovingFinal))
	flag(a.MovingFinalExtra, "MFINALFUNC_EXTRA")
	if a.MovingTransition.Name != "" {
		add("MFINALFUNC_MODIFY", modifies(a.Kind, a.MovingFinalModify))
	}
	initial("MINITCOND", a.MovingInitial)
	if a.SortOperator.Name != "" {
		add("SORTOP", operatorCall(a.SortOperator))
	}
	switch f.Parallel {
	case schema.ParallelSafe:
		add("PARALLEL", "SAFE")
	case schema.ParallelRestricted:
		add("PARALLEL", "RESTRICTED")
	}
	flag(a.Kind == schema.HypotheticalSet, "HYPOTHETICAL")
	return "CREATE AGGREGATE " + qualified(f.QualifiedName()) + "(" + aggregateArguments(f) + ") (\n    " + strings.Join(lines, ",\n    ") + "\n)"
}

// modifies leaves out the default of FINALFUNC_MODIFY.
func modifies(kind schema.AggregateKind, modify string) string {
	usual := "READ_ONLY"
	if kind != schema.NormalAggregate {
		usual = "READ_WRITE"
	}
	if modify == usual {
		return ""
	}
	return modify
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// function writes a function's name, "" for none.
func function(n schema.Name) string {
	if n.Name == "" {
		return ""
	}
	return qualified(n)
}
