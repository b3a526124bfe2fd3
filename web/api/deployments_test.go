package api_test

import (
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/access"
)

// TestNoDeployments: contract 4.9, lists that clients need to proceed are empty pages of the right shape;
// everything else about Deployments is not found.
func TestNoDeployments(t *testing.T) {
	h := newHouse(t)
	ci := h.add(h.workspace.Scope(), access.WorkspaceMember, "ci")
	stranger := h.add(h.found("Umbrella", "Hive").Org.Scope(), access.OrgOwner, "stranger")
	const window = `"totalCount":0,"offset":40,"limit":1000}`
	for _, c := range []struct{ path, query, body string }{
		{"/deployments", "?deploymentIds=a&deploymentIds=b&workspaceIds=c&names=d&sorts=name:asc&limit=1000&offset=40", `{"deployments":[],` + window},
		{"/clusters", "?names=a&provider=AWS&limit=1000&offset=40", `{"clusters":[],` + window},
		{"/environment-objects", "?workspaceId=a&objectType=CONNECTION&showSecrets=true&limit=1000&offset=40", `{"environmentObjects":[],` + window},
		{"/cluster-options", "?type=DEDICATED&provider=AWS", `[]`},
		{"/deployment-options", "?deploymentType=STANDARD&cloudProvider=AWS", `{"executors":[],"resourceQuotas":{"defaultPodSize":{` +
			`"cpu":{"ceiling":"0","default":"0","floor":"0"},"memory":{"ceiling":"0","default":"0","floor":"0"}},"resourceQuota":{` +
			`"cpu":{"ceiling":"0","default":"0","floor":"0"},"memory":{"ceiling":"0","default":"0","floor":"0"}}},` +
			`"runtimeReleases":[],"schedulerMachines":[],"workerMachines":[],"workerQueues":{"maxWorkers":{"ceiling":0,"default":0,"floor":0},` +
			`"minWorkers":{"ceiling":0,"default":0,"floor":0},"workerConcurrency":{"ceiling":0,"default":0,"floor":0}}}`},
	} {
		t.Run(c.path+" is empty, and foreign to others", func(t *testing.T) {
			for _, family := range []string{"/v1", "/platform/v1beta1"} {
				a := h.get(h.organization(family)+c.path+c.query, ci)
				if wantStatus(t, a, http.StatusOK); a.body != c.body {
					t.Errorf("%s", a.body)
				}
				wantStatus(t, h.get(h.organization(family)+c.path+c.query, stranger), http.StatusNotFound)
			}
		})
	}
	t.Run("bad paging is refused as everywhere", func(t *testing.T) {
		wantStatus(t, h.get(h.orgPath()+"/deployments?limit=1001", ci), http.StatusBadRequest)
	})
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for _, path := range []string{"/deployments", "/clusters", "/environment-objects"} {
		t.Run("none of "+path+" can be made, read or removed", func(t *testing.T) {
			one := h.orgPath() + path + "/" + string(h.workspace.ID)
			for _, a := range []answer{h.post(h.orgPath()+path, `{"name":"x"}`, owner), h.get(one, owner), h.post(one, `{}`, owner), h.delete(one, owner)} {
				if wantStatus(t, a, http.StatusNotFound); !strings.Contains(a.body, `"statusCode":404`) {
					t.Error(a.body)
				}
			}
		})
	}
}
