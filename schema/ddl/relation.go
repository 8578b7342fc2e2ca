package ddl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tusk-lsp/tusk-lsp/schema"
)

func (g *generator) relation(r *schema.Relation) object {
	switch r.Kind {
	case schema.Sequence:
		return g.sequence(r)
	case schema.View, schema.MaterializedView:
		return g.view(r)
	}
	return g.table(r)
}

// alter starts a statement that changes a relation.
func alter(r *schema.Relation) string {
	return "ALTER " + word(r) + " " + qualified(r.QualifiedName()) + " "
}

// only starts a statement that changes a table and none that inherits from it.
func only(r *schema.Relation) string {
	if r.Kind == schema.MaterializedView {
		return alter(r) // nothing inherits from it
	}
	return "ALTER " + word(r) + " ONLY " + qualified(r.QualifiedName()) + " "
}

// word is the kind of a relation as SQL writes it.
func word(r *schema.Relation) string {
	switch r.Kind {
	case schema.View:
		return "VIEW"
	case schema.MaterializedView:
		return "MATERIALIZED VIEW"
	case schema.ForeignTable:
		return "FOREIGN TABLE"
	case schema.Sequence:
		return "SEQUENCE"
	}
	return "TABLE"
}

func (g *generator) table(r *schema.Relation) object {
	var o object
	var serial []column
	for i := range r.Columns {
		c := &r.Columns[i]
		s := g.owned[column{r.QualifiedName(), c.Name}]
		switch {
		case s == nil || s.Sequence.Identity:
		case g.isSerial(r, c, s):
			serial = append(serial, column{r.QualifiedName(), c.Name})
		case !g.whole:
			sequence := g.sequence(s)
			o.create = append(o.create, sequence.create...)
			o.after = append(o.after, sequence.after...)
		}
	}
	attached := r.PartitionOf().Name != "" && !g.createdAsPartition(r)
	joins := g.joinsParents(r)
	o.create = append(o.create, g.createTable(r, attached || joins))
	if joins {
		for _, parent := range r.Inherits {
			o.create = append(o.create, alter(r)+"INHERIT "+qualified(parent))
		}
	}
	o.create = append(o.create, g.columnSettings(r)...)
	if attached {
		attach := "ALTER TABLE " + qualified(r.PartitionOf()) + " ATTACH PARTITION " + qualified(r.QualifiedName()) + " " + r.Partition.Bound
		if g.whole {
			o.create = append(o.create, attach)
		} else {
			o.create = append(o.create, g.indexes(r, true)...)
			o.create = append(o.create, attach)
		}
	}
	o.create = append(o.create, g.common(&r.Object, word(r), qualified(r.QualifiedName()), g.tableRights())...)
	for i := range r.Columns {
		o.create = append(o.create, g.columnCommon(r, &r.Columns[i])...)
	}
	for _, s := range serial {
		sequence := g.owned[s]
		o.create = append(o.create, g.comment("SEQUENCE "+qualified(sequence.QualifiedName()), sequence.Comment)...)
	}
	if g.whole || !attached {
		o.indexes = g.indexes(r, g.whole)
	}
	o.after = append(o.after, g.late(r)...)
	return o
}

// createdAsPartition reports whether CREATE TABLE … PARTITION OF makes just this
// table: its columns are in its parent's order, and the indexes behind its keys
// have the names that PostgreSQL chooses.
func (g *generator) createdAsPartition(r *schema.Relation) bool {
	parent := g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name)
	if parent == nil || len(parent.Columns) != len(r.Columns) {
		return false
	}
	for i := range r.Columns {
		c, p := &r.Columns[i], &parent.Columns[i]
		if c.Name != p.Name || c.Type != p.Type || !c.Inherited || c.Generated != p.Generated ||
			c.Generated != schema.NotGenerated && c.Default != p.Default || collation(c) != collation(p) ||
			g.catalog.ServerVersion() >= 180000 && p.NotNull && notNullName(r, c) != notNullName(parent, p) {
			return false
		}
	}
	for i := range r.Constraints {
		k := &r.Constraints[i]
		switch k.Kind {
		case schema.PrimaryKey:
			if k.Inherited && k.Name != chosenName(r.Name, "", "pkey") {
				return false
			}
		case schema.Unique:
			if k.Inherited && k.Name != chosenName(r.Name, strings.Join(k.Columns, "_"), "key") {
				return false
			}
		case schema.Exclusion:
			if k.Inherited {
				return false
			}
		case schema.CheckConstraint:
			if k.Inherited && !hasConstraint(parent, k.Name) {
				return false
			}
		}
	}
	return true
}

// joinsParents reports whether the order of a table's columns tells that it was
// there before it inherited: CREATE TABLE … INHERITS puts the parents' first.
func (g *generator) joinsParents(r *schema.Relation) bool {
	if len(r.Inherits) == 0 || r.PartitionOf().Name != "" || slices.ContainsFunc(r.Columns, func(c schema.Column) bool { return c.Inherited }) {
		return false
	}
	var first []string
	for _, name := range r.Inherits {
		parent := g.catalog.Relation(name.Schema, name.Name)
		if parent == nil {
			return false
		}
		for i := range parent.Columns {
			if !slices.Contains(first, parent.Columns[i].Name) {
				first = append(first, parent.Columns[i].Name)
			}
		}
	}
	for i, name := range first {
		if i >= len(r.Columns) || r.Columns[i].Name != name {
			return true
		}
	}
	return false
}

// notNullName is the name of a column's NOT NULL constraint, which an inherited
// one has from the parent's (since PostgreSQL 18).
func notNullName(r *schema.Relation, c *schema.Column) string {
	if n := detail(c).NotNull; n != "" {
		return n
	}
	return chosenName(r.Name, c.Name, "not_null")
}

func hasConstraint(r *schema.Relation, name string) bool {
	return slices.ContainsFunc(r.Constraints, func(k schema.Constraint) bool { return k.Name == name })
}

func detail(c *schema.Column) schema.ColumnDetail {
	if c.Detail == nil {
		return schema.ColumnDetail{}
	}
	return *c.Detail
}

func collation(c *schema.Column) schema.Name { return detail(c).Collation }

func storage(r *schema.Relation) schema.Storage {
	if r.Storage == nil {
		return schema.Storage{}
	}
	return *r.Storage
}

// createTable writes CREATE TABLE. What is attached to its parents later is made
// as a table of its own, with the keys that the attaching takes over.
func (g *generator) createTable(r *schema.Relation, attached bool) string {
	var b strings.Builder
	b.WriteString("CREATE ")
	switch {
	case r.Kind == schema.ForeignTable:
		b.WriteString("FOREIGN ")
	case r.Persistence == schema.Unlogged:
		b.WriteString("UNLOGGED ")
	case r.Persistence == schema.Temporary:
		b.WriteString("TEMPORARY ")
	}
	b.WriteString("TABLE " + qualified(r.QualifiedName()))
	s := storage(r)
	partition := r.PartitionOf().Name != "" && !attached
	typed := s.OfType.Name != ""
	var lines []string
	for i := range r.Columns {
		c := &r.Columns[i]
		switch {
		case partition || typed:
			if line := g.columnOptions(r, c); line != "" {
				if typed {
					line = " WITH OPTIONS" + line
				}
				lines = append(lines, ident(c.Name)+line)
			}
		case c.Inherited && !attached:
		default:
			lines = append(lines, g.column(r, c))
		}
	}
	for i := range r.Constraints {
		if k := &r.Constraints[i]; g.inTable(r, k, attached) {
			lines = append(lines, constraint(r, k)+g.keyStorage(r, k))
		}
	}
	switch {
	case partition:
		b.WriteString(" PARTITION OF " + qualified(r.PartitionOf()))
	case typed:
		b.WriteString(" OF " + qualified(s.OfType))
	}
	if len(lines) > 0 {
		b.WriteString(" (\n    " + strings.Join(lines, ",\n    ") + "\n)")
	} else if !partition && !typed {
		b.WriteString(" ()")
	}
	if partition {
		b.WriteString("\n" + r.Partition.Bound)
	}
	if len(r.Inherits) > 0 && r.PartitionOf().Name == "" && !attached {
		b.WriteString("\nINHERITS (" + qualifiedList(r.Inherits) + ")")
	}
	if r.Foreign != nil {
		b.WriteString("\nSERVER " + ident(r.Foreign.Server))
		if options := foreignOptions(r.Foreign.Options); options != "" {
			b.WriteString("\n" + options)
		}
	}
	if r.Partition != nil && r.Partition.Key != "" {
		b.WriteString("\nPARTITION BY " + r.Partition.Key)
	}
	if method := g.accessMethodOf(r); method != "" {
		b.WriteString("\nUSING " + ident(method))
	}
	if options := append(parameters(s.Options, ""), parameters(s.ToastOptions, "toast.")...); len(options) > 0 {
		b.WriteString("\nWITH (" + strings.Join(options, ", ") + ")")
	}
	if s.Tablespace != "" {
		b.WriteString("\nTABLESPACE " + ident(s.Tablespace))
	}
	return b.String()
}

// accessMethodOf gives the access method to write: a partition would have its
// parent's otherwise.
func (g *generator) accessMethodOf(r *schema.Relation) string {
	own := storage(r).AccessMethod
	parent := g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name)
	if own == "" && r.Kind == schema.Table && parent != nil && storage(parent).AccessMethod != "" {
		return "heap"
	}
	return own
}

// column writes a column's declaration.
func (g *generator) column(r *schema.Relation, c *schema.Column) string {
	if s := g.owned[column{r.QualifiedName(), c.Name}]; s != nil && g.isSerial(r, c, s) {
		return ident(c.Name) + " " + serials[c.Type]
	}
	line := ident(c.Name) + " " + c.Type
	d := detail(c)
	if len(d.Foreign) > 0 {
		line += " " + foreignOptions(d.Foreign)
	}
	if d.Compression != "" && r.Kind != schema.ForeignTable {
		line += " COMPRESSION " + d.Compression
	}
	if d.Collation.Name != "" {
		line += " COLLATE " + qualified(d.Collation)
	}
	return line + g.columnOptions(r, c)
}

// columnOptions writes the part of a column's declaration that a partition or a
// typed table may add to what it has from elsewhere.
func (g *generator) columnOptions(r *schema.Relation, c *schema.Column) string {
	parent := g.parentColumn(r, c)
	var line string
	if g.notNullHere(r, c, parent) {
		if n := detail(c).NotNull; n != "" {
			line += " CONSTRAINT " + ident(n)
		}
		line += " NOT NULL"
		if detail(c).NotNullNoInherit {
			line += " NO INHERIT"
		}
	}
	switch {
	case parent != nil && (c.Generated != schema.NotGenerated || c.Identity != schema.NoIdentity || c.Default == parent.Default):
	case g.generatedByParent(r, c):
	case c.Generated == schema.Stored:
		line += " GENERATED ALWAYS AS (" + c.Default + ") STORED"
	case c.Generated == schema.Virtual:
		line += " GENERATED ALWAYS AS (" + c.Default + ") VIRTUAL"
	case c.Identity != schema.NoIdentity:
		if !g.attachedIdentity(r) {
			line += g.identity(r, c)
		}
	case g.split[r]:
	case c.Default != "":
		line += " DEFAULT " + c.Default
	case parent != nil:
		line += " DEFAULT NULL"
	}
	return line
}

// attachedIdentity reports whether the identity columns of a partition become so
// when it is attached, and may not be before (since PostgreSQL 17).
func (g *generator) attachedIdentity(r *schema.Relation) bool {
	return g.catalog.ServerVersion() >= 170000 && r.PartitionOf().Name != "" && !g.createdAsPartition(r)
}

// generatedByParent reports whether a table that inherits a generated column may
// not tell its expression (until PostgreSQL 15).
func (g *generator) generatedByParent(r *schema.Relation, c *schema.Column) bool {
	return g.catalog.ServerVersion() < 160000 && c.Generated != schema.NotGenerated && r.PartitionOf().Name == "" && !g.joinsParents(r) &&
		slices.ContainsFunc(r.Inherits, func(name schema.Name) bool {
			parent := g.catalog.Relation(name.Schema, name.Name)
			return parent != nil && parent.Column(c.Name) != nil && parent.Column(c.Name).Generated != schema.NotGenerated
		})
}

// parentColumn is the column of the partitioned table that a partition has a
// column from, or nil.
func (g *generator) parentColumn(r *schema.Relation, c *schema.Column) *schema.Column {
	if r.PartitionOf().Name == "" || !c.Inherited || !g.createdAsPartition(r) {
		return nil
	}
	return g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name).Column(c.Name)
}

// notNullHere reports whether NOT NULL must be written: a primary key and an
// identity imply it, and so does a parent that has it.
func (g *generator) notNullHere(r *schema.Relation, c, parent *schema.Column) bool {
	d := detail(c)
	switch {
	case !c.NotNull || d.NotNullNotValid:
		return false
	case parent != nil && parent.NotNull:
		return false
	case d.NotNull != "" || d.NotNullNoInherit:
		return true
	case c.Identity != schema.NoIdentity:
		return g.attachedIdentity(r)
	}
	key := r.PrimaryKey()
	return key == nil || !slices.Contains(key.Columns, c.Name)
}

// inTable reports whether CREATE TABLE holds a constraint. A foreign key waits
// for all tables where others follow, and what was not checked stays so.
func (g *generator) inTable(r *schema.Relation, k *schema.Constraint, attached bool) bool {
	switch {
	case k.Kind == schema.ConstraintTrigger || k.NotValid || repeats(r, k):
		return false
	case k.Kind == schema.ForeignKey:
		return !g.whole && !k.Inherited
	case k.Kind == schema.CheckConstraint && g.split[r]:
		return false
	case k.Inherited:
		return attached
	}
	return true
}

// repeats reports whether a constraint before this one is the same key, for
// CREATE TABLE makes only one of them.
func repeats(r *schema.Relation, k *schema.Constraint) bool {
	if k.Kind != schema.Unique {
		return false
	}
	_, key, _ := strings.Cut(constraintDefinition(r, k), "(")
	for i := range r.Constraints {
		other := &r.Constraints[i]
		if _, o, _ := strings.Cut(constraintDefinition(r, other), "("); o == key && (other.Kind == schema.PrimaryKey || other.Kind == schema.Unique && other.Name < k.Name) {
			return true
		}
	}
	return false
}

// constraint writes a constraint as CREATE TABLE and ALTER TABLE … ADD take it.
func constraint(r *schema.Relation, k *schema.Constraint) string {
	return "CONSTRAINT " + ident(k.Name) + " " + constraintDefinition(r, k)
}

func constraintDefinition(r *schema.Relation, k *schema.Constraint) string {
	if k.Definition != "" {
		return k.Definition
	}
	var b strings.Builder
	b.WriteString(k.Kind.String() + " (")
	if k.Kind == schema.CheckConstraint {
		b.WriteString(k.Expression + ")")
	} else {
		b.WriteString(idents(k.Columns) + ")")
	}
	if k.Kind == schema.ForeignKey {
		b.WriteString(" REFERENCES " + qualified(k.References))
		if len(k.RefColumns) > 0 {
			b.WriteString(" (" + idents(k.RefColumns) + ")")
		}
		if k.OnUpdate != schema.NoAction {
			b.WriteString(" ON UPDATE " + actions[k.OnUpdate])
		}
		if k.OnDelete != schema.NoAction {
			b.WriteString(" ON DELETE " + actions[k.OnDelete])
		}
	}
	if x := indexOf(r, k.Name); x != nil && len(x.Include) > 0 {
		b.WriteString(" INCLUDE (" + idents(x.Include) + ")")
	}
	for _, part := range []struct {
		set bool
		sql string
	}{
		{k.Deferrable, " DEFERRABLE"}, {k.Deferred, " INITIALLY DEFERRED"},
		{k.NoInherit, " NO INHERIT"}, {k.NotEnforced, " NOT ENFORCED"}, {k.NotValid, " NOT VALID"},
	} {
		if part.set {
			b.WriteString(part.sql)
		}
	}
	return b.String()
}

var actions = [...]string{
	schema.NoAction: "NO ACTION", schema.Restrict: "RESTRICT", schema.Cascade: "CASCADE",
	schema.SetNull: "SET NULL", schema.SetDefault: "SET DEFAULT",
}

// indexOf gives the index behind a constraint, or nil.
func indexOf(r *schema.Relation, constraint string) *schema.Index {
	if r == nil {
		return nil
	}
	for i := range r.Indexes {
		if r.Indexes[i].Constraint == constraint {
			return &r.Indexes[i]
		}
	}
	return nil
}

// keyStorage writes how the index behind a key is kept.
func (g *generator) keyStorage(r *schema.Relation, k *schema.Constraint) string {
	x := indexOf(r, k.Name)
	if x == nil || k.Kind == schema.ForeignKey || k.Kind == schema.CheckConstraint {
		return ""
	}
	var s string
	if options := indexOptions(x.Definition); options != "" {
		s += " WITH " + options
	}
	if x.Tablespace != "" {
		s += " USING INDEX TABLESPACE " + ident(x.Tablespace)
	}
	return s
}

// columnSettings writes what CREATE TABLE cannot say of columns.
func (g *generator) columnSettings(r *schema.Relation) []string {
	var statements []string
	for i := range r.Columns {
		c := &r.Columns[i]
		d := detail(c)
		set := func(what string) {
			statements = append(statements, only(r)+"ALTER COLUMN "+ident(c.Name)+" "+what)
		}
		if d.Storage != "" {
			set("SET STORAGE " + strings.ToUpper(d.Storage))
		}
		if d.Statistics != nil {
			set("SET STATISTICS " + strconv.Itoa(*d.Statistics))
		}
		if len(d.Options) > 0 {
			set("SET (" + strings.Join(parameters(d.Options, ""), ", ") + ")")
		}
		if d.Compression != "" && !g.declared(r, c) {
			set("SET COMPRESSION " + d.Compression)
		}
		if c.Inherited && r.PartitionOf().Name == "" {
			g.inheritedSettings(r, c, set)
		}
	}
	return statements
}

// declared reports whether a table's own CREATE TABLE tells all of a column.
func (g *generator) declared(r *schema.Relation, c *schema.Column) bool {
	switch {
	case r.Kind == schema.MaterializedView || storage(r).OfType.Name != "":
		return false
	case r.PartitionOf().Name != "":
		return !g.createdAsPartition(r)
	}
	return !c.Inherited
}

// inheritedSettings writes where an inherited column is not as its parents'.
func (g *generator) inheritedSettings(r *schema.Relation, c *schema.Column, set func(string)) {
	var expression string
	notNull := false
	for _, name := range r.Inherits {
		parent := g.catalog.Relation(name.Schema, name.Name)
		if parent == nil {
			continue
		}
		if p := parent.Column(c.Name); p != nil {
			expression = p.Default
			notNull = notNull || p.NotNull && !detail(p).NotNullNoInherit
		}
	}
	if c.NotNull && !notNull && (r.PrimaryKey() == nil || !slices.Contains(r.PrimaryKey().Columns, c.Name)) {
		set("SET NOT NULL")
	}
	switch {
	case c.Default == expression || c.Generated != schema.NotGenerated:
	case c.Default == "":
		set("DROP DEFAULT")
	default:
		set("SET DEFAULT " + c.Default)
	}
}

// columnCommon writes the comment and the privileges of a column.
func (g *generator) columnCommon(r *schema.Relation, c *schema.Column) []string {
	name := qualified(r.QualifiedName())
	statements := g.comment("COLUMN "+name+"."+ident(c.Name), c.Comment)
	if acl := detail(c).ACL; len(acl) > 0 {
		statements = append(statements, g.grants(columnRights, name, c.Name, r.Owner, acl)...)
	}
	return statements
}

// indexes writes the indexes that serve no constraint, and of all what can be
// said only afterwards. Those of a partition
// come with the partitioned table's, unless attached asks for them too, for the
// partitioned table's to take over.
func (g *generator) indexes(r *schema.Relation, attached bool) []string {
	var statements []string
	for i := range r.Indexes {
		x := &r.Indexes[i]
		name := qualified(schema.Name{Schema: r.Schema, Name: x.Name})
		if x.Constraint == "" && (x.PartitionOf.Name == "" || attached || g.attachedByHand(r, x)) {
			statements = append(statements, index(r, x))
		}
		for key, target := range x.Statistics {
			if target >= 0 {
				statements = append(statements, "ALTER INDEX "+name+" ALTER COLUMN "+strconv.Itoa(key+1)+" SET STATISTICS "+strconv.Itoa(target))
			}
		}
		statements = append(statements, g.comment("INDEX "+name, x.Comment)...)
		if x.Clustered {
			statements = append(statements, alter(r)+"CLUSTER ON "+ident(x.Name))
		}
		if x.ReplicaIdentity {
			statements = append(statements, only(r)+"REPLICA IDENTITY USING INDEX "+ident(x.Name))
		}
	}
	return statements
}

// attachedByHand reports whether the partitioned table's index that an index is
// attached to was made for the table ONLY and takes over nothing by itself.
func (g *generator) attachedByHand(r *schema.Relation, x *schema.Index) bool {
	if parent := g.catalog.Relation(r.PartitionOf().Schema, r.PartitionOf().Name); parent != nil {
		for i := range parent.Indexes {
			if parent.Indexes[i].Name == x.PartitionOf.Name {
				return parent.Indexes[i].Invalid
			}
		}
	}
	return false
}

// index writes CREATE INDEX. The server writes ONLY for each index of a
// partitioned table; it is right for one that some partition lacks.
func index(r *schema.Relation, x *schema.Index) string {
	if x.Definition == "" {
		return indexFromParts(r, x)
	}
	definition := x.Definition
	if r.Kind == schema.PartitionedTable && !x.Invalid {
		definition = strings.Replace(definition, " ON ONLY ", " ON ", 1)
	}
	if x.Tablespace == "" {
		return definition
	}
	at := clauseAt(definition, "where")
	return strings.TrimRight(definition[:at], " ") + strings.TrimRight(" TABLESPACE "+ident(x.Tablespace)+" "+definition[at:], " ")
}

func indexFromParts(r *schema.Relation, x *schema.Index) string {
	var b strings.Builder
	b.WriteString("CREATE ")
	if x.Unique {
		b.WriteString("UNIQUE ")
	}
	b.WriteString("INDEX " + ident(x.Name) + " ON " + qualified(r.QualifiedName()))
	if x.Method != "" && x.Method != "btree" {
		b.WriteString(" USING " + ident(x.Method))
	}
	keys := make([]string, len(x.Keys))
	for i, k := range x.Keys {
		keys[i] = ident(k.Column)
		if k.Column == "" {
			keys[i] = "(" + k.Expression + ")"
		}
		if k.Descending {
			keys[i] += " DESC"
		}
		if k.NullsFirst != k.Descending {
			keys[i] += map[bool]string{true: " NULLS FIRST", false: " NULLS LAST"}[k.NullsFirst]
		}
	}
	b.WriteString(" (" + strings.Join(keys, ", ") + ")")
	if len(x.Include) > 0 {
		b.WriteString(" INCLUDE (" + idents(x.Include) + ")")
	}
	if x.NullsNotDistinct {
		b.WriteString(" NULLS NOT DISTINCT")
	}
	if x.Tablespace != "" {
		b.WriteString(" TABLESPACE " + ident(x.Tablespace))
	}
	if x.Predicate != "" {
		b.WriteString(" WHERE " + x.Predicate)
	}
	return b.String()
}

// late writes what of a relation may name any other object.
func (g *generator) late(r *schema.Relation) []string {
	var statements []string
	for i := range r.Columns {
		c := &r.Columns[i]
		if g.split[r] && c.Default != "" && c.Generated == schema.NotGenerated && (!c.Inherited || r.PartitionOf().Name != "") {
			statements = append(statements, only(r)+"ALTER COLUMN "+ident(c.Name)+" SET DEFAULT "+c.Default)
		}
		if d := detail(c); d.NotNullNotValid && !c.Inherited {
			statements = append(statements, alter(r)+"ADD CONSTRAINT "+ident(notNullName(r, c))+" NOT NULL "+ident(c.Name)+" NOT VALID")
		}
	}
	attached := r.PartitionOf().Name != "" && !g.createdAsPartition(r)
	for i := range r.Constraints {
		k := &r.Constraints[i]
		if k.Kind != schema.ConstraintTrigger && !k.Inherited && !g.inTable(r, k, attached) {
			statements = append(statements, alter(r)+"ADD "+constraint(r, k))
		}
		statements = append(statements, g.comment("CONSTRAINT "+ident(k.Name)+" ON "+qualified(r.QualifiedName()), k.Comment)...)
	}
	for i := range r.Indexes {
		if x := &r.Indexes[i]; g.attachedByHand(r, x) {
			statements = append(statements, "ALTER INDEX "+qualified(x.PartitionOf)+" ATTACH PARTITION "+qualified(schema.Name{Schema: r.Schema, Name: x.Name}))
		}
	}
	for i := range r.Rules {
		statements = append(statements, g.rule(r, &r.Rules[i])...)
	}
	for i := range r.Triggers {
		statements = append(statements, g.trigger(r, &r.Triggers[i])...)
	}
	s := storage(r)
	if s.RowSecurity {
		statements = append(statements, alter(r)+"ENABLE ROW LEVEL SECURITY")
	}
	if s.ForceRowSecurity {
		statements = append(statements, only(r)+"FORCE ROW LEVEL SECURITY")
	}
	for i := range r.Policies {
		statements = append(statements, g.policy(r, &r.Policies[i])...)
	}
	if r.Kind != schema.Table && r.Kind != schema.PartitionedTable && r.Kind != schema.MaterializedView {
		return statements
	}
	switch s.ReplicaIdentity {
	case schema.ReplicaNothing:
		statements = append(statements, only(r)+"REPLICA IDENTITY NOTHING")
	case schema.ReplicaFull:
		statements = append(statements, only(r)+"REPLICA IDENTITY FULL")
	}
	return statements
}
