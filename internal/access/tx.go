package access

// Tx is what the services of this package see of a transaction. Each part is declared beside its
// noun with what it guarantees.
type Tx interface {
	GateTx
	OrgTx
	SelfTx
	WorkspaceTx
	DeletionTx
	MemberTx
	MemberListTx
	PeopleTx
	LeaveTx
	TeamTx
	TeamListTx
	TokenTx
	TokenListTx
	RoleTx
	MatrixTx
	VerifyTx
	AuditTx
	RangeTx
}

// problems collects what is wrong with an input, field by field.
type problems []FieldProblem

func (p *problems) take(value string, problem *FieldProblem) string {
	p.add(problem)
	return value
}

func (p *problems) add(problem *FieldProblem) {
	if problem != nil {
		*p = append(*p, *problem)
	}
}
