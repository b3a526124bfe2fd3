package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"dagpass/db"
	"dagpass/internal/access"
)

// env is what a command may touch of the process around it. Log lines go to Stdout; what is said
// once to the person at the terminal, links with codes among it, goes to Stderr, so that no log
// collector picks it up.
type env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

// cli is every command with its settings. A flag beats its environment variable, which beats the
// default. docs/configuration.md is held against this struct by a test.
type cli struct {
	Serve       serveCommand       `cmd:"" help:"Run the server."`
	Demo        demoCommand        `cmd:"" help:"Run the server on a throw-away example organization." set:"log_level=warn"`
	Init        initCommand        `cmd:"" help:"Create the first Organization, Workspace and Owner without a browser."`
	User        userCommands       `cmd:"" help:"Act on a user."`
	Ranges      rangesCommands     `cmd:"" name:"address-ranges" help:"Act on the addresses from which an Organization may be used."`
	Audit       auditCommands      `cmd:"" help:"Act on the audit log."`
	Backup      backupCommand      `cmd:"" help:"Copy the database to a file, also while the server runs."`
	Restore     restoreCommand     `cmd:"" help:"Make a backup the database again; the server must be stopped."`
	Healthcheck healthcheckCommand `cmd:"" help:"Ask a running server whether it is ready; for containers."`
	Version     versionCommand     `cmd:"" help:"Print version, commit, Go version and database schema."`
}

// storage says where the data lies.
type storage struct {
	Data    string `default:"./data" env:"DAGPASS_DATA" placeholder:"DIR" help:"Data directory; made with mode 0700 when absent. (${default})"`
	KeyFile string `name:"key-file" env:"DAGPASS_KEY_FILE" placeholder:"FILE" help:"Root key file, made by an earlier start; without it root.key in the data directory."`
}

// address says where the server answers.
type address struct {
	Listen       string `default:"127.0.0.1:8888" env:"DAGPASS_LISTEN" placeholder:"ADDR" help:"Address to listen on; the Astro CLI looks for localhost at this port. (${default})"`
	PublicURL    string `name:"public-url" env:"DAGPASS_PUBLIC_URL" placeholder:"URL" help:"Address that people and programs use; without it http:// and the listen address."`
	InsecureHTTP bool   `name:"insecure-http" env:"DAGPASS_INSECURE_HTTP" help:"Allow a public URL with plain http outside this machine; for trials only."`
}

// networking says where and how the server answers.
type networking struct {
	address
	TrustedProxies []string `name:"trusted-proxies" env:"DAGPASS_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of reverse proxies whose X-Forwarded-For is believed."`
	ExtraHosts     []string `name:"extra-hosts" env:"DAGPASS_EXTRA_HOSTS" placeholder:"HOST" help:"Further names under which the console answers, such as those of a second proxy."`
	HSTS           string   `name:"hsts" default:"subdomains" enum:"subdomains,host,off" env:"DAGPASS_HSTS" placeholder:"REACH" help:"Reach of Strict-Transport-Security with an https public URL: subdomains, host or off. (${default})"`
}

// retention says how long the record is kept.
type retention struct {
	AuditRetentionDays int `name:"audit-retention-days" default:"90" env:"DAGPASS_AUDIT_RETENTION_DAYS" placeholder:"DAYS" help:"Days that audit events are kept; 0 keeps them for ever. (${default})"`
}

// rates say how fast programs may ask.
type rates struct {
	RateGet       float64 `name:"rate-get" default:"25" env:"DAGPASS_RATE_GET" placeholder:"N" help:"GET requests a second of one API token; 20 seconds' worth may come at once, and 0 is no limit. (${default})"`
	RatePost      float64 `name:"rate-post" default:"10" env:"DAGPASS_RATE_POST" placeholder:"N" help:"The same for POST. (${default})"`
	RateDelete    float64 `name:"rate-delete" default:"5" env:"DAGPASS_RATE_DELETE" placeholder:"N" help:"The same for DELETE. (${default})"`
	RateBadBearer float64 `name:"rate-bad-bearer" default:"100" env:"DAGPASS_RATE_BAD_BEARER" placeholder:"N" help:"Credentials that are not accepted, from one address in a minute; 0 is no limit. (${default})"`
}

// logging says what is logged and how.
type logging struct {
	LogLevel  string `name:"log-level" default:"${log_level}" enum:"debug,info,warn,error" env:"DAGPASS_LOG_LEVEL" placeholder:"LEVEL" help:"Least level that is logged: debug, info, warn or error. (${default})"`
	LogFormat string `name:"log-format" default:"auto" enum:"auto,text,json" env:"DAGPASS_LOG_FORMAT" placeholder:"FORMAT" help:"auto, text or json; auto is text on a terminal and json elsewhere. (${default})"`
}

// Exit codes beside 0 and 1.
const (
	exitUsage    = 2
	exitWrongKey = 3 // the root key is not the one of this data
	exitNewer    = 4 // the data was written by a newer version
)

// run is the program as a function: it parses the arguments, runs the command and returns the exit
// code.
func run(ctx context.Context, args []string, e env) int {
	exited := -1
	parser, err := newParser(ctx, e, func(code int) { exited = code })
	if err != nil {
		return fail(e, err)
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	cmd, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err == nil {
		err = unknownVariables(parser)
	}
	if err != nil {
		return fail(e, usageError{err})
	}
	return fail(e, cmd.Run())
}

func newParser(ctx context.Context, e env, exit func(int)) (*kong.Kong, error) {
	return kong.New(&cli{},
		kong.Name("dagpass"),
		kong.Description("Self-hosted access management for Airflow workspaces."),
		kong.Writers(e.Stdout, e.Stderr),
		kong.Exit(exit),
		kong.Bind(e),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Vars{"log_level": "info"},
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
	)
}

// usageError is a command line or setting that can't be used. Its text says what to write instead.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// fail reports an error to whoever started the program and returns the exit code for it.
func fail(e env, err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(e.Stderr, "dagpass: "+printable(explain(err)))
	var usage usageError
	switch {
	case errors.As(err, &usage):
		fmt.Fprintln(e.Stderr, "Run dagpass --help to see what there is.")
		return exitUsage
	case errors.Is(err, db.ErrWrongKey):
		return exitWrongKey
	case errors.Is(err, db.ErrNewerSchema):
		return exitNewer
	}
	return 1
}

// explain returns the sentence for an error. Those of the rules are written for people; where one
// wraps a cause, the cause is what helps at a terminal.
func explain(err error) string {
	ours, ok := errors.AsType[*access.Error](err)
	switch {
	case !ok:
		return err.Error()
	case ours.Err != nil:
		return ours.Message + " (" + ours.Err.Error() + ")"
	}
	return ours.Message
}
