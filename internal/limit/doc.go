// Package limit keeps one caller from taking the server away from the others: it counts requests in
// memory, for each caller apart, and makes those wait or turns them away that come too fast.
package limit
