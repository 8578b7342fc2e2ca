package replay

import (
	"slices"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// definition is a table in the making.
type definition struct {
	*schema.Relation
	sequences []*schema.Relation // of serial and identity columns
	keys      []key
	checks    []tree.Node // CHECK constraints of columns and of the table
	foreign   []tree.Node // FOREIGN KEY constraints, and REFERENCES of columns
}

// key is a PRIMARY KEY, UNIQUE or EXCLUDE constraint, or an index that a LIKE
// copies.
type key struct {
	node       tree.Node
	constraint schema.Constraint
	index      schema.Index
}

func (s *Session) createTable(n tree.Node) {
	d := s.startTable(n, n.Field(tree.FieldNew), schema.Table)
	if d == nil {
		return
	}
	d.Persistence = persistence(n)
	if d.Schema == temporary {
		d.Persistence = schema.Temporary
	}
	if spec := n.Child(tree.PartitionSpec); spec.Exists() {
		d.Kind = schema.PartitionedTable
		d.partitioning().Key = s.partitionKey(spec)
	}
	s.storage(d.Relation, n)
	s.tableBody(n, d)
	s.onCommit(n, d)
}

// onCommit heeds ON COMMIT DROP: outside of a transaction block such a table is
// gone at once.
func (s *Session) onCommit(n tree.Node, d *definition) {
	switch {
	case !n.Has(lex.KwCommit) || !n.Has(lex.KwDrop) || s.refused:
	case s.transaction:
		s.untilCommit = append(s.untilCommit, d.QualifiedName())
	default:
		s.dropRelation(d.Relation, true)
	}
}

func (s *Session) createForeignTable(n tree.Node) {
	d := s.startTable(n, n.Field(tree.FieldNew), schema.ForeignTable)
	if d == nil {
		return
	}
	d.Foreign = &schema.ForeignInfo{Server: n.Child(tree.ServerName).Name(), Options: genericOptions(n)}
	s.tableBody(n, d)
}

// startTable begins a relation, or gives nil when there is nothing to make.
func (s *Session) startTable(n, name tree.Node, kind schema.Kind) *definition {
	return s.startRelation(n, name, s.newNameOf(n, name), kind)
}

func (s *Session) startRelation(n, name tree.Node, full schema.Name, kind schema.Kind) *definition {
	if s.refused {
		return nil
	}
	if n.Has(lex.KwIf) && s.taken(full) {
		return nil
	}
	if !s.free(name, full) {
		return nil
	}
	return &definition{
		Relation: &schema.Relation{Object: s.object(full), Kind: kind, Privileges: schema.AllPrivileges, EstimatedRows: -1, Columns: []schema.Column{}},
	}
}

// newNameOf is newName for what TEMPORARY may stand before.
func (s *Session) newNameOf(n, name tree.Node) schema.Name {
	if persistence(n) == schema.Temporary {
		return schema.Name{Schema: temporary, Name: split(name).Name}
	}
	return s.newName(name)
}

func persistence(n tree.Node) schema.Persistence {
	switch {
	case n.Has(lex.KwTemp), n.Has(lex.KwTemporary):
		return schema.Temporary
	case n.Has(lex.KwUnlogged):
		return schema.Unlogged
	}
	return schema.Permanent
}

// tableBody makes a table of the elements of its statement.
func (s *Session) tableBody(n tree.Node, d *definition) {
	switch parent := n.Field(tree.FieldParent); {
	case parent.Exists():
		of := s.relation(n, parent)
		if of == nil {
			s.note(parent, "relation %q does not exist", parent.Text())
			s.refused = true
			return
		}
		d.partitioning().Of = of.QualifiedName()
		d.Partition.Bound = textOf(n.Child(tree.PartitionBoundSpec))
		d.Inherits = []schema.Name{of.QualifiedName()}
	case n.Child(tree.CompositeTypeName).Exists():
		s.ofType(n.Child(tree.CompositeTypeName), d)
	}
	for parent := range n.Child(tree.Inherits).Children() {
		of := s.relation(n, parent)
		if of == nil {
			s.refused = true
			return
		}
		d.Inherits = append(d.Inherits, of.QualifiedName())
	}
	for element := range n.Children() {
		switch element.Kind() {
		case tree.ColumnDef:
			s.addColumn(element, d)
		case tree.ColumnOptions:
			name := element.Field(tree.FieldName).Name()
			if column := d.Column(name); column != nil {
				s.columnConstraints(element, column, d)
			} else {
				d.Columns = append(d.Columns, schema.Column{Name: name})
				s.columnConstraints(element, &d.Columns[len(d.Columns)-1], d)
			}
		case tree.TableLikeClause:
			s.like(element, d)
		case tree.CheckConstraint:
			d.checks = append(d.checks, element)
		}
	}
	s.inheritColumns(d)
	for _, check := range d.checks {
		s.addCheck(check, d.Relation)
	}
	for element := range n.Children() {
		switch element.Kind() {
		case tree.NotNullConstraint:
			s.addNotNull(element, d.Relation)
		case tree.PrimaryKeyConstraint, tree.UniqueConstraint, tree.ExclusionConstraint:
			s.tableKey(element, d)
		case tree.ForeignKeyConstraint:
			d.foreign = append(d.foreign, element)
		}
	}
	s.finishTable(d)
}

func (d *definition) partitioning() *schema.Partitioning {
	if d.Partition == nil {
		d.Partition = new(schema.Partitioning)
	}
	return d.Partition
}

// finishTable puts a table and what belongs to it into the catalog, in the order
// in which PostgreSQL makes it, which decides on the names.
func (s *Session) finishTable(d *definition) {
	if s.refused {
		return
	}
	for i := range d.Columns {
		d.Columns[i].Attnum = int16(i + 1)
	}
	defer func() {
		for i := range d.Constraints { // a new table has no rows that are not valid
			d.Constraints[i].NotValid = d.Constraints[i].NotEnforced
		}
	}()
	for _, sequence := range d.sequences {
		s.edit.Put(sequence)
	}
	s.addKeys(d)
	for _, node := range d.foreign {
		s.addForeignKey(node, d.Relation)
	}
	s.inheritKeys(d.Relation)
	sortParts(d.Relation)
	s.edit.Put(d.Relation)
}

// addColumn takes a column with its constraints into a table.
func (s *Session) addColumn(n tree.Node, d *definition) {
	name := n.Field(tree.FieldName)
	if name.Name() == "" {
		return // it is being written
	}
	if d.Column(name.Name()) != nil {
		s.refuse(name, "column %q specified more than once", name.Name())
		return
	}
	d.Columns = append(d.Columns, schema.Column{Name: name.Name()})
	column := &d.Columns[len(d.Columns)-1]
	typeName := n.Child(tree.TypeName)
	if column.Type = serial(typeName); column.Type != "" {
		sequence := s.ownedSequence(d.Relation, column.Name, column.Type)
		column.NotNull = true
		column.Default = nextval(sequence)
		d.sequences = append(d.sequences, sequence)
	} else {
		column.Type = s.typeOf(typeName)
	}
	s.columnConstraints(n, column, d)
}

// nextval is the default of a serial column.
func nextval(sequence *schema.Relation) string {
	return "nextval('" + strings.ReplaceAll(quoted(sequence.QualifiedName()), "'", "''") + "'::regclass)"
}

// columnConstraints reads what stands behind a column's type.
func (s *Session) columnConstraints(n tree.Node, column *schema.Column, d *definition) {
	for c := range n.Children() {
		switch c.Kind() {
		case tree.NotNullConstraint:
			column.NotNull = true
			s.nameNotNull(c, column, d.Relation)
		case tree.PrimaryKeyConstraint:
			column.NotNull = true
			d.keys = append(d.keys, s.columnKey(c, column.Name, schema.PrimaryKey))
		case tree.UniqueConstraint:
			d.keys = append(d.keys, s.columnKey(c, column.Name, schema.Unique))
		case tree.DefaultConstraint:
			column.Default = s.expression(c)
		case tree.GeneratedConstraint:
			column.Generated = schema.Virtual
			if c.Has(lex.KwStored) || s.Catalog().ServerVersion() > 0 && s.Catalog().ServerVersion() < 180000 {
				column.Generated = schema.Stored
			}
			column.Default = s.expression(c)
		case tree.IdentityConstraint:
			column.NotNull = true
			column.Identity = identity(c)
			sequence := s.ownedSequence(d.Relation, column.Name, column.Type)
			sequence.Sequence.Identity = true
			s.sequenceOptions(c, sequence)
			d.sequences = append(d.sequences, sequence)
		case tree.CheckConstraint:
			d.checks = append(d.checks, c)
		case tree.ForeignKeyConstraint:
			d.foreign = append(d.foreign, c)
		case tree.CollateClause:
			s.collate(c, column)
		case tree.ConstraintAttribute:
			s.attribute(c, d)
		case tree.DefElem:
			detail(column).Foreign = append(detail(column).Foreign, genericOption(c))
		}
	}
}

// attribute gives a key constraint of a column what stands behind it. Those of
// checks and foreign keys are read with them.
func (s *Session) attribute(n tree.Node, d *definition) {
	if len(d.keys) > 0 && previousConstraint(n) == d.keys[len(d.keys)-1].node {
		constraintAttribute(n, &d.keys[len(d.keys)-1].constraint)
	}
}

// previousConstraint gives the constraint that an attribute belongs to.
func previousConstraint(n tree.Node) tree.Node {
	var before tree.Node
	for sibling := range n.Parent().Children() {
		if sibling == n {
			break
		}
		if sibling.Kind() != tree.ConstraintAttribute {
			before = sibling
		}
	}
	return before
}

func identity(n tree.Node) schema.Identity {
	if n.Has(lex.KwAlways) {
		return schema.Always
	}
	return schema.ByDefault
}

func detail(column *schema.Column) *schema.ColumnDetail {
	if column.Detail == nil {
		column.Detail = new(schema.ColumnDetail)
	}
	return column.Detail
}

func (s *Session) collate(n tree.Node, column *schema.Column) {
	name := split(n.Child(tree.CollationName))
	if name.Schema == "" {
		name.Schema = "pg_catalog"
		for _, in := range s.pathWithTemporary() {
			if s.Catalog().Collation(in, name.Name) != nil {
				name.Schema = in
				break
			}
		}
	}
	detail(column).Collation = name
}

// ofType takes the columns of a composite type.
func (s *Session) ofType(n tree.Node, d *definition) {
	t, found := s.Catalog().TypeNamed(textOf(n))
	if !found || t.Type == nil || t.Type.Kind != schema.Composite {
		s.refuse(n, "type %q does not exist", n.Text())
		return
	}
	storageOf(d.Relation).OfType = t.Type.QualifiedName()
	for _, attribute := range t.Type.Attributes {
		attribute.Comment = ""
		d.Columns = append(d.Columns, attribute)
	}
}

// like copies the columns of another relation
// (https://www.postgresql.org/docs/current/sql-createtable.html, LIKE).
func (s *Session) like(n tree.Node, d *definition) {
	includes := likeOptions(n)
	var columns []schema.Column
	of := s.find(split(n.Child(tree.RangeVar)))
	if of != nil {
		columns = of.Columns
	} else if t, found := s.Catalog().TypeNamed(textOf(n.Child(tree.RangeVar))); found && t.Type != nil && t.Type.Kind == schema.Composite {
		columns = t.Type.Attributes
	} else {
		s.refuse(n, "relation %q does not exist", n.Child(tree.RangeVar).Text())
		return
	}
	for _, column := range columns {
		copied := schema.Column{Name: column.Name, Type: column.Type, TypeOID: column.TypeOID, NotNull: column.NotNull}
		if d.Column(column.Name) != nil {
			s.refuse(n, "column %q specified more than once", column.Name)
			return
		}
		if includes[lex.KwDefaults] && column.Generated == schema.NotGenerated || includes[lex.KwGenerated] && column.Generated != schema.NotGenerated {
			copied.Default, copied.Generated = column.Default, column.Generated
		}
		if column.Detail != nil && column.Detail.Collation.Name != "" {
			detail(&copied).Collation = column.Detail.Collation
		}
		if includes[lex.KwIdentity] && column.Identity != schema.NoIdentity {
			copied.Identity = column.Identity
			sequence := s.ownedSequence(d.Relation, column.Name, column.Type)
			for old := range s.Catalog().OwnedSequences(of.QualifiedName()) {
				if old.Sequence.OwnedByColumn == column.Name {
					info := *old.Sequence
					info.OwnedBy = d.QualifiedName()
					sequence.Sequence = &info
				}
			}
			d.sequences = append(d.sequences, sequence)
		}
		if includes[lex.KwComments] {
			copied.Comment = column.Comment
		}
		if of != nil {
			s.keepNotNullName(d.Relation, &copied, notNullName(of, column))
		}
		d.Columns = append(d.Columns, copied)
	}
	if of == nil {
		return
	}
	for _, c := range of.Constraints {
		if c.Kind == schema.CheckConstraint && includes[lex.KwConstraints] {
			c.Inherited = false
			if !includes[lex.KwComments] {
				c.Comment = ""
			}
			d.Constraints = append(d.Constraints, c)
		}
	}
	if !includes[lex.KwIndexes] {
		return
	}
	indexes := slices.Clone(of.Indexes)
	slices.SortStableFunc(indexes, func(a, b schema.Index) int { return int(a.OID) - int(b.OID) })
	for _, index := range indexes {
		copied := key{index: clonedIndex(index)}
		if !includes[lex.KwComments] {
			copied.index.Comment = ""
		}
		if c := constraintOf(of, index.Constraint); c != nil {
			copied.constraint = schema.Constraint{Kind: c.Kind, Columns: c.Columns, Deferrable: c.Deferrable, Deferred: c.Deferred}
		} else {
			copied.constraint.Kind = notAKey
		}
		d.keys = append(d.keys, copied)
	}
}

// likeOptions reads the INCLUDING and EXCLUDING of a LIKE, in their order.
func likeOptions(n tree.Node) map[lex.Keyword]bool {
	options := []lex.Keyword{lex.KwComments, lex.KwCompression, lex.KwConstraints, lex.KwDefaults, lex.KwGenerated, lex.KwIdentity, lex.KwIndexes, lex.KwStatistics, lex.KwStorage}
	includes := map[lex.Keyword]bool{}
	including := false
	for _, t := range n.Tokens() {
		switch {
		case t.Keyword == lex.KwIncluding:
			including = true
		case t.Keyword == lex.KwExcluding:
			including = false
		case t.Keyword == lex.KwAll:
			for _, option := range options {
				includes[option] = including
			}
		case slices.Contains(options, t.Keyword):
			includes[t.Keyword] = including
		}
	}
	return includes
}

// inheritColumns puts the parents' columns before a table's own, and merges those
// of one name (MergeAttributes of src/backend/commands/tablecmds.c).
func (s *Session) inheritColumns(d *definition) {
	if len(d.Inherits) == 0 {
		return
	}
	own := d.Columns
	d.Columns = nil
	for _, name := range d.Inherits {
		parent := s.find(name)
		if parent == nil {
			continue
		}
		for _, column := range parent.Columns {
			if merged := d.Column(column.Name); merged != nil {
				merged.NotNull = merged.NotNull || column.NotNull
				continue
			}
			notNull := notNullName(parent, column)
			column.Inherited, column.Comment, column.Identity = true, "", schema.NoIdentity
			if d.Partition != nil && d.Partition.Of.Name != "" {
				column.Identity = parent.Column(column.Name).Identity
			}
			if column.Detail != nil {
				kept := schema.ColumnDetail{Collation: column.Detail.Collation}
				column.Detail = &kept
			}
			s.keepNotNullName(d.Relation, &column, notNull)
			d.Columns = append(d.Columns, column)
		}
		for _, c := range parent.Constraints {
			if c.Kind != schema.CheckConstraint || c.NoInherit {
				continue
			}
			c.Comment = ""
			if at := constraintOf(d.Relation, c.Name); at != nil {
				continue
			}
			c.Inherited = true
			d.Constraints = append(d.Constraints, c)
		}
	}
	for _, column := range own {
		merged := d.Column(column.Name)
		if merged == nil {
			d.Columns = append(d.Columns, column)
			continue
		}
		merged.Inherited = d.Partition != nil && d.Partition.Of.Name != ""
		merged.NotNull = merged.NotNull || column.NotNull
		if column.Default != "" {
			merged.Default = column.Default
		}
	}
}

// inheritKeys gives a partition the keys and indexes, foreign keys and row
// triggers of the table that it is a part of.
func (s *Session) inheritKeys(r *schema.Relation) {
	if r.Partition == nil || r.Partition.Of.Name == "" {
		return
	}
	parent := s.find(r.Partition.Of)
	if parent == nil {
		return
	}
	d := &definition{Relation: r}
	for _, index := range parent.Indexes {
		if r.Kind == schema.ForeignTable {
			break
		}
		copied := key{index: clonedIndex(index)}
		copied.index.PartitionOf = schema.Name{Schema: parent.Schema, Name: index.Name}
		if slices.ContainsFunc(r.Indexes, func(own schema.Index) bool { return own.PartitionOf == copied.index.PartitionOf }) {
			continue
		}
		copied.constraint.Kind = notAKey
		if c := constraintOf(parent, index.Constraint); c != nil {
			copied.constraint = schema.Constraint{Kind: c.Kind, Columns: c.Columns, Deferrable: c.Deferrable, Deferred: c.Deferred, Inherited: true}
		}
		if !s.attach(r, &copied) {
			d.keys = append(d.keys, copied)
		}
	}
	s.addKeys(d)
	for _, c := range parent.Constraints {
		if c.Kind != schema.ForeignKey || sharedForeignKey(r, c) {
			continue
		}
		c.Inherited, c.Comment = true, ""
		if constraintOf(r, c.Name) != nil {
			c.Name = s.constraintName(r, joined(c.Columns), "fkey")
		}
		r.Constraints = append(r.Constraints, c)
	}
	for _, trigger := range parent.Triggers {
		if trigger.Row && !slices.ContainsFunc(r.Triggers, func(own schema.Trigger) bool { return own.Name == trigger.Name }) {
			trigger.Inherited, trigger.Comment = true, ""
			r.Triggers = append(r.Triggers, trigger)
			if c := constraintOf(parent, trigger.Name); c != nil && trigger.Constraint {
				r.Constraints = append(r.Constraints, *c)
			}
		}
	}
}

// sharedForeignKey finds a foreign key of a partition that can stand for the one
// of the partitioned table.
func sharedForeignKey(r *schema.Relation, c schema.Constraint) bool {
	for i := range r.Constraints {
		own := &r.Constraints[i]
		if own.Kind == schema.ForeignKey && own.References == c.References && slices.Equal(own.Columns, c.Columns) && slices.Equal(own.RefColumns, c.RefColumns) &&
			own.OnUpdate == c.OnUpdate && own.OnDelete == c.OnDelete && own.Deferrable == c.Deferrable && own.Deferred == c.Deferred {
			own.Inherited = true
			return true
		}
	}
	return false
}

// attach finds an index of the table itself that can stand for the partitioned
// table's.
func (s *Session) attach(r *schema.Relation, wanted *key) bool {
	for i := range r.Indexes {
		own := &r.Indexes[i]
		if own.PartitionOf.Name != "" || own.Method != wanted.index.Method || own.Unique != wanted.index.Unique ||
			!slices.Equal(own.Keys, wanted.index.Keys) || !slices.Equal(own.Include, wanted.index.Include) || own.Predicate != wanted.index.Predicate {
			continue
		}
		c := constraintOf(r, own.Constraint)
		if wanted.constraint.Kind != notAKey && (c == nil || c.Kind != wanted.constraint.Kind) {
			continue
		}
		own.PartitionOf = wanted.index.PartitionOf
		if c != nil {
			c.Inherited = true
		}
		return true
	}
	return false
}

func clonedIndex(index schema.Index) schema.Index {
	index.Name, index.OID, index.Constraint, index.Definition, index.Bytes = "", 0, "", "", 0
	index.PartitionOf, index.Clustered, index.ReplicaIdentity = schema.Name{}, false, false
	return index
}

// sortParts puts constraints, indexes, triggers, policies and rules in the order
// of their names.
func sortParts(r *schema.Relation) {
	slices.SortStableFunc(r.Constraints, func(a, b schema.Constraint) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.Indexes, func(a, b schema.Index) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.Triggers, func(a, b schema.Trigger) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.Policies, func(a, b schema.Policy) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(r.Rules, func(a, b schema.Rule) int { return strings.Compare(a.Name, b.Name) })
}

// partitionKey writes RANGE (a, b).
func (s *Session) partitionKey(n tree.Node) string {
	strategy := n.Child(tree.PartitionStrategy)
	return strings.ToUpper(strategy.Text()) + " " + strings.TrimSpace(s.textBehind(n, strategy.Span().End))
}

// textBehind gives the qualified text of a node from an offset on that stands
// before all names of relations in it.
func (s *Session) textBehind(n tree.Node, offset int) string {
	text := s.qualifiedText(n)
	return text[min(max(offset-n.Span().Start, 0), len(text)):]
}

func storageOf(r *schema.Relation) *schema.Storage {
	if r.Storage == nil {
		r.Storage = new(schema.Storage)
	}
	return r.Storage
}

// storage reads WITH (…), USING and TABLESPACE of a statement.
func (s *Session) storage(r *schema.Relation, n tree.Node) {
	if method := n.Child(tree.AccessMethodName); method.Exists() && method.Name() != "heap" {
		storageOf(r).AccessMethod = method.Name()
	}
	if space := n.Child(tree.TablespaceName); space.Exists() {
		storageOf(r).Tablespace = space.Name()
	}
	for option := range n.Children() {
		if option.Kind() == tree.RelOption {
			setOption(r, option)
		}
	}
}

func setOption(r *schema.Relation, n tree.Node) {
	name, value, _ := strings.Cut(optionText(n), "=")
	if name == "oids" {
		return
	}
	if toast, found := strings.CutPrefix(name, "toast."); found {
		storageOf(r).ToastOptions = withOption(storageOf(r).ToastOptions, toast, value)
		return
	}
	storageOf(r).Options = withOption(storageOf(r).Options, name, value)
}

// withOption sets an option in a list of name=value.
func withOption(options []string, name, value string) []string {
	options = withoutOption(options, name)
	return append(options, name+"="+value)
}

func withoutOption(options []string, name string) []string {
	return slices.DeleteFunc(slices.Clone(options), func(o string) bool { return strings.HasPrefix(o, name+"=") })
}

// optionText writes an option of WITH (…) as name=value.
func optionText(n tree.Node) string {
	var names []string
	for name := range n.Children() {
		if name.Kind() == tree.OptionName {
			names = append(names, name.Name())
		}
	}
	value := "true"
	if _, after, found := strings.Cut(n.Text(), "="); found {
		value = strings.Trim(strings.TrimSpace(after), "'")
	}
	return strings.Join(names, ".") + "=" + value
}

// genericOptions gives the OPTIONS (…) of a statement as name=value.
func genericOptions(n tree.Node) []string {
	var options []string
	for child := range n.Children() {
		if child.Kind() == tree.DefElem {
			options = append(options, genericOption(child))
		}
	}
	return options
}

func genericOption(n tree.Node) string {
	return n.Field(tree.FieldName).Name() + "=" + literalIn(n)
}

// createTableAs makes a table or a materialized view of a query's columns.
func (s *Session) createTableAs(n tree.Node) {
	kind := schema.Table
	if n.Has(lex.KwMaterialized) {
		kind = schema.MaterializedView
	}
	d := s.startTable(n, n.Field(tree.FieldNew), kind)
	if d == nil {
		return
	}
	d.Persistence = persistence(n)
	if d.Schema == temporary {
		d.Persistence = schema.Temporary
	}
	query := n.Field(tree.FieldQuery)
	d.Columns = s.outputColumns(query, columnNames(n))
	if kind == schema.MaterializedView {
		d.Definition = s.viewText(query, columnNames(n))
		if n.Has(lex.KwNo) {
			storageOf(d.Relation).Unpopulated = true
		}
	}
	s.storage(d.Relation, n)
	s.finishTable(d)
	s.onCommit(n, d)
}

// selectStatement plays SELECT … INTO, and set_config('search_path', …), which
// dumps begin with.
func (s *Session) selectStatement(n tree.Node) {
	if into := n.Child(tree.SimpleSelect).Child(tree.IntoClause); into.Exists() {
		d := s.startTable(into, into.Field(tree.FieldNew), schema.Table)
		if d == nil {
			return
		}
		d.Persistence = persistence(into)
		d.Columns = s.outputColumns(n, nil)
		s.finishTable(d)
		return
	}
	for call := range n.Child(tree.SimpleSelect).Child(tree.ResTarget).Children() {
		if call.Kind() != tree.FuncCall || call.Child(tree.FunctionName).Name() != "set_config" {
			continue
		}
		var arguments []tree.Node
		for argument := range call.Children() {
			if argument.Kind() == tree.Literal {
				arguments = append(arguments, argument)
			}
		}
		if len(arguments) == 3 && arguments[0].Value() == "search_path" {
			s.setConfig(arguments[1].Value(), strings.EqualFold(arguments[2].Text(), "true"))
		}
	}
}

// setConfig sets the search_path from the text of a list.
func (s *Session) setConfig(list string, local bool) {
	path := []string{}
	for _, t := range lex.Lex(list, lex.Options{}) {
		if t.Name() {
			path = append(path, lex.Identifier(t.Text(list)))
		}
	}
	if local && !s.transaction {
		return
	}
	if local && s.outside == nil {
		s.outside = s.Catalog().SearchPath()
	}
	s.edit.SetSearchPath(path)
}
