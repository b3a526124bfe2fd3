package access

import (
	"context"

	"dagpass/internal/audit"
)

// EditWorkspace is what can change about a Workspace. Seen is the version the caller was shown, zero
// where no version was shown and the last writer wins.
type EditWorkspace struct {
	Name string
	// Description is needed, also an empty one: nil could mean to keep it or to clear it.
	Description     *string
	CICDEnforcement Switch
	Seen            int
}

// Switch is a setting that is on or off, and nothing else.
type Switch string

// The positions.
const (
	SwitchedOn  Switch = "on"
	SwitchedOff Switch = "off"
)

// SwitchOf is the position of a setting.
func SwitchOf(on bool) Switch {
	if on {
		return SwitchedOn
	}
	return SwitchedOff
}

func (in EditWorkspace) clean() (EditWorkspace, error) {
	var p problems
	in.Name = p.take(CleanName("name", in.Name, MaxWorkspaceName))
	if in.Description == nil {
		p.add(&FieldProblem{"description", "required", "Enter a description; it may be empty."})
	} else {
		clean := p.take(CleanDescription("description", *in.Description))
		in.Description = &clean
	}
	if in.CICDEnforcement != SwitchedOn && in.CICDEnforcement != SwitchedOff {
		p.add(&FieldProblem{"cicd_enforcement", "choice", "Select On or Off."})
	}
	return in, BadInput(p...)
}

// Edit changes name, description and CI/CD enforcement default of a Workspace. Saving what is stored
// already is a success without an event. Errors: Invalid; NotFound, also in another Organization than its own; Forbidden below its Owner; Conflict
// with reason taken for a name in use in the Organization, or changed_meanwhile.
func (s *Workspaces) Edit(ctx context.Context, by Actor, at Scope, in EditWorkspace) (Workspace, error) {
	var ws Workspace
	err := Change(ctx, s.store, by, Act{Do: SettingsUpdate, As: audit.WorkspaceUpdate}, inScope(at), func(c *Changing, tx Tx) (err error) {
		if ws, err = tx.Workspace(c.At); err != nil {
			return err
		}
		in, err := in.clean()
		if err != nil {
			return err
		}
		if in.Seen != 0 && in.Seen != ws.Version {
			return stale(ws.Name, ws.UpdatedBy, ws.UpdatedAt)
		}
		changes := ws.diff(in)
		if len(changes) == 0 {
			c.Unchanged()
			return nil
		}
		ws.Name, ws.Description, ws.CICDEnforcement = in.Name, *in.Description, in.CICDEnforcement == SwitchedOn
		ws.UpdatedAt, ws.UpdatedBy = c.Now, by.Person()
		ws.Version++
		c.Record(audit.WorkspaceUpdate, ws.target(), changes...)
		return tx.UpdateWorkspace(ws)
	})
	return ws, err
}

func (w Workspace) diff(in EditWorkspace) []audit.Change {
	var out []audit.Change
	add := func(field, before, after string) {
		if before != after {
			out = append(out, audit.Change{Field: field, Before: before, After: after})
		}
	}
	add("name", w.Name, in.Name)
	add("description", w.Description, *in.Description)
	add("cicd_enforcement_default", string(SwitchOf(w.CICDEnforcement)), string(in.CICDEnforcement))
	return out
}
