package main

import (
	"cmp"
	"fmt"
	"runtime"
	"runtime/debug"

	"dagpass/db"
)

// version is set by the linker for a release: -X main.version=v1.2.3.
var version string

type versionCommand struct{}

// Run prints what is needed to report a problem.
func (versionCommand) Run(e env) error {
	schema, err := db.SchemaVersion()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, "dagpass %s\ncommit %s\n%s %s/%s\nschema %d\n",
		release(), commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, schema)
	return err
}

func release() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return cmp.Or(version, "unknown")
	}
	return cmp.Or(version, info.Main.Version, "unknown")
}

// commit is the revision the program was built from, with a mark when the tree had changes.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	revision := cmp.Or(settings["vcs.revision"], "unknown")
	if settings["vcs.modified"] == "true" {
		revision += " (modified)"
	}
	return revision
}
