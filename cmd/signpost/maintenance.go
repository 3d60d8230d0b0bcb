package main

import (
	"context"
	"fmt"
	"time"

	"signpost/config"
	"signpost/internal/store"
)

const maintenanceHelp = `signpost maintenance [-for TIME] on|off|status

Turns the menus off at every gateway that uses a Redis, within two seconds. Everybody
who texts or rings gets the 24-hour number and 999, in the words of "maintenance" in
words.yaml. Leaving still works. It ends by itself. REDIS_URL says which Redis.

  signpost maintenance -for 2h on
  signpost maintenance status
  signpost maintenance off

`

// maintenanceTime bounds the whole command.
const maintenanceTime = 10 * time.Second

func maintenance(args []string, s streams) int {
	f := newFlags("maintenance", maintenanceHelp, s)
	length := f.Duration("for", time.Hour, "how `long`, at most 24h")
	if code, done := parseWords(f, args, s); done {
		return code
	}
	if f.NArg() != 1 || f.Arg(0) != "on" && f.Arg(0) != "off" && f.Arg(0) != "status" {
		fmt.Fprintln(s.err, "signpost maintenance: say on, off or status, after any flags; see signpost maintenance -h")
		return exitMisuse
	}
	if *length <= 0 || *length > store.MaxMaintenance {
		fmt.Fprintf(s.err, "signpost maintenance: -for must be a time up to %v, like 2h\n", store.MaxMaintenance)
		return exitMisuse
	}
	url, err := config.RedisFromEnvironment()
	if err != nil {
		fmt.Fprintf(s.err, "signpost maintenance: %v\n", err)
		return exitMisuse
	}
	kept, err := store.Open(store.Options{URL: url})
	if err != nil {
		fmt.Fprintf(s.err, "signpost maintenance: %v\n", err)
		return exitProblems
	}
	defer kept.Close()
	ctx, cancel := context.WithTimeout(context.Background(), maintenanceTime)
	defer cancel()
	switch f.Arg(0) {
	case "on":
		err = kept.SetMaintenance(ctx, time.Now().Add(*length))
	case "off":
		err = kept.SetMaintenance(ctx, time.Time{})
	}
	var until time.Time
	if err == nil {
		until, err = kept.Maintenance(ctx)
	}
	switch {
	case err != nil:
		fmt.Fprintf(s.err, "signpost maintenance: %v\n", err)
		return exitProblems
	case until.IsZero():
		fmt.Fprintln(s.out, "Maintenance is off: the menus are in use.")
	default:
		fmt.Fprintf(s.out, "Maintenance is on until %s: everybody gets the 24-hour number.\n",
			until.Format("15:04 on Monday 2 January"))
	}
	return exitOK
}
