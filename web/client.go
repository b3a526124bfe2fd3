package web

import (
	"strings"

	"dagpass/internal/access"
)

// astroClients are the names of the Astro clients, by what they call themselves (contract 2.8).
var astroClients = map[string]string{
	"cli":                      "Astro CLI",
	"github-action":            "Astro CLI on GitHub Actions",
	"deploy-action":            "Astro deploy action",
	"terraform-provider-astro": "Terraform provider",
}

// usedBy names the program of a last use: what an Astro client says it is, else its User-Agent.
func usedBy(u access.Use) string {
	if u.AstroClient == "" {
		return clientName(u.Client)
	}
	name, known := astroClients[u.AstroClient]
	if !known {
		name = u.AstroClient
	}
	return strings.TrimSpace(name + " " + u.AstroClientVersion)
}

// clientName is a User-Agent in words a person recognises: browser and system, or the program's own
// name and version. Nothing is decided by it.
func clientName(agent string) string {
	if !strings.HasPrefix(agent, "Mozilla/") {
		name, _, _ := strings.Cut(agent, " ")
		return strings.Replace(name, "/", " ", 1)
	}
	browser, system := firstFound(agent, browsers), firstFound(agent, systems)
	switch {
	case browser == "":
		return system
	case system == "":
		return browser
	}
	return browser + ", " + system
}

type mark struct{ in, name string }

// Each list is in the order of asking: Edge says it is Chrome too, Chrome that it is Safari, and
// Android that it is Linux.
var (
	browsers = []mark{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = []mark{{"Windows", "Windows"}, {"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
		{"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

func firstFound(agent string, marks []mark) string {
	for _, m := range marks {
		if strings.Contains(agent, m.in) {
			return m.name
		}
	}
	return ""
}
