package api

import (
	"time"

	"dagpass/internal/access"
)

// timestamp is an instant on the wire: RFC 3339, UTC, always with milliseconds, as it is stored.
// Terraform compares times it was given at creation with later ones, so there is one precision.
type timestamp string

// stamp returns t for the wire; the zero time is "", which is left out.
func stamp(t time.Time) timestamp {
	if t.IsZero() {
		return ""
	}
	return timestamp(t.UTC().Format("2006-01-02T15:04:05.000Z"))
}

// Words of the wire that never vary here.
const (
	standardKind = "STANDARD"
	hosted       = "HOSTED" // the CLI panics without a product and takes other paths with the other one
	active       = "ACTIVE"
	supportPlan  = "BASIC" // required and non-empty under v1beta1; Dagpass sells none
)

// Words for a level on the wire, as token scope and as entity type.
const (
	organizationType = "ORGANIZATION"
	workspaceType    = "WORKSPACE"
)

func levelType(l access.Level) string {
	if l == access.WorkspaceLevel {
		return workspaceType
	}
	return organizationType
}

// profile is BasicSubjectProfile: who made or changed something.
type profile struct {
	ID           string `json:"id"`
	SubjectType  string `json:"subjectType,omitzero"`
	Username     string `json:"username,omitzero"`
	FullName     string `json:"fullName,omitzero"`
	AvatarURL    string `json:"avatarUrl,omitzero"`
	APITokenName string `json:"apiTokenName,omitzero"`
}

// organization holds the required members of both families. supportPlan is of v1beta1; productPlans
// and the three members about ranges and AI features are of v1.
type organization struct {
	ID                            access.OrgID `json:"id"`
	Name                          string       `json:"name"`
	Product                       string       `json:"product"`
	Status                        string       `json:"status"`
	SupportPlan                   string       `json:"supportPlan"`
	ProductPlans                  []struct{}   `json:"productPlans"`
	IsScimEnabled                 bool         `json:"isScimEnabled"`
	AllowEnhancedSupportAccess    bool         `json:"allowEnhancedSupportAccess"`
	ShouldEnforceDedicatedCluster bool         `json:"shouldEnforceDedicatedClusters"`
	HasAllowedIPAddressRanges     bool         `json:"hasAllowedIpAddressRanges"`
	IsBlockedEnableAIFeatures     bool         `json:"isBlockedEnableAiFeatures"`
	CreatedAt                     timestamp    `json:"createdAt"`
	CreatedBy                     profile      `json:"createdBy"`
	UpdatedAt                     timestamp    `json:"updatedAt"`
	UpdatedBy                     profile      `json:"updatedBy"`
}

type organizationPage struct {
	Organizations []organization `json:"organizations"`
	envelope
}

type workspace struct {
	ID                  access.WorkspaceID `json:"id"`
	Name                string             `json:"name"`
	Description         string             `json:"description,omitzero"`
	OrganizationID      access.OrgID       `json:"organizationId"`
	CICDEnforcedDefault bool               `json:"cicdEnforcedDefault"`
	CreatedAt           timestamp          `json:"createdAt"`
	CreatedBy           profile            `json:"createdBy"`
	UpdatedAt           timestamp          `json:"updatedAt"`
	UpdatedBy           profile            `json:"updatedBy"`
}

type workspacePage struct {
	Workspaces []workspace `json:"workspaces"`
	envelope
}

// apiToken carries the level of its home under the names of both families, scope and type.
type apiToken struct {
	ID                 access.TokenID `json:"id"`
	Name               string         `json:"name"`
	Description        string         `json:"description"`
	Scope              string         `json:"scope"`
	Type               string         `json:"type"`
	Kind               string         `json:"kind"`
	ShortToken         string         `json:"shortToken"`
	Roles              []tokenRole    `json:"roles,omitempty"`
	ExpiryPeriodInDays access.Expiry  `json:"expiryPeriodInDays,omitzero"`
	StartAt            timestamp      `json:"startAt"`
	EndAt              timestamp      `json:"endAt,omitzero"`
	LastRotatedAt      timestamp      `json:"lastRotatedAt,omitzero"`
	LastUsedAt         timestamp      `json:"lastUsedAt,omitzero"`
	CreatedAt          timestamp      `json:"createdAt"`
	CreatedBy          profile        `json:"createdBy"`
	UpdatedAt          timestamp      `json:"updatedAt"`
	UpdatedBy          profile        `json:"updatedBy"`
}

type tokenRole struct {
	EntityType string `json:"entityType"`
	EntityID   string `json:"entityId"`
	Role       string `json:"role"` // the constant of a built-in role, or the name of a custom one
	// DeploymentID comes with roles on a Dag, of which there are none yet; it is only read.
	DeploymentID string `json:"deploymentId,omitzero"`
}

type tokenPage struct {
	Tokens []apiToken `json:"tokens"`
	envelope
}

// shaper makes wire objects of domain records.
type shaper struct{ avatarURL string }

func (s shaper) profile(p access.Person) profile {
	switch p.Kind {
	case access.UserActor:
		return profile{ID: p.ID, SubjectType: "USER", Username: p.Email, FullName: p.Name, AvatarURL: s.avatarURL}
	case access.TokenActor:
		return profile{ID: p.ID, SubjectType: "SERVICEKEY", APITokenName: p.Name}
	}
	return profile{ID: p.ID, FullName: p.Name} // the program itself is of neither type
}

func (s shaper) organization(o access.Org) organization {
	return organization{
		ID: o.ID, Name: o.Name, Product: hosted, Status: active,
		SupportPlan: supportPlan, ProductPlans: []struct{}{},
		HasAllowedIPAddressRanges: o.Restricted,
		IsBlockedEnableAIFeatures: true, // there are none to enable
		CreatedAt:                 stamp(o.CreatedAt), CreatedBy: s.profile(o.CreatedBy),
		UpdatedAt: stamp(o.UpdatedAt), UpdatedBy: s.profile(o.UpdatedBy),
	}
}

func (s shaper) organizationPage(p page[access.Org]) organizationPage {
	return organizationPage{shapeAll(p.rows, s.organization), p.envelope(p.total)}
}

func (s shaper) workspace(w access.Workspace) workspace {
	return workspace{
		ID: w.ID, Name: w.Name, Description: w.Description, OrganizationID: w.Org,
		CICDEnforcedDefault: w.CICDEnforcement,
		CreatedAt:           stamp(w.CreatedAt), CreatedBy: s.profile(w.CreatedBy),
		UpdatedAt: stamp(w.UpdatedAt), UpdatedBy: s.profile(w.UpdatedBy),
	}
}

func (s shaper) workspacePage(p page[access.Workspace]) workspacePage {
	return workspacePage{shapeAll(p.rows, s.workspace), p.envelope(p.total)}
}

func (s shaper) token(d access.Detail) apiToken {
	scope := levelType(d.Home.Level())
	return apiToken{
		ID: d.ID, Name: d.Name, Description: d.Description,
		Scope: scope, Type: scope, Kind: standardKind, ShortToken: d.Hint,
		Roles:              shapeAll(d.Roles, shapeTokenRole),
		ExpiryPeriodInDays: d.Expiry,
		StartAt:            stamp(d.StartAt), EndAt: stamp(d.EndAt),
		LastRotatedAt: stamp(d.LastRotatedAt), LastUsedAt: stamp(d.LastUsed.At),
		CreatedAt: stamp(d.CreatedAt), CreatedBy: s.profile(d.CreatedBy),
		UpdatedAt: stamp(d.UpdatedAt), UpdatedBy: s.profile(d.UpdatedBy),
	}
}

func (s shaper) tokenPage(p page[access.Detail]) tokenPage {
	return tokenPage{shapeAll(p.rows, s.token), p.envelope(p.total)}
}

func shapeTokenRole(r access.TokenRole) tokenRole {
	return tokenRole{EntityType: levelType(r.At.Level()), EntityID: r.At.Entity(), Role: r.Wire()}
}

// shapeAll shapes a list; an empty one is [] and never null.
func shapeAll[T, W any](all []T, shape func(T) W) []W {
	out := make([]W, 0, len(all))
	for _, one := range all {
		out = append(out, shape(one))
	}
	return out
}
