// Package middleware is what every request passes before it reaches the console or the API, in
// plain net/http.
//
// [New] builds the whole chain, in one order that nothing can rearrange: request id and client
// address, the log line, response headers, recovery from panics, methods and limits, the switch
// between API and console, and for the console the Host and Origin rules. Whatever a stage refuses
// is rendered by the side the request was for, so a page gets a page and a program gets JSON.
//
// Handlers meet the chain again in three places: [RequestID] and [OriginOf] say where a request
// came from, [InfoFrom] takes what the log line cannot see from outside, and [ConsoleStatus],
// [APIStatus] and [SetRetryAfter] turn a domain error into a response.
//
// Requests that net/http itself refuses (malformed ones with 400, oversized headers with 431,
// unknown transfer codings with 501) never reach a handler; it answers them with a bare line of
// plain text and closes the connection.
package middleware
