package config

import (
	"os"
	"slices"
	"strings"

	"signpost/internal/privacy"
)

// Follow is what signpost follow is told from outside, where no flag says it.
type Follow struct {
	Desk, Key string          // the address of the desk, and its public key
	Token     privacy.Private // shows the desk which host this is
	Machine   string          // which of the machines that share a token this is; Fly sets it
}

const followToken = "FOLLOW_TOKEN"

// FollowFromEnvironment reads the process's environment.
func FollowFromEnvironment() Follow {
	return Follow{os.Getenv("DESK_URL"), os.Getenv("DESK_KEY"), privacy.Hide(os.Getenv(followToken)),
		os.Getenv("FLY_MACHINE_ID")}
}

// ForGateway is the environment for a gateway that signpost follow starts: all but the token,
// which the gateway does not need.
func ForGateway() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, followToken+"=") })
}
