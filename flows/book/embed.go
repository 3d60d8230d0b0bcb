// Package book is the flow book Signpost ships: the files a service manager
// edits, and nothing else.
package book

import "embed"

// Files are the flow book's files and their schemas.
//
//go:embed *.yaml schema/*.json
var Files embed.FS
