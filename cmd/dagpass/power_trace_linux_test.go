package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tracing runs a program under strace, which writes down every call that changes a file or answers a client.
// Texts are written in full and as hexadecimal digits, so that no character of theirs is one of the form.
func tracing(t *testing.T, file string) []string {
	t.Helper()
	if _, err := exec.LookPath("strace"); err != nil {
		t.Fatal("strace is needed to see what reaches the disk: run make tools, or on Debian apt-get install strace")
	}
	return []string{"strace", "--seccomp-bpf", "-f", "-y", "-xx", "-s", "1048576", "-o", file,
		"-e", "trace=pwrite64,write,fsync,fdatasync,ftruncate,open,openat,unlink,unlinkat,rename,renameat,renameat2"}
}

// call is a system call of the trace that succeeded.
type call struct {
	name         string
	path         string // of the file it is about
	data         []byte
	at           int64 // offset of data, or the size of a truncation
	creates      bool
	began, ended int // lines of the trace
}

// readTrace reads the calls of a trace, in the order in which they ended. Lines are counted from first on; it
// returns the next one.
func readTrace(t *testing.T, file string, first int) (calls []call, next int) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 8<<20)
	unfinished := map[string]call{} // by thread
	for next = first; lines.Scan(); next++ {
		thread, text, _ := strings.Cut(lines.Text(), " ")
		c, done, err := readCall(strings.TrimLeft(text, " "), next, unfinished[thread])
		if err != nil {
			t.Fatalf("line %d of the trace: %v\n%.300s", next, err, text)
		}
		unfinished[thread] = c
		if done {
			delete(unfinished, thread)
			c.ended = next
			calls = append(calls, c)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return calls, next
}

// The forms of a line: a call, one that is not finished, and the rest of one.
var (
	wholeCall   = regexp.MustCompile(`^(\w+)\(`)
	resumedCall = regexp.MustCompile(`^<\.\.\. (\w+) resumed>`)
)

const cutOff = " <unfinished ...>"

// readCall reads a line. done says that a call ended by it and did what it was to do.
func readCall(text string, line int, before call) (c call, done bool, err error) {
	if resumedCall.MatchString(text) {
		return before, succeeded(text), nil
	}
	found := wholeCall.FindStringSubmatch(text)
	if found == nil { // a signal, or the end of a thread
		return before, false, nil
	}
	args, unfinished := strings.CutSuffix(text[len(found[0]):], cutOff)
	end := strings.LastIndex(args, ") ")
	if unfinished {
		end = len(args)
	}
	if end < 0 {
		return c, false, fmt.Errorf("no end of the arguments")
	}
	c, err = parseCall(found[1], strings.Split(args[:end], ", "))
	c.began = line
	return c, !unfinished && succeeded(text), err
}

var result = regexp.MustCompile(`\) += (-?\d+)[^)]*$`)

func succeeded(text string) bool {
	found := result.FindStringSubmatch(text[max(0, len(text)-400):])
	return found != nil && !strings.HasPrefix(found[1], "-")
}

// parseCall understands the arguments of a call.
func parseCall(name string, args []string) (c call, err error) {
	c.name = name
	if name == "openat" { // Go's; SQLite calls open
		c.name, args = "open", args[1:]
	}
	if c.name == "open" || name == "unlink" {
		c.creates = c.name == "open" && strings.Contains(args[1], "O_CREAT")
		c.path, err = unquote(args[0])
		return c, err
	}
	if _, on, found := strings.Cut(args[0], "<"); found {
		path, err := unquote(`"` + strings.TrimSuffix(on, ">") + `"`)
		if err != nil {
			return c, err
		}
		c.path = path
	}
	if name == "write" || name == "pwrite64" {
		text, err := unquote(args[1])
		if err != nil {
			return c, err
		}
		c.data = []byte(text)
	}
	if name == "pwrite64" || name == "ftruncate" {
		c.at, err = strconv.ParseInt(args[len(args)-1], 10, 64)
	}
	return c, err
}

// unquote returns a text that was written like "\x2f\x74".
func unquote(text string) (string, error) {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return "", fmt.Errorf("no whole text: %.40s", text)
	}
	inside := text[1 : len(text)-1]
	if !strings.HasPrefix(inside, `\x`) {
		return inside, nil // of strace itself, such as a socket's
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(inside, `\x`, ""))
	return string(raw), err
}

var acknowledgement = regexp.MustCompile(`(?s)^HTTP/1\.1 2.*\r\nX-Request-Id: (change-[0-9-]+)\r\n`)

// answers returns the id of the request that a call begins to answer with yes, "" for all other calls.
func (c call) answers() string {
	if c.name != "write" {
		return ""
	}
	found := acknowledgement.FindSubmatch(c.data)
	if found == nil {
		return ""
	}
	return string(found[1])
}

// acknowledgements are the lines where the answers began to be sent, by request.
func acknowledgements(calls []call) map[string]int {
	sent := map[string]int{}
	for _, c := range calls {
		if request := c.answers(); request != "" {
			sent[request] = c.began
		}
	}
	return sent
}
