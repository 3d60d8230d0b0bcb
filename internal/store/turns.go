package store

import (
	"context"
	"strings"

	"github.com/redis/go-redis/v9"
)

// turns is a hook of the Redis library that has every question wait for its turn.
type turns struct{ turn func(question string) }

// DialHook lets every connection be made.
func (turns) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook asks one thing in its turn.
func (t turns) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !greets(cmd) {
			t.turn(named(cmd))
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook asks several things at once in their turn.
func (t turns) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) > 0 && !greets(cmds[0]) {
			t.turn(named(cmds...))
		}
		return next(ctx, cmds)
	}
}

// named tells questions apart: their commands, and the kinds of the keys.
func named(cmds ...redis.Cmder) string {
	var b strings.Builder
	for _, c := range cmds {
		b.WriteString(c.Name() + " ")
		for _, a := range c.Args() {
			if key, ok := a.(string); ok {
				kind, _, _ := strings.Cut(key, ":")
				b.WriteString(kind + " ")
			}
		}
	}
	return b.String()
}
