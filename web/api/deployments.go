package api

import (
	"context"

	"dagpass/internal/access"
)

// Dagpass has no Deployments yet. Clients ask for them on the way to what it does have: the Terraform
// provider when it checks the roles of a token, the CLI before it lists anything. So the lists are empty
// pages of the right shape; one Deployment, Cluster or environment object is not found, and none can be
// made (contract 4.9).

// emptyListing is a list of what does not exist. Its filters could exclude nothing and are not read.
type emptyListing struct {
	listing
	org access.OrgID
}

func readEmptyList(in *input) emptyListing {
	return emptyListing{listing{limit: in.number("limit", defaultLimit, maxLimit), offset: in.number("offset", 0, maxOffset)}, readOrg(in)}
}

// listNothing answers whoever sees the Organization. NotFound to anyone else.
func (s *server) listNothing(ctx context.Context, by access.Actor, l emptyListing) (page[struct{}], error) {
	_, err := s.findOrganization(ctx, by, l.org)
	return page[struct{}]{listing: l.listing}, err
}

func (s *server) noOptions(ctx context.Context, by access.Actor, org access.OrgID) (struct{}, error) {
	_, err := s.findOrganization(ctx, by, org)
	return struct{}{}, err
}

// makeNothing answers like a path that does not exist, to everybody.
func (s *server) makeNothing(*input, access.Actor) (any, error) { return nil, access.Missing() }

type deploymentPage struct {
	Deployments []struct{} `json:"deployments"`
	envelope
}

type clusterPage struct {
	Clusters []struct{} `json:"clusters"`
	envelope
}

type environmentObjectPage struct {
	EnvironmentObjects []struct{} `json:"environmentObjects"`
	envelope
}

func shapeDeployments(p page[struct{}]) deploymentPage {
	return deploymentPage{[]struct{}{}, p.envelope(p.total)}
}

func shapeClusters(p page[struct{}]) clusterPage {
	return clusterPage{[]struct{}{}, p.envelope(p.total)}
}

func shapeEnvironmentObjects(p page[struct{}]) environmentObjectPage {
	return environmentObjectPage{[]struct{}{}, p.envelope(p.total)}
}

// shapeClusterOptions is a bare list in the contract.
func shapeClusterOptions(struct{}) []struct{} { return []struct{}{} }

// deploymentOptions offers nothing to choose from. Its limits are required, and all zero.
type deploymentOptions struct {
	Executors         []string     `json:"executors"`
	ResourceQuotas    quotaLimits  `json:"resourceQuotas"`
	RuntimeReleases   []struct{}   `json:"runtimeReleases"`
	SchedulerMachines []struct{}   `json:"schedulerMachines"`
	WorkerMachines    []struct{}   `json:"workerMachines"`
	WorkerQueues      workerLimits `json:"workerQueues"`
}

type quotaLimits struct {
	DefaultPodSize resourceLimits `json:"defaultPodSize"`
	ResourceQuota  resourceLimits `json:"resourceQuota"`
}

type resourceLimits struct {
	CPU    limits[string] `json:"cpu"`
	Memory limits[string] `json:"memory"`
}

type workerLimits struct {
	MaxWorkers        limits[int] `json:"maxWorkers"`
	MinWorkers        limits[int] `json:"minWorkers"`
	WorkerConcurrency limits[int] `json:"workerConcurrency"`
}

type limits[T any] struct {
	Ceiling T `json:"ceiling"`
	Default T `json:"default"`
	Floor   T `json:"floor"`
}

func shapeDeploymentOptions(struct{}) deploymentOptions {
	none := limits[string]{"0", "0", "0"}
	size := resourceLimits{CPU: none, Memory: none}
	return deploymentOptions{
		Executors: []string{}, RuntimeReleases: []struct{}{}, SchedulerMachines: []struct{}{}, WorkerMachines: []struct{}{},
		ResourceQuotas: quotaLimits{DefaultPodSize: size, ResourceQuota: size},
	}
}
