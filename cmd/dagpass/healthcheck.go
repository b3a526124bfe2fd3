package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// healthcheckCommand takes the listen address alone, so that the command of a container needs no
// setting twice.
type healthcheckCommand struct {
	Listen string `default:"127.0.0.1:8888" env:"DAGPASS_LISTEN" placeholder:"ADDR" help:"Listen address of the server. (${default})"`
}

// healthTimeout is less than what a container engine gives a check by default.
const healthTimeout = 5 * time.Second

// Run asks /readyz and fails unless the answer is that the server can do its work.
func (c *healthcheckCommand) Run(ctx context.Context) error {
	if _, err := checkListen("listen", c.Listen); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+reachable(c.Listen)+"/readyz", nil)
	if err != nil {
		return err
	}
	// A proxy from the environment is for the outside; the server is on this machine.
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("the server at %s is not ready: %s", c.Listen, response.Status)
	}
	return nil
}

// reachable is an address at which a server that listens everywhere answers.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && ip == netip.IPv4Unspecified():
		host = "127.0.0.1"
	case err == nil && ip == netip.IPv6Unspecified():
		host = "::1"
	}
	return net.JoinHostPort(host, port)
}
