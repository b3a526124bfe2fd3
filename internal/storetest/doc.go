// Package storetest is the specification of a store as tests: what the comments of the contracts in
// package access promise, checked against whatever engine stands behind them. [Run] is called from
// the tests of the engine.
//
//	storetest.Run(t, func(t *testing.T) storetest.Harness { … })
package storetest
