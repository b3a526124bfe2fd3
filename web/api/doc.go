// Package api is the HTTP API for programs: the part of the public Astro API that the Astro CLI and
// the Terraform provider rely on, with Bearer tokens and JSON.
//
// A request passes its row in routes.go, which names the action it performs, then serve in api.go,
// which turns the Bearer token into an actor, then the three parts of the operation that [call]
// joins: read takes the input from path and query, run calls one service, shape makes the wire form.
// An operation is written once and registered under each family that has it (/v1, /iam/v1beta1,
// /platform/v1beta1). It holds no rule and checks no role: the service decides.
//
// shape.go is everything clients see on success, failure.go everything they see otherwise. Both
// clients break on other shapes, so every response under the API's prefixes goes through one of them.
package api
