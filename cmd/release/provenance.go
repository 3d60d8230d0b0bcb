package main

import (
	"encoding/json"
	"runtime"
	"strings"
	"time"
)

// subject is one file of a release.
type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// provenance says how the files of a release were made: an in-toto statement with SLSA's
// predicate (slsa.dev/provenance/v1). It names no machine and no person. Anybody who makes
// the commit again gets the same files, so it can be checked without trusting it.
func provenance(subjects []subject, commit string, when time.Time, machines []string) ([]byte, error) {
	return json.MarshalIndent(map[string]any{
		"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://slsa.dev/provenance/v1",
		"subject": subjects,
		"predicate": map[string]any{
			"buildDefinition": map[string]any{
				"buildType": "urn:signpost:make-release:v1",
				"externalParameters": map[string]any{"command": "go run ./cmd/release -for " + strings.Join(machines,
					","), "commit": commit},
				"internalParameters": map[string]any{"CGO_ENABLED": "0", "GOEXPERIMENT": "runtimesecret",
					"flags": "-trimpath -buildvcs=true -ldflags=-s -w -buildid="},
				"resolvedDependencies": []map[string]any{
					{"uri": "git:signpost", "digest": map[string]string{"gitCommit": commit}},
					{"uri": "pkg:golang/std@" + strings.TrimPrefix(runtime.Version(), "go")},
				},
			},
			"runDetails": map[string]any{
				"builder": map[string]any{"id": "urn:signpost:make-release"},
				// The time of the commit, so that everybody makes the same file.
				"metadata": map[string]any{"startedOn": when.Format(time.RFC3339)},
			},
		},
	}, "", "  ")
}
