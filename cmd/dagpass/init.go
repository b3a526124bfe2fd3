package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/secret"
)

type initCommand struct {
	storage
	address
	Organization      string `required:"" placeholder:"NAME" help:"Name of the Organization."`
	Workspace         string `required:"" placeholder:"NAME" help:"Name of its first Workspace."`
	OwnerName         string `required:"" name:"owner-name" placeholder:"NAME" help:"Full name of its Owner."`
	OwnerEmail        string `required:"" name:"owner-email" placeholder:"ADDR" help:"E-mail the Owner signs in with."`
	OwnerPasswordFile string `required:"" name:"owner-password-file" placeholder:"FILE" help:"File with the Owner's password, - for standard input. One line end at its end is not part of it."`
	OwnerToken        string `name:"owner-token" placeholder:"NAME" help:"Also create an Organization API token of this name, with the role Organization Owner, for 90 days."`
	JSON              bool   `name:"json" help:"Print the result as one JSON object."`
}

// ownerTokenDays is the console's default for a new token.
const ownerTokenDays access.Expiry = 90

// created is what init prints.
type created struct {
	OrganizationID string `json:"organizationId"`
	WorkspaceID    string `json:"workspaceId"`
	OwnerID        string `json:"ownerId"`
	Token          string `json:"token,omitempty"`
}

// Run creates what the set-up page creates, for whoever holds the data directory.
func (c *initCommand) Run(ctx context.Context, e env) error {
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkToken(); err != nil {
		return err
	}
	password, err := readPassword(c.OwnerPasswordFile, e.Stdin)
	if err != nil {
		return err
	}
	d, err := c.open(ctx, opening{log: quiet(), now: time.Now, create: true})
	if err != nil {
		return err
	}
	made, err := c.create(ctx, d, password)
	err = errors.Join(err, d.Close())
	if made.OrganizationID != "" { // said also when a later step failed: it can't be made again
		err = errors.Join(err, c.print(e.Stdout, made))
	}
	return c.explain(err)
}

// checkToken refuses a token name before anything is made: what init makes can't be made again.
func (c *initCommand) checkToken() error {
	if c.OwnerToken == "" {
		return nil
	}
	if _, problem := access.CleanName("name", c.OwnerToken, access.MaxTokenName); problem != nil {
		return usagef("--owner-token: %s", problem.Message)
	}
	return nil
}

// passwordLimit is more than any password may have, and keeps a wrong path from filling memory.
const passwordLimit = 4096

func readPassword(file string, stdin io.Reader) (string, error) {
	in := stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("--owner-password-file: %w", err)
		}
		defer f.Close()
		in = f
	}
	text, err := readLimited(in, passwordLimit)
	if err != nil {
		return "", fmt.Errorf("--owner-password-file: %w", err)
	}
	return withoutLineEnd(text), nil
}

// readLimited reads at most limit bytes.
func readLimited(in io.Reader, limit int64) (string, error) {
	text, err := io.ReadAll(io.LimitReader(in, limit))
	return string(text), err
}

// withoutLineEnd is a text without one line end at its end, which editors add to files.
func withoutLineEnd(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
}

func (c *initCommand) create(ctx context.Context, d *db.DB, password string) (made created, err error) {
	s, err := newServices(ctx, d, c.publicURL(c.Listen), newHasher())
	if err != nil {
		return made, err
	}
	founded, err := s.setup.CompleteHeadless(ctx, access.NewOrg{Name: c.Organization, Workspace: c.Workspace,
		OwnerName: c.OwnerName, OwnerMail: c.OwnerEmail}, password)
	if err != nil {
		return made, err
	}
	made = created{OrganizationID: string(founded.Org.ID), WorkspaceID: string(founded.Workspace.ID), OwnerID: string(founded.Owner.ID)}
	if c.OwnerToken == "" {
		return made, nil
	}
	value, err := c.createToken(ctx, s, founded, password)
	made.Token = value.Reveal()
	return made, err
}

// createToken makes the token as the Owner, so that the record says whose it is.
func (c *initCommand) createToken(ctx context.Context, s *services, f access.Founded, password string) (secret.Value, error) {
	owner, err := s.signIn(ctx, f.Owner.Email, password, access.Origin{Client: "dagpass init"})
	if err != nil {
		return secret.Value{}, err
	}
	_, value, err := s.tokens.Create(ctx, owner, f.Org.Scope(), access.NewToken{
		Name: c.OwnerToken, Role: access.OrgOwner, Expiry: ownerTokenDays, Description: "Made by dagpass init."})
	return value, errors.Join(err, s.sessions.SignOut(ctx, owner))
}

// explain names the flag of each refused field.
func (c *initCommand) explain(err error) error {
	refused, ok := errors.AsType[*access.Error](err)
	if !ok || len(refused.Fields) == 0 {
		return err
	}
	flags := map[string]string{"organization": "--organization", "workspace": "--workspace", "name": "--owner-name",
		"email": "--owner-email", "password": "--owner-password-file"}
	var lines []string
	for _, problem := range refused.Fields {
		lines = append(lines, flags[problem.Field]+": "+problem.Message)
	}
	return usageError{errors.New(strings.Join(lines, "\n"))}
}

func (c *initCommand) print(out io.Writer, made created) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(made)
	}
	_, err := fmt.Fprintf(out, "Organization %s\nWorkspace    %s\nOwner        %s\n", made.OrganizationID, made.WorkspaceID, made.OwnerID)
	if err == nil && made.Token != "" {
		_, err = fmt.Fprintf(out, "API token    %s\nThe value can't be shown again. It ends in %d days.\n", made.Token, ownerTokenDays)
	}
	return err
}
