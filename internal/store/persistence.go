package store

import (
	"context"
	"strings"
)

// Persistence tells in words whether Redis writes what it holds to disk, where
// it would outlive its minutes; empty when it does not.
func (s *Store) Persistence(ctx context.Context) string {
	if s.embedded {
		return ""
	}
	var on []string
	for _, o := range []struct{ setting, off, what string }{
		{"save", "", `snapshots (turn them off with: save "")`},
		{"appendonly", "no", "an append-only file (turn it off with: appendonly no)"},
	} {
		got, err := s.rdb.ConfigGet(ctx, o.setting).Result()
		if err != nil {
			return "Redis does not say whether it writes to disk, as hosted ones do not: ask its provider whether it " +
				"keeps backups, and for how long"
		}
		if v, ok := got[o.setting]; !ok || v != o.off {
			on = append(on, o.what)
		}
	}
	if len(on) == 0 {
		return ""
	}
	return "Redis writes to disk: " + strings.Join(on, " and ") + "; what it holds would outlive its minutes there"
}
