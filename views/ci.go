package views

import (
	"embed"
	"strings"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// ciFiles are the snippets as docs/ci.md shows them, with an example's address and ids. Where one has a
// line "# script", the commands of script.sh stand.
//
//go:embed ci
var ciFiles embed.FS

// What stands in the snippets for this installation's address and the ids of the token's places.
const (
	exampleURL          = "https://dagpass.example.com"
	exampleOrganization = "c000000000000000000000org"
	exampleWorkspace    = "c0000000000000000000000ws"
	scriptLine          = "# script"
)

// CISystem is how an API token is used in one system.
type CISystem struct {
	ID    string // a word for links within the page
	Name  string
	Where string // where the secret goes
	File  string // what the snippet is called
	Notes []string
	file  string
	// escape is how a dollar sign is written there; empty: as it is.
	escape string
}

// CISystems are the systems, in the order of the page.
func CISystems() []CISystem {
	return []CISystem{
		{ID: "github", Name: "GitHub Actions", File: ".github/workflows/astro.yml", file: "github.yml",
			Where: "Repository or organization › Settings › Secrets and variables › Actions."},
		{ID: "gitlab", Name: "GitLab CI/CD", File: ".gitlab-ci.yml", file: "gitlab.yml",
			Where: "Project or group › Settings › CI/CD › Variables, with Masked and hidden."},
		{ID: "circleci", Name: "CircleCI", File: ".circleci/config.yml", file: "circleci.yml",
			Where: "Organization Settings › Contexts, or the project's environment variables."},
		{ID: "jenkins", Name: "Jenkins", File: "Jenkinsfile", file: "Jenkinsfile",
			Where: "Manage Jenkins › Credentials, as Secret text."},
		{ID: "bitbucket", Name: "Bitbucket Pipelines", File: "bitbucket-pipelines.yml", file: "bitbucket.yml",
			Where: "Repository settings › Repository variables, with Secured."},
		{ID: "azure", Name: "Azure Pipelines", File: "azure-pipelines.yml", file: "azure.yml",
			Where: "The pipeline's Variables, with Keep this value secret."},
		{ID: "buildkite", Name: "Buildkite", File: ".buildkite/pipeline.yml", file: "buildkite.yml", escape: "$$",
			Where: "The cluster's Secrets."},
		{ID: "shell", Name: "Shell", File: "astro.sh", file: "shell.sh",
			Where: "The environment of the process that runs it, from where your secrets are kept."},
		{ID: "terraform", Name: "Terraform", File: "main.tf", file: "main.tf",
			Where: "The environment of Terraform. Values of tokens that Terraform creates stand in its state in clear: encrypt it.",
			Notes: terraformNotes()},
	}
}

// terraformNotes tell how the unmodified provider finds a server that is not the vendor's.
func terraformNotes() []string {
	return []string{
		"The provider always connects to port 443 with TLS. Give this server the name api-astronomer-io in your internal DNS or in /etc/hosts, and a certificate for that name from an authority of your own. Name the authority's file in SSL_CERT_FILE.",
		"That name works because of how the provider checks its host, and a later version may refuse it. Then leave host out, and set HTTPS_PROXY to a proxy of yours that answers for api.astronomer.io with a certificate of your authority and passes everything on to this server.",
		"The provider does not rotate tokens, and after a rotation elsewhere its state holds a dead value. Rotate by replacing the resource.",
		"A token that lost its role is told that its objects do not exist, and the provider then plans to create all of them. Look at the plan before you apply it.",
	}
}

// Snippet returns the file of the system for a server at a URL, without a slash at its end, and for the
// places of a token. An empty id keeps the example's.
func (s CISystem) Snippet(publicURL, organization, workspace string) string {
	return strings.NewReplacer(
		exampleURL, publicURL,
		exampleOrganization, orElse(organization, exampleOrganization),
		exampleWorkspace, orElse(workspace, exampleWorkspace),
	).Replace(s.example())
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// example is the file as the documentation shows it.
func (s CISystem) example() string {
	script := ciFile("script.sh")
	if s.escape != "" {
		script = strings.ReplaceAll(script, "$", s.escape)
	}
	var out strings.Builder
	for line := range strings.Lines(ciFile(s.file)) {
		indent, ok := strings.CutSuffix(strings.TrimSuffix(line, "\n"), scriptLine)
		if !ok {
			out.WriteString(line)
			continue
		}
		for command := range strings.Lines(script) {
			out.WriteString(indent + command)
		}
	}
	return out.String()
}

// ciFile is one of the files in ci, which are part of the program.
func ciFile(name string) string {
	text, err := ciFiles.ReadFile("ci/" + name)
	if err != nil {
		panic(err) // a name above is misspelt, which the tests notice
	}
	return string(text)
}

// TokenUse is the page that tells how to use a token in CI/CD.
type TokenUse struct {
	Level
	Token     Ref
	TokenIn   string // id of the Workspace in the snippets; empty: the example's
	PublicURL string // of this server, without a slash at its end
}

// TokenUsePage is the page of TokenUse.
func TokenUsePage(c Chrome, p TokenUse) templ.Component { return tokenUsePage(c, p) }

func (p TokenUse) snippet(s CISystem) string {
	return s.Snippet(p.PublicURL, p.Organization.ID, p.TokenIn)
}

// settings leads to the list of tokens that the page belongs to.
func (p TokenUse) settings() string {
	if p.inWorkspace() {
		return "Workspace Settings"
	}
	return "Organization Settings"
}

func (p TokenUse) settingsURL() string {
	if p.inWorkspace() {
		return WorkspaceDetailsURL(p.Workspace.ID)
	}
	return GeneralURL(p.Organization.ID)
}

// useLink leads from other pages about a token to this one.
func useLink(l Level, token Ref) ui.LinkProps {
	return ui.LinkProps{ID: "use-" + token.ID, Label: useTitle, Name: useTitle + ": " + token.Name, URL: l.useURL(token.ID)}
}

const useTitle = "Use in CI/CD"
