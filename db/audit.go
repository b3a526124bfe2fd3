package db

import (
	"strconv"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

const (
	auditColumns = `chain, seq, at, actor_kind, actor_id, actor_name, action, outcome, target_kind, target_id, target_name,
	organization_id, workspace_id, ip, user_agent, request_id, reason, details, key_epoch, prev_hash, hash,
	client_type, method, path, actor_email, astro_client, astro_client_version`

	sqlInsertEvent = `
INSERT INTO audit (` + auditColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
	$26, $27)`

	sqlLastEvent = `SELECT seq, hash FROM audit WHERE chain = $1 ORDER BY seq DESC LIMIT 1`

	sqlRecentDenials = `
SELECT count(*) FROM (SELECT 1 FROM audit
	WHERE outcome = 'denied' AND actor_kind = $1 AND actor_id = $2 AND at > $3 LIMIT $4) found`

	sqlSuppress     = `INSERT INTO audit_suppressed (actor, count) VALUES ($1, 1) ON CONFLICT (actor) DO UPDATE SET count = audit_suppressed.count + 1`
	sqlSuppressed   = `SELECT COALESCE((SELECT count FROM audit_suppressed WHERE actor = $1), 0)`
	sqlUnsuppress   = `DELETE FROM audit_suppressed WHERE actor = $1`
	sqlEndedUseSeen = `
SELECT count(*) FROM (SELECT 1 FROM audit
	WHERE action = 'token.used_after_end' AND target_id = $1 AND ip = $2 AND at >= $3 LIMIT 1) found`
)

// keyEpoch counts the audit keys of an installation; changing the root key starts the next.
const keyEpoch = 1

// Append implements [access.GateTx].
func (tx *Tx) Append(e audit.Event) error {
	tx.revokes = tx.revokes || revokes(e)
	e.Chain, e.KeyEpoch = chainOf(e.OrganizationID), keyEpoch
	head, err := tx.auditHead(e.Chain, e.OrganizationID)
	if err != nil {
		return err
	}
	e.Seq = head.Seq + 1
	e = audit.Seal(tx.db.keyring.AuditMAC, head.Hash, e)
	return tx.put(sqlInsertEvent, e.Chain, e.Seq, millis(e.At), string(e.ActorKind), e.ActorID, e.ActorName,
		string(e.Action), string(e.Outcome), string(e.TargetKind), e.TargetID, e.TargetName,
		e.OrganizationID, e.WorkspaceID, e.IP, e.UserAgent, e.RequestID, e.Reason,
		audit.EncodeDetails(e.Details), e.KeyEpoch, e.PrevHash, e.Hash,
		string(e.ClientType), e.Method, e.Path, e.ActorEmail, e.AstroClient, e.AstroClientVersion)
}

func chainOf(org string) string {
	if org == "" {
		return audit.InstallationChain
	}
	return org
}

// auditHead returns the last event of a chain, or where it starts.
func (tx *Tx) auditHead(chain, org string) (audit.Head, error) {
	head := audit.Head{Chain: chain}
	err := tx.row(sqlLastEvent, []any{chain}, &head.Seq, &head.Hash)
	if access.CodeOf(err) != access.NotFound {
		return head, err
	}
	from, err := tx.auditStart(chain, org)
	return from, err
}

const (
	// deniedLimit is how many refusals of one actor are recorded in deniedWindow.
	deniedLimit  = 10
	deniedWindow = time.Minute
)

// AppendDenied implements [access.GateTx]. Everyone who has not proved who they are counts as one
// actor.
func (tx *Tx) AppendDenied(e audit.Event) error {
	actor := string(e.ActorKind) + " " + e.ActorID
	recent, err := tx.count(sqlRecentDenials, string(e.ActorKind), e.ActorID, tx.now.Add(-deniedWindow).UnixMilli(), deniedLimit)
	if err != nil {
		return err
	}
	if recent >= deniedLimit {
		return tx.put(sqlSuppress, actor)
	}
	suppressed, err := tx.count(sqlSuppressed, actor)
	if err != nil {
		return err
	}
	if suppressed > 0 {
		if err := tx.put(sqlUnsuppress, actor); err != nil {
			return err
		}
		e.Details = append(e.Details, audit.Change{Field: "suppressed", After: strconv.Itoa(suppressed)})
	}
	return tx.Append(e)
}

// EndedUseSeen implements [access.VerifyTx].
func (tx *Tx) EndedUseSeen(id access.TokenID, address string, since time.Time) (bool, error) {
	n, err := tx.count(sqlEndedUseSeen, string(id), address, since.UnixMilli())
	return n > 0, err
}
