package views

import "strconv"

// auditURL is the audit log of a Workspace or an Organization.
func (l Level) auditURL() string {
	if l.inWorkspace() {
		return WorkspaceAuditURL(l.Workspace.ID)
	}
	return OrganizationAuditURL(l.Organization.ID)
}

func (l Level) auditSection() section {
	if l.inWorkspace() {
		return sectionWorkspaceAudit
	}
	return sectionOrganizationAudit
}

// auditEventURL is one event of a log, by its number.
func (l Level) auditEventURL(seq int64) string {
	if l.inWorkspace() {
		return WorkspaceAuditEventURL(l.Workspace.ID, seq)
	}
	return OrganizationAuditEventURL(l.Organization.ID, seq)
}

// WorkspaceAuditEventURL is one event of a Workspace's audit log.
func WorkspaceAuditEventURL(ws string, seq int64) string {
	return path("w", ws, "audit", strconv.FormatInt(seq, 10))
}

// OrganizationAuditEventURL is one event of an Organization's audit log.
func OrganizationAuditEventURL(org string, seq int64) string {
	return path("o", org, "audit", strconv.FormatInt(seq, 10))
}

// AuditExportURL takes events away (POST).
func AuditExportURL(org string) string { return path("o", org, "audit", "export") }

// AuditCountURL says how many events an export would hold, as a fragment.
func AuditCountURL(org string) string { return path("o", org, "audit", "count") }
