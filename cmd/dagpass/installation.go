package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/metrics"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// Names in the data directory; db has its own.
const (
	keyName      = "root.key"
	databaseName = "dagpass.db"
)

// opening is how a command opens the data directory.
type opening struct {
	log *slog.Logger
	now func() time.Time
	// server keeps other servers out. Commands that run once beside a server leave it out.
	server bool
	// create makes the directory, the root key and the database when they are absent.
	create bool
	// counters are told how writing goes; nil for none.
	counters *metrics.Metrics
}

// open opens the data directory.
func (s storage) open(ctx context.Context, o opening) (*db.DB, error) {
	if s.Data == "" {
		return nil, usagef("--data is empty: name a directory")
	}
	if !o.create && !s.exists() {
		return nil, fmt.Errorf("there is no database in %s: name the server's data directory with --data", s.Data)
	}
	root, err := s.root(o.log)
	if err != nil {
		return nil, err
	}
	cfg := db.Config{Dir: s.Data, Root: root, Now: o.now, Log: o.log, Exclusive: o.server}
	if o.counters != nil {
		cfg.Observer = o.counters
	}
	d, err := db.Open(ctx, cfg)
	if errors.Is(err, db.ErrInUse) {
		return nil, fmt.Errorf("%w: stop it first, or choose another directory with --data", err)
	}
	return d, err
}

func (s storage) exists() bool {
	_, err := os.Stat(filepath.Join(s.Data, databaseName))
	return err == nil
}

// root reads the root key, or makes it before the first start. It never makes one for data that has
// been made with another: that key has to be found again.
func (s storage) root(log *slog.Logger) (secret.Root, error) {
	if s.KeyFile != "" {
		root, err := secret.ReadRoot(s.KeyFile, false)
		if errors.Is(err, fs.ErrNotExist) {
			return root, fmt.Errorf("%w: start once without --key-file, then move %s there", err, filepath.Join(s.Data, keyName))
		}
		if root.GroupReadable() {
			log.Warn("the root key file can be read by its group", "file", s.KeyFile)
		}
		return root, err
	}
	path := filepath.Join(s.Data, keyName)
	root, err := secret.ReadRoot(path, true)
	switch {
	case !errors.Is(err, fs.ErrNotExist):
		return root, err
	case s.exists():
		return root, fmt.Errorf("%w: %s is missing; put it back, or name it with --key-file", db.ErrWrongKey, path)
	}
	if err := s.prepare(); err != nil {
		return root, err
	}
	if root, err = secret.CreateRoot(path); errors.Is(err, fs.ErrExist) {
		return secret.ReadRoot(path, true) // another start was first
	}
	return root, err
}

// prepare makes the data directory. A key is not written where others could read it.
func (s storage) prepare() error {
	if err := os.MkdirAll(s.Data, 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	info, err := os.Stat(s.Data)
	if err != nil {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%w: others may enter %s (mode %04o); run: chmod 700 %[2]s", db.ErrUnsafe, s.Data, mode)
	}
	return nil
}

// services is everything that holds a rule, over one database.
type services struct {
	db          *db.DB
	orgs        *access.Orgs
	workspaces  *access.Workspaces
	members     *access.Members
	teams       *access.Teams
	ranges      *access.Ranges
	roles       *access.Roles
	auditLog    *access.AuditLog
	tokens      *access.Tokens
	sessions    *signin.Sessions
	login       *signin.Login
	accounts    *signin.Accounts
	setup       *signin.Setup
	invitations *signin.Invitations
	programs    *signin.Programs
}

// keys makes token values and recognises them.
type keys struct {
	*secret.Signer
	*secret.Keyring
}

// newServices builds the services. The public URL is the issuer of the token values they make.
func newServices(ctx context.Context, d *db.DB, publicURL string, hasher signin.Hasher) (*services, error) {
	signing, err := d.SigningKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("signing key: %w", err)
	}
	rules, people, ring := d.Access(), d.SignIn(), d.Keyring()
	return &services{
		db:          d,
		orgs:        access.NewOrgs(rules),
		workspaces:  access.NewWorkspaces(rules),
		members:     access.NewMembers(rules),
		teams:       access.NewTeams(rules),
		ranges:      access.NewRanges(rules),
		roles:       access.NewRoles(rules),
		auditLog:    access.NewAuditLog(rules),
		tokens:      access.NewTokens(rules, keys{secret.NewSigner(signing, publicURL, publicURL), ring}),
		sessions:    signin.NewSessions(people),
		login:       signin.NewLogin(people, hasher, ring),
		accounts:    signin.NewAccounts(people, hasher, ring),
		setup:       signin.NewSetup(people, hasher),
		invitations: signin.NewInvitations(people, hasher),
		programs:    signin.NewPrograms(people),
	}, nil
}

// newHasher bounds what passwords take at once to two a processor, of 19 MiB each.
func newHasher() *secret.Hasher { return secret.NewHasher(2 * runtime.NumCPU()) }

// system is the program itself, acting for whoever holds the data directory.
func system() access.Actor { return access.System(access.Origin{}) }

// signIn signs a person in by password and returns them as an actor. The session is theirs to end.
func (s *services) signIn(ctx context.Context, email, password string, o access.Origin) (access.Actor, error) {
	opened, err := s.login.SignIn(ctx, signin.Credentials{Email: email, Password: password}, o)
	if err != nil {
		return access.Actor{}, err
	}
	session, err := s.sessions.Load(ctx, opened.Session)
	return session.Actor(o), err
}
