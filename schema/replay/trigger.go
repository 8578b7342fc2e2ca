package replay

import (
	"slices"

	"github.com/tusk-lsp/tusk-lsp/schema"
	"github.com/tusk-lsp/tusk-lsp/sql/lex"
	"github.com/tusk-lsp/tusk-lsp/sql/tree"
)

func (s *Session) createTrigger(n tree.Node) {
	of := n.Child(tree.RangeVar)
	r := s.relation(n, of)
	if r == nil {
		return
	}
	t := schema.Trigger{Name: n.Field(tree.FieldNew).Name(), Function: s.functionName(n.Child(tree.FunctionName)), Timing: schema.After}
	t.Definition = s.qualifiedText(n, replacement{n.Child(tree.FunctionName), quoted(t.Function)})
	switch {
	case n.Has(lex.KwBefore):
		t.Timing = schema.Before
	case n.Has(lex.KwInstead):
		t.Timing = schema.InsteadOf
	}
	for event := range n.Children() {
		if event.Kind() != tree.TriggerEvent {
			continue
		}
		t.Events |= events(event)
		t.Columns = append(t.Columns, columnNames(event)...)
	}
	t.Row = n.Has(lex.KwRow)
	t.Constraint = n.Has(lex.KwConstraint)
	t.When = s.qualifiedText(n.Field(tree.FieldWhen))
	at := slices.IndexFunc(r.Triggers, func(other schema.Trigger) bool { return other.Name == t.Name })
	if at >= 0 && !n.Has(lex.KwReplace) && r.Origin != nil {
		s.refuse(n.Field(tree.FieldNew), "trigger %q for relation %q already exists", t.Name, r.Name)
		return
	}
	r = altered(r)
	if at >= 0 {
		r.Triggers[at] = t
	} else {
		r.Triggers = append(r.Triggers, t)
	}
	if t.Constraint {
		c := schema.Constraint{Name: t.Name, Kind: schema.ConstraintTrigger, Columns: []string{}}
		readAttributes(n, &c)
		r.Constraints = append(r.Constraints, c)
	}
	sortParts(r)
	s.edit.Put(r)
	if r.Kind == schema.PartitionedTable && t.Row {
		s.descend(r, s.inheritKeys)
	}
}

// events reads which statements a trigger, rule or policy is for.
func events(n tree.Node) schema.Events {
	var e schema.Events
	for keyword, event := range map[lex.Keyword]schema.Events{
		lex.KwInsert: schema.OnInsert, lex.KwUpdate: schema.OnUpdate, lex.KwDelete: schema.OnDelete,
		lex.KwTruncate: schema.OnTruncate, lex.KwSelect: schema.OnSelect,
	} {
		if n.Has(keyword) {
			e |= event
		}
	}
	return e
}

func (s *Session) createPolicy(n tree.Node) {
	r := s.relation(n, n.Child(tree.RangeVar))
	if r == nil {
		return
	}
	p := schema.Policy{Name: n.Field(tree.FieldNew).Name(), For: events(n)}
	if p.For == 0 {
		p.For = schema.AllEvents
	}
	for t := range n.Own() {
		p.Restrictive = p.Restrictive || t.Name() && lex.Identifier(t.Text(n.Tree().Source())) == "restrictive"
	}
	s.policyTerms(n, &p)
	if slices.ContainsFunc(r.Policies, func(other schema.Policy) bool { return other.Name == p.Name }) {
		s.refuse(n.Field(tree.FieldNew), "policy %q for table %q already exists", p.Name, r.Name)
		return
	}
	r = altered(r)
	r.Policies = append(r.Policies, p)
	sortParts(r)
	s.edit.Put(r)
}

func (s *Session) alterPolicy(n tree.Node) {
	r := s.relation(n, n.Child(tree.RangeVar))
	if r == nil {
		return
	}
	r = altered(r)
	for i := range r.Policies {
		if r.Policies[i].Name == n.Child(tree.PolicyName).Name() {
			s.policyTerms(n, &r.Policies[i])
			s.edit.Put(r)
			return
		}
	}
	s.refuse(n.Child(tree.PolicyName), "policy %q for table %q does not exist", n.Child(tree.PolicyName).Name(), r.Name)
}

func (s *Session) policyTerms(n tree.Node, p *schema.Policy) {
	if n.Field(tree.FieldTo).Exists() {
		p.Roles = nil
		for role := range n.Fields(tree.FieldTo) {
			if name := s.role(role); name != "public" {
				p.Roles = append(p.Roles, name)
			}
		}
	}
	if using := n.Field(tree.FieldUsing); using.Exists() {
		p.Using = s.qualifiedText(using)
	}
	if check := n.Field(tree.FieldCheck); check.Exists() {
		p.WithCheck = s.qualifiedText(check)
	}
}

func (s *Session) createRule(n tree.Node) {
	r := s.relation(n, n.Child(tree.RangeVar))
	if r == nil {
		return
	}
	rule := schema.Rule{Name: n.Field(tree.FieldNew).Name(), On: events(n), Instead: n.Has(lex.KwInstead), Definition: s.qualifiedText(n)}
	if rule.On == schema.OnSelect {
		return // it makes the relation a view, in the dumps of old
	}
	at := slices.IndexFunc(r.Rules, func(other schema.Rule) bool { return other.Name == rule.Name })
	if at >= 0 && !n.Has(lex.KwReplace) && r.Origin != nil {
		s.refuse(n.Field(tree.FieldNew), "rule %q for relation %q already exists", rule.Name, r.Name)
		return
	}
	r = altered(r)
	if at >= 0 {
		r.Rules[at] = rule
	} else {
		r.Rules = append(r.Rules, rule)
	}
	sortParts(r)
	s.edit.Put(r)
}
