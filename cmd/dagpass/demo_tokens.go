package main

import (
	"time"

	"dagpass/internal/access"
)

// demoToken is a token of the example Organization with its life so far.
type demoToken struct {
	home        string // its Workspace, empty for the Organization
	name        string
	description string
	role        access.Role
	by          string
	created     int // days ago
	expiry      access.Expiry
	rotated     int           // days ago, 0 for never
	used        time.Duration // ago, 0 for never
	from        demoClient
	bound       []demoBinding
}

// demoBinding is a role of an Organization token in a Workspace.
type demoBinding struct {
	workspace string
	role      access.Role
}

// demoClient is where a token was used last. The Astro name and version are what a client of the API says
// it is, beside its User-Agent.
type demoClient struct{ address, name, astro, version string }

func (c demoClient) origin() access.Origin {
	return access.Origin{Address: c.address, Client: c.name, AstroClient: c.astro, AstroClientVersion: c.version}
}

var (
	runner    = demoClient{address: "192.0.2.41", name: "Go-http-client/1.1"}
	pipeline  = demoClient{"198.51.100.17", "Go-http-client/1.1", "cli", "1.45.0"}
	terraform = demoClient{"198.51.100.23", "Terraform/1.11.4 (+https://www.terraform.io) terraform-provider-astro/1.5.2", "terraform-provider-astro", "1.5.2"}
	script    = demoClient{address: "203.0.113.9", name: "python-requests/2.32.5"}
	laptop    = demoClient{address: "2001:db8:4a::17", name: "curl/8.14.1"}
)

const (
	hour = time.Hour
	day  = 24 * hour
)

// demoTokens are in every state: active, expiring soon, expired, never expiring, used and never used,
// rotated, with long, right-to-left and East Asian names, bound to none, one and several Workspaces.
var demoTokens = []demoToken{
	{home: dataPlatform, name: "ci-deploy", description: "GitHub Actions deploys the Dags of the main branch.", role: access.WorkspaceAuthor, by: amina, created: 391, expiry: 90, rotated: 41, used: 4 * time.Minute, from: pipeline},
	{home: dataPlatform, name: "dbt-nightly", description: "Starts the dbt models after the loads.", role: access.WorkspaceOperator, by: amina, created: 312, expiry: 365, used: 7 * hour, from: script},
	{home: dataPlatform, name: "airbyte-sync", description: "Triggers the Dag that follows each sync.", role: access.WorkspaceMember, by: amina, created: 268, expiry: 0, used: 23 * time.Minute, from: runner},
	{home: dataPlatform, name: "grafana-read", description: "Health of the Deployments on the wall board.", role: access.WorkspaceMember, by: mara, created: 201, expiry: 0, used: 40 * time.Second, from: runner},
	{home: dataPlatform, name: "backfill-2025", description: "One-time backfill of orders.", role: access.WorkspaceOperator, by: amina, created: 187, expiry: 30, used: 160 * day, from: laptop},
	{home: dataPlatform, name: "looker-refresh", role: access.WorkspaceMember, by: amina, created: 86, expiry: 90, used: 2 * hour, from: script},
	{home: dataPlatform, name: "pagerduty-hook", description: "Acknowledges failed runs from the pager.", role: access.WorkspaceOperator, by: amina, created: 79, expiry: 90, used: 9 * day, from: runner},
	{home: dataPlatform, name: "snowflake-usage-export", description: "Copies usage figures every Monday.", role: access.WorkspaceMember, by: amina, created: 58, expiry: 60, used: 3 * day, from: script},
	{home: dataPlatform, name: "great-expectations", description: "Data checks; Workspace Author because it uploads its suites.", role: access.WorkspaceAuthor, by: amina, created: 44, expiry: 180, used: 11 * hour, from: script},
	{home: dataPlatform, name: "sofia-laptop", description: "Trying the CLI.", role: access.WorkspaceAuthor, by: amina, created: 35, expiry: 30, used: 12 * day, from: laptop},
	{home: dataPlatform, name: "kafka-connect-sink-orders-and-returns-eu-central-production-cluster-blue", description: "The long name is the one of the connector, so that both are found with one search. It restarts the Dag orders_returns_merge when a topic was compacted, and pauses it while the cluster is being upgraded.", role: access.WorkspaceOperator, by: amina, created: 21, expiry: 365, used: 52 * time.Minute, from: runner},
	{home: dataPlatform, name: "データ連携バッチ", description: "東京チームの夜間バッチ。", role: access.WorkspaceOperator, by: amina, created: 17, expiry: 90, used: 19 * hour, from: script},
	{home: dataPlatform, name: "מפתח גיבוי", description: "גיבוי יומי של הגדרות.", role: access.WorkspaceMember, by: amina, created: 12, expiry: 90},
	{home: dataPlatform, name: "ci-deploy-staging", description: "As ci-deploy, for the staging branch.", role: access.WorkspaceAuthor, by: amina, created: 9, expiry: 90, used: 26 * hour, from: pipeline},
	{home: dataPlatform, name: "load-test", role: access.WorkspaceMember, by: amina, created: 6, expiry: 7, used: 5 * day, from: laptop},
	{home: dataPlatform, name: "workspace-admin-bot", description: "Adds new team members from the directory.", role: access.WorkspaceOwner, by: mara, created: 3, expiry: 30, used: 3 * hour, from: runner},
	{home: dataPlatform, name: "new-warehouse-poc", description: "Not in use yet.", role: access.WorkspaceAccessor, by: amina, created: 1, expiry: 30},

	{home: finance, name: "month-end-close", description: "Starts the closing Dags on the first working day.", role: closingRole, by: elena, created: 356, expiry: 365, used: 21 * day, from: script},
	{home: finance, name: "sap-extract", description: "Pulls invoices every hour.", role: access.WorkspaceAuthor, by: elena, created: 298, expiry: 0, rotated: 75, used: 31 * time.Minute, from: runner},
	{home: finance, name: "auditor-2025", description: "Read access for the external audit.", role: access.WorkspaceAccessor, by: mara, created: 280, expiry: 120, used: 171 * day, from: laptop},
	{home: finance, name: "fx-rates", role: access.WorkspaceMember, by: elena, created: 150, expiry: 180, used: 5 * hour, from: script},
	{home: finance, name: "invoice-ocr", description: "Retries documents that could not be read.", role: access.WorkspaceOperator, by: elena, created: 88, expiry: 90, used: 14 * hour, from: runner},
	{home: finance, name: "treasury-report", role: access.WorkspaceMember, by: elena, created: 62, expiry: 60, used: 8 * day, from: script},
	{home: finance, name: "تقارير شهرية", description: "التقارير الشهرية لفرع دبي.", role: access.WorkspaceMember, by: elena, created: 30, expiry: 90, used: 4 * day, from: script},
	{home: finance, name: "budget-sandbox", role: access.WorkspaceAuthor, by: elena, created: 5, expiry: 14},

	{home: research, name: "notebook-hub", description: "Starts training runs from notebooks.", role: access.WorkspaceOperator, by: kwame, created: 330, expiry: 0, used: 12 * time.Minute, from: laptop},
	{home: research, name: "feature-store", role: access.WorkspaceAuthor, by: kwame, created: 240, expiry: 365, used: 2 * day, from: script},
	{home: research, name: "thesis-anna", description: "Guest until the thesis is handed in.", role: access.WorkspaceMember, by: kwame, created: 170, expiry: 150, used: 24 * day, from: laptop},
	{home: research, name: "gpu-scheduler", description: "Moves runs to the night.", role: access.WorkspaceOperator, by: kwame, created: 110, expiry: 120, used: 6 * hour, from: runner},
	{home: research, name: "模型评估流水线", description: "每周评估。", role: access.WorkspaceMember, by: kwame, created: 25, expiry: 30, used: 3 * day, from: script},
	{home: research, name: "tmp", role: access.WorkspaceAccessor, by: kwame, created: 2, expiry: 1},

	{name: "terraform", description: "The platform team's Terraform: Workspaces, teams and tokens.", role: access.OrgOwner, by: mara, created: 380, expiry: 90, rotated: 28, used: 6 * time.Minute, from: terraform},
	{name: "deploy-all", description: "One value for every repository's pipeline.", role: access.OrgMember, by: mara, created: 345, expiry: 365, used: 75 * time.Second, from: pipeline, bound: []demoBinding{{dataPlatform, access.WorkspaceAuthor}, {finance, access.WorkspaceAuthor}, {research, access.WorkspaceOperator}}},
	{name: "monitoring", description: "Scrapes health from every Workspace.", role: access.OrgMember, by: mara, created: 260, expiry: 0, used: 20 * time.Second, from: runner, bound: []demoBinding{{dataPlatform, access.WorkspaceMember}, {finance, access.WorkspaceMember}}},
	{name: "lineage-collector", role: access.OrgObserveMember, by: mara, created: 160, expiry: 180, used: 10 * hour, from: script, bound: []demoBinding{{dataPlatform, access.WorkspaceMember}}},
	{name: "cost-report", description: "Reads usage for the monthly bill.", role: access.OrgBillingAdmin, by: mara, created: 120, expiry: 365, used: 16 * day, from: script},
	{name: "incident-bot", description: "Pauses Dags during incidents.", role: access.OrgMember, by: mara, created: 81, expiry: 90, used: 2 * day, from: runner, bound: []demoBinding{{dataPlatform, access.WorkspaceOperator}, {research, access.WorkspaceOperator}}},
	{name: "old-jenkins", description: "Replaced by deploy-all.", role: access.OrgMember, by: mara, created: 395, expiry: 180, used: 230 * day, from: pipeline, bound: []demoBinding{{finance, access.WorkspaceAuthor}}},
	{name: "catalog-crawler", description: "Waits for its first Workspace.", role: access.OrgMember, by: mara, created: 14, expiry: 90},
	{name: "break-glass", description: "In the safe. Rotate after each use.", role: access.OrgOwner, by: mara, created: 7, expiry: 30},
}
