package replay

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

// altered gives a copy of a relation that may be written to.
func altered(r *schema.Relation) *schema.Relation {
	c := *r
	c.Columns = slices.Clone(r.Columns)
	c.Constraints = slices.Clone(r.Constraints)
	c.Indexes = slices.Clone(r.Indexes)
	c.Triggers = slices.Clone(r.Triggers)
	c.Policies = slices.Clone(r.Policies)
	c.Rules = slices.Clone(r.Rules)
	c.Inherits = slices.Clone(r.Inherits)
	for i := range c.Columns {
		if c.Columns[i].Detail != nil {
			own := *c.Columns[i].Detail
			c.Columns[i].Detail = &own
		}
	}
	if r.Partition != nil {
		own := *r.Partition
		c.Partition = &own
	}
	if r.Sequence != nil {
		own := *r.Sequence
		c.Sequence = &own
	}
	if r.Foreign != nil {
		own := *r.Foreign
		c.Foreign = &own
	}
	if r.Storage != nil {
		own := *r.Storage
		c.Storage = &own
	}
	return &c
}

// target gives the node that names what an ALTER is about.
func target(n tree.Node) tree.Node {
	for child := range n.Children() {
		switch child.Kind() {
		case tree.RangeVar, tree.ViewName, tree.MaterializedViewName, tree.ForeignTableName, tree.SequenceName, tree.IndexName,
			tree.CompositeTypeName, tree.DomainName:
			return child
		}
	}
	return tree.Node{}
}

// alterTable plays ALTER TABLE and its likes, action by action; where one is
// refused nothing is changed.
func (s *Session) alterTable(n tree.Node) {
	name := target(n)
	switch name.Kind() {
	case tree.CompositeTypeName:
		s.alterComposite(n, name)
		return
	case tree.IndexName:
		s.alterIndex(n, name)
		return
	}
	r := s.relation(n, name)
	if r == nil {
		return
	}
	for action := range n.Children() {
		if action == name || s.refused {
			continue
		}
		// An action may have changed the table by way of others.
		s.alter(action, s.Catalog().Relation(r.Schema, r.Name), n.Has(lex.KwOnly))
	}
}

// alter plays an action on a relation and, but for ONLY, on what inherits it.
func (s *Session) alter(n tree.Node, of *schema.Relation, only bool) {
	r := altered(of)
	switch n.Kind() {
	case tree.AddColumn:
		s.addColumnTo(n, r)
		return
	case tree.DropColumn:
		s.dropColumn(n, r)
		return
	case tree.AddConstraint:
		s.addConstraint(n, r, only)
		return
	case tree.DropConstraint:
		s.dropConstraint(n, r)
		return
	case tree.AttachPartition:
		s.attachPartition(n, r)
		return
	case tree.DetachPartition, tree.DropInherit:
		s.detach(n, r)
		return
	case tree.AddInherit:
		s.addInherit(n, r)
		return
	case tree.AddIdentity:
		s.addIdentity(n, r)
		return
	case tree.AlterColumnType, tree.ColumnDefault, tree.SetNotNull, tree.DropNotNull, tree.SetExpression, tree.DropExpression, tree.DropIdentity, tree.SetIdentity:
		s.alterColumn(n, r, only)
		return
	case tree.AlterConstraint, tree.ValidateConstraint:
		s.alterConstraint(n, r)
		if c := constraintOf(r, n.Child(tree.ConstraintName).Name()); c != nil && n.Kind() == tree.ValidateConstraint {
			s.edit.Put(r)
			s.descend(r, func(child *schema.Relation) {
				if own := constraintOf(child, c.Name); own != nil && own.Kind == c.Kind {
					own.NotValid = false
				}
			})
			return
		}
	case tree.AddOf:
		storageOf(r).OfType = schema.Name{}
		if t, found := s.Catalog().TypeNamed(textOf(n.Child(tree.CompositeTypeName))); found && t.Type != nil {
			storageOf(r).OfType = t.Type.QualifiedName()
		}
	case tree.DropOf:
		storageOf(r).OfType = schema.Name{}
	case tree.ChangeOwner:
		r.Owner = s.role(n.Child(tree.RoleName))
	case tree.AlterTableCmd:
		s.alterStorage(n, r)
	}
	s.edit.Put(r)
}

// column gives the column that an action names, or refuses the statement.
func (s *Session) columnOf(n tree.Node, r *schema.Relation) *schema.Column {
	name := n.Child(tree.ColumnName)
	column := r.Column(name.Name())
	if column == nil && !n.Has(lex.KwIf) {
		s.refuse(name, "column %q of relation %q does not exist", name.Name(), r.Name)
	}
	return column
}

// addColumnTo plays ADD COLUMN.
func (s *Session) addColumnTo(n tree.Node, r *schema.Relation) {
	element := n.Child(tree.ColumnDef)
	name := element.Field(tree.FieldName)
	if r.Column(name.Name()) != nil {
		if !n.Has(lex.KwIf) {
			s.refuse(name, "column %q of relation %q already exists", name.Name(), r.Name)
		}
		return
	}
	d := &definition{Relation: r}
	s.addColumn(element, d)
	column := &r.Columns[len(r.Columns)-1]
	column.Attnum = nextAttnum(r)
	for _, check := range d.checks {
		s.addCheck(check, r)
	}
	for _, sequence := range d.sequences {
		s.edit.Put(sequence)
	}
	s.edit.Put(r) // the names of keys must not clash with it
	s.addKeys(d)
	for _, node := range d.foreign {
		s.addForeignKey(node, r)
	}
	sortParts(r)
	s.edit.Put(r)
	inherited := *column
	s.descend(r, func(child *schema.Relation) {
		if own := child.Column(inherited.Name); own != nil {
			own.NotNull = own.NotNull || inherited.NotNull
		} else {
			c := inherited
			c.Detail = nil
			c.Inherited, c.Attnum = true, nextAttnum(child)
			s.keepNotNullName(child, &c, notNullName(r, inherited))
			child.Columns = append(child.Columns, c)
		}
		s.inheritChecks(r, child)
		s.inheritKeys(child)
	})
}

func nextAttnum(r *schema.Relation) int16 {
	last := int16(0)
	for _, c := range r.Columns {
		last = max(last, c.Attnum)
	}
	return last + 1
}

// descend changes all that inherits a relation, or is a part of it, each below the
// other.
func (s *Session) descend(r *schema.Relation, change func(*schema.Relation)) {
	for child := range s.Catalog().Children(r.QualifiedName()) {
		copied := altered(child)
		change(copied)
		sortParts(copied)
		s.edit.Put(copied)
		s.descend(copied, change)
	}
}

// inheritChecks gives a relation the CHECK constraints of a parent.
func (s *Session) inheritChecks(parent, child *schema.Relation) {
	for _, c := range parent.Constraints {
		if c.Kind != schema.CheckConstraint || c.NoInherit {
			continue
		}
		if own := constraintOf(child, c.Name); own != nil {
			own.Inherited = own.Inherited || child.PartitionOf().Name != ""
			continue
		}
		c.Inherited, c.Comment = true, ""
		child.Constraints = append(child.Constraints, c)
	}
}

// alterColumn plays what an action does to one column.
func (s *Session) alterColumn(n tree.Node, r *schema.Relation, only bool) {
	column := s.columnOf(n, r)
	if column == nil {
		return
	}
	before := *column
	s.changeColumn(n, column)
	if n.Kind() == tree.DropIdentity && before.Identity != schema.NoIdentity || n.Kind() == tree.SetIdentity {
		s.changeIdentity(n, r, column)
	}
	if n.Kind() == tree.AlterColumnType && column.Identity != schema.NoIdentity {
		s.retypeIdentity(r, column)
	}
	s.edit.Put(r)
	if only || n.Kind() == tree.SetIdentity {
		return
	}
	s.descend(r, func(child *schema.Relation) {
		if own := child.Column(column.Name); own != nil {
			switch n.Kind() {
			case tree.DropNotNull:
				if own.Inherited {
					own.NotNull = false
				}
			default:
				s.changeColumn(n, own)
			}
		}
	})
}

func (s *Session) changeColumn(n tree.Node, column *schema.Column) {
	switch n.Kind() {
	case tree.AlterColumnType:
		column.Type, column.TypeOID = s.typeOf(n.Child(tree.TypeName)), 0
		if column.Detail != nil {
			column.Detail.Collation = schema.Name{}
		}
		if c := n.Child(tree.CollateClause); c.Exists() {
			s.collate(c, column)
		}
	case tree.ColumnDefault:
		column.Default = s.qualifiedText(n.Field(tree.FieldDefault))
	case tree.SetNotNull:
		column.NotNull = true
	case tree.DropNotNull:
		column.NotNull = false
		if column.Detail != nil {
			column.Detail.NotNull, column.Detail.NotNullNoInherit, column.Detail.NotNullNotValid = "", false, false
		}
	case tree.SetExpression:
		column.Default = s.expressionBehind(n)
	case tree.DropExpression:
		column.Generated, column.Default = schema.NotGenerated, ""
	case tree.DropIdentity:
		column.Identity = schema.NoIdentity
	}
}

// expressionBehind gives the expression of an action that names a column first.
func (s *Session) expressionBehind(n tree.Node) string {
	for child := range n.Children() {
		if child.Kind() != tree.ColumnName {
			return s.qualifiedText(child)
		}
	}
	return ""
}

func (s *Session) addIdentity(n tree.Node, r *schema.Relation) {
	column := s.columnOf(n, r)
	if column == nil {
		return
	}
	column.Identity = identity(n)
	sequence := s.ownedSequence(r, column.Name, column.Type)
	sequence.Sequence.Identity = true
	s.sequenceOptions(n, sequence)
	s.edit.Put(sequence)
	s.edit.Put(r)
	s.descend(r, func(child *schema.Relation) {
		if own := child.Column(column.Name); own != nil && child.PartitionOf().Name != "" {
			own.Identity = column.Identity
		}
	})
}

// changeIdentity drops or changes the sequence of an identity column.
func (s *Session) changeIdentity(n tree.Node, r *schema.Relation, column *schema.Column) {
	for sequence := range s.Catalog().OwnedSequences(r.QualifiedName()) {
		if sequence.Sequence.OwnedByColumn != column.Name || !sequence.Sequence.Identity {
			continue
		}
		if n.Kind() == tree.DropIdentity {
			s.edit.Drop(sequence)
			return
		}
		copied := altered(sequence)
		s.sequenceOptions(n, copied)
		s.edit.Put(copied)
		for option := range n.Children() {
			if option.Kind() == tree.SequenceOption && option.Has(lex.KwGenerated) {
				column.Identity = identity(option)
			}
		}
		return
	}
}

// retypeIdentity gives the sequence of an identity column the column's new type.
func (s *Session) retypeIdentity(r *schema.Relation, column *schema.Column) {
	for sequence := range s.Catalog().OwnedSequences(r.QualifiedName()) {
		if sequence.Sequence.OwnedByColumn == column.Name && sequence.Sequence.Identity {
			copied := altered(sequence)
			retypeSequence(copied.Sequence, column.Type)
			s.edit.Put(copied)
		}
	}
}

func (s *Session) addConstraint(n tree.Node, r *schema.Relation, only bool) {
	for c := range n.Children() {
		switch c.Kind() {
		case tree.CheckConstraint:
			name := s.addCheck(c, r)
			sortParts(r)
			s.edit.Put(r)
			if made := constraintOf(r, name); made != nil && !made.NoInherit && !only {
				s.descend(r, func(child *schema.Relation) { s.inheritChecks(r, child) })
			}
		case tree.NotNullConstraint:
			s.addNotNull(c, r)
			s.edit.Put(r)
			s.descend(r, func(child *schema.Relation) {
				if own := child.Column(c.Child(tree.ColumnName).Name()); own != nil {
					own.NotNull = true
				}
			})
		case tree.PrimaryKeyConstraint, tree.UniqueConstraint, tree.ExclusionConstraint:
			d := &definition{Relation: r}
			s.tableKey(c, d)
			s.addKeys(d)
			sortParts(r)
			s.edit.Put(r)
			if only {
				return
			}
			s.descend(r, func(child *schema.Relation) {
				for _, own := range r.Columns {
					if column := child.Column(own.Name); column != nil && own.NotNull {
						column.NotNull = true
					}
				}
				if child.PartitionOf() == r.QualifiedName() {
					s.inheritKeys(child)
				}
			})
		case tree.ForeignKeyConstraint:
			s.addForeignKey(c, r)
			sortParts(r)
			s.edit.Put(r)
			s.descend(r, s.inheritKeys)
		}
	}
}

func (s *Session) alterConstraint(n tree.Node, r *schema.Relation) {
	name := n.Child(tree.ConstraintName)
	c := constraintOf(r, name.Name())
	if c == nil {
		for _, column := range r.Columns {
			if notNullName(r, column) == name.Name() {
				return
			}
		}
		s.refuse(name, "constraint %q of relation %q does not exist", name.Name(), r.Name)
		return
	}
	if n.Kind() == tree.ValidateConstraint {
		c.NotValid = false
	}
	for attribute := range n.Children() {
		if attribute.Kind() == tree.ConstraintAttribute {
			constraintAttribute(attribute, c)
		}
	}
}

// notNullName gives the name of a column's NOT NULL constraint (18).
func notNullName(r *schema.Relation, c schema.Column) string {
	switch {
	case !c.NotNull:
		return ""
	case c.Detail != nil && c.Detail.NotNull != "":
		return c.Detail.NotNull
	}
	return r.Name + "_" + c.Name + "_not_null"
}

// attachPartition makes a table a part of a partitioned one.
func (s *Session) attachPartition(n tree.Node, r *schema.Relation) {
	of := s.relation(n, n.Child(tree.RangeVar))
	if of == nil {
		return
	}
	child := altered(of)
	if child.Partition == nil {
		child.Partition = new(schema.Partitioning)
	}
	child.Partition.Of, child.Partition.Bound = r.QualifiedName(), textOf(n.Child(tree.PartitionBoundSpec))
	child.Inherits = []schema.Name{r.QualifiedName()}
	s.inheritFrom(r, child)
	for i := range child.Columns {
		child.Columns[i].Inherited = true
		if own := r.Column(child.Columns[i].Name); own != nil {
			child.Columns[i].Identity = own.Identity
		}
	}
	s.inheritKeys(child)
	sortParts(child)
	s.edit.Put(child)
	s.descend(child, s.inheritKeys)
}

// inheritFrom makes what a table has alike with a parent inherited.
func (s *Session) inheritFrom(parent, child *schema.Relation) {
	for _, column := range parent.Columns {
		if own := child.Column(column.Name); own != nil {
			own.NotNull = own.NotNull || column.NotNull
		}
	}
	partition := child.PartitionOf() == parent.QualifiedName()
	for _, c := range parent.Constraints {
		if own := constraintOf(child, c.Name); own != nil && c.Kind == schema.CheckConstraint && partition {
			own.Inherited = true
		}
	}
}

// addInherit plays INHERIT.
func (s *Session) addInherit(n tree.Node, r *schema.Relation) {
	parent := s.relation(n, n.Child(tree.RangeVar))
	if parent == nil {
		return
	}
	r.Inherits = append(r.Inherits, parent.QualifiedName())
	s.inheritFrom(parent, r)
	s.edit.Put(r)
}

// detach plays DETACH PARTITION of the parent, and NO INHERIT of the child.
func (s *Session) detach(n tree.Node, r *schema.Relation) {
	other := s.relation(n, n.Child(tree.RangeVar))
	if other == nil {
		return
	}
	child, parent := r, other
	if n.Kind() == tree.DetachPartition {
		child, parent = altered(other), r
		if child.Partition.Key == "" {
			child.Partition = nil
		} else {
			child.Partition.Of, child.Partition.Bound = schema.Name{}, ""
		}
		for i := range child.Columns {
			child.Columns[i].Identity = schema.NoIdentity
		}
		for i := range child.Indexes {
			child.Indexes[i].PartitionOf = schema.Name{}
		}
		child.Triggers = slices.DeleteFunc(child.Triggers, func(t schema.Trigger) bool { return t.Inherited })
	}
	child.Inherits = slices.DeleteFunc(child.Inherits, func(name schema.Name) bool { return name == parent.QualifiedName() })
	if len(child.Inherits) == 0 {
		child.Inherits = nil
	}
	s.disinherit(child)
	s.edit.Put(child)
}

// disinherit makes what no parent has any more the relation's own.
func (s *Session) disinherit(r *schema.Relation) {
	inherited := func(has func(*schema.Relation) bool) bool {
		return slices.ContainsFunc(r.Inherits, func(name schema.Name) bool {
			parent := s.find(name)
			return parent != nil && has(parent)
		})
	}
	for i := range r.Columns {
		if own := &r.Columns[i]; own.Inherited {
			own.Inherited = inherited(func(parent *schema.Relation) bool { return parent.Column(own.Name) != nil })
		}
	}
	for i := range r.Constraints {
		if own := &r.Constraints[i]; own.Inherited {
			own.Inherited = inherited(func(parent *schema.Relation) bool { return constraintOf(parent, own.Name) != nil })
		}
	}
}

// alterIndex plays ALTER INDEX … ATTACH PARTITION and what may be said of a table,
// too.
func (s *Session) alterIndex(n, name tree.Node) {
	r, index := s.findIndex(split(name))
	if index == nil {
		s.missing(n, name, "index")
		return
	}
	attached := n.Child(tree.AttachPartition)
	if !attached.Exists() {
		return
	}
	part, inner := s.findIndex(split(attached.Child(tree.IndexName)))
	if inner == nil {
		s.missing(n, attached.Child(tree.IndexName), "index")
		return
	}
	part = altered(part)
	for i := range part.Indexes {
		if part.Indexes[i].Name == inner.Name {
			part.Indexes[i].PartitionOf = schema.Name{Schema: r.Schema, Name: index.Name}
			if own := constraintOf(part, part.Indexes[i].Constraint); own != nil {
				own.Inherited = true
			}
		}
	}
	s.edit.Put(part)
}

// alterStorage plays the actions that change how a table is kept, and which of
// its triggers and rules fire.
func (s *Session) alterStorage(n tree.Node, r *schema.Relation) {
	if n.Child(tree.ColumnName).Exists() {
		return // how a column is kept
	}
	enabled := schema.FiresOnOrigin
	switch {
	case n.Has(lex.KwDisable):
		enabled = schema.FiresNever
	case n.Has(lex.KwAlways):
		enabled = schema.FiresAlways
	case n.Has(lex.KwReplica):
		enabled = schema.FiresOnReplica
	}
	switch {
	case n.Has(lex.KwSecurity) && n.Has(lex.KwForce):
		storageOf(r).ForceRowSecurity = !n.Has(lex.KwNo)
	case n.Has(lex.KwSecurity):
		storageOf(r).RowSecurity = n.Has(lex.KwEnable)
	case n.Has(lex.KwIdentity):
		s.replicaIdentity(n, r)
	case n.Has(lex.KwTrigger):
		name := n.Child(tree.TriggerName).Name()
		for i := range r.Triggers {
			if name == "" || r.Triggers[i].Name == name {
				r.Triggers[i].Enabled = enabled
			}
		}
	case n.Has(lex.KwRule):
		for i := range r.Rules {
			if r.Rules[i].Name == n.Child(tree.RuleName).Name() {
				r.Rules[i].Enabled = enabled
			}
		}
	case n.Has(lex.KwLogged):
		s.setPersistence(r, schema.Permanent)
	case n.Has(lex.KwUnlogged):
		s.setPersistence(r, schema.Unlogged)
	case n.Has(lex.KwReset):
		for option := range n.Children() {
			if option.Kind() == tree.RelOption && r.Storage != nil {
				r.Storage.Options = withoutOption(r.Storage.Options, option.Field(tree.FieldName).Name())
			}
		}
	default:
		s.storage(r, n)
		if r.Foreign != nil {
			for option := range n.Children() {
				if option.Kind() == tree.DefElem {
					r.Foreign.Options = withOption(r.Foreign.Options, option.Field(tree.FieldName).Name(), literalIn(option))
				}
			}
		}
	}
}

// setPersistence plays SET LOGGED and SET UNLOGGED, which the sequences of a table
// follow since PostgreSQL 15.
func (s *Session) setPersistence(r *schema.Relation, p schema.Persistence) {
	r.Persistence = p
	if version := s.Catalog().ServerVersion(); 0 < version && version < 150000 {
		return
	}
	for sequence := range s.Catalog().OwnedSequences(r.QualifiedName()) {
		copied := altered(sequence)
		copied.Persistence = p
		s.edit.Put(copied)
	}
}

func (s *Session) replicaIdentity(n tree.Node, r *schema.Relation) {
	for i := range r.Indexes {
		r.Indexes[i].ReplicaIdentity = r.Indexes[i].Name == n.Child(tree.IndexName).Name()
	}
	switch {
	case n.Child(tree.IndexName).Exists():
		storageOf(r).ReplicaIdentity = schema.ReplicaIndex
	case n.Has(lex.KwNothing):
		storageOf(r).ReplicaIdentity = schema.ReplicaNothing
	case n.Has(lex.KwFull):
		storageOf(r).ReplicaIdentity = schema.ReplicaFull
	default:
		storageOf(r).ReplicaIdentity = schema.ReplicaDefault
	}
}

// role gives the name of a role; CURRENT_USER is who plays.
func (s *Session) role(n tree.Node) string {
	if n.Has(lex.KwCurrentUser) || n.Has(lex.KwCurrentRole) || n.Has(lex.KwSessionUser) {
		return s.Catalog().User()
	}
	return n.Name()
}
