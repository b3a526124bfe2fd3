package main

import (
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
)

// programOrigin is where the Astro CLI listens.
const programOrigin = "http://localhost:12345"

// consentAddress is what it opens.
func consentAddress() string {
	sum := sha256.Sum256([]byte("a verifier"))
	return "/authorize?client_id=astro-cli&redirect_uri=" + programOrigin + "/callback&response_type=code&code_challenge_method=S256&code_challenge=" +
		base64.RawURLEncoding.EncodeToString(sum[:])
}

// allowAProgram is astro login in a browser. The redirect behind the form of the consent page leads to the
// program, and Chromium holds it against form-action. The same form in any other page is the control: its
// redirect is blocked.
func allowAProgram(s *stage) {
	arrived, stop := s.listenAsProgram()
	defer stop()
	w := s.as("Amina Diallo")
	w.leadsTo(programOrigin)
	w.open(consentAddress())
	w.must(`$("h1").textContent === "Allow Astro CLI?"`)
	w.inspect("consent")
	w.click(`button[value=allow]`)
	w.until(`document.body.textContent === "the program"`)
	if query := <-arrived; !strings.HasPrefix(query, "code=dagpass_code_") {
		s.failf("the program was told %q", query)
	}

	control := w.another()
	control.leadsTo(programOrigin)
	control.open("/help")
	control.run(`{
		const form = Object.assign(document.createElement("form"), { method: "post", action: ` + quote(consentAddress()) + ` });
		form.append(Object.assign(document.createElement("input"), { name: "decision", value: "allow" }));
		document.body.append(form);
		form.submit();
	}`)
	control.eventually("that the redirect is blocked", func() bool { return control.forgive("policy: form-action") })
	control.forgive("form-action")
	equal(s, "number of times the program was told", len(arrived), 0)
}

// listenAsProgram listens where the Astro CLI does and passes on what it is told.
func (s *stage) listenAsProgram() (arrived chan string, stop func()) {
	listener, err := net.Listen("tcp", "127.0.0.1:12345")
	s.check(err)
	arrived = make(chan string, 4)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/callback" {
			arrived <- r.URL.RawQuery
		}
		_, _ = w.Write([]byte("the program"))
	})}
	go func() { _ = server.Serve(listener) }()
	return arrived, func() { _ = server.Close() }
}
