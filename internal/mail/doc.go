// Package mail sends text mails through the one SMTP server the operator has set up.
//
// It is the only part of the program that opens connections to elsewhere. Every mail has a connection
// of its own, encrypted unless the server is on this machine, and ends within ten seconds, sent or
// not. Header fields are written by the library from parsed values, so a name with line breaks in it
// adds no field.
package mail
