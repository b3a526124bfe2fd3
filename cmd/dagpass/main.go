// Command dagpass is the whole product in one binary: the server, its set-up and its upkeep. This
// package wires the others together and holds no rule of its own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	syscall.Umask(0o077) // whatever is written belongs to this user alone
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go obey(stop)
	os.Exit(run(ctx, os.Args[1:], env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}))
}

// obey stops the program in order at the first signal and at once at the second, which loses nothing
// that was acknowledged.
func obey(stop context.CancelFunc) {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	<-signals
	stop()
	<-signals
	os.Exit(1)
}
