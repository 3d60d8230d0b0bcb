package store

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/sony/gobreaker/v2"
)

// The breaker in front of Redis. One that hangs would cost everybody who texts a
// timeout; so after a few requests in a row have come back with nothing, the others
// are answered without it at once, and now and then one looks whether it is back.
const (
	failuresToOpen = 3
	lookAgainAfter = 500 * time.Millisecond
)

// ErrUnreachable is what is given without asking while Redis is known not to answer.
var ErrUnreachable = errors.New("the store is known to be unreachable")

// breaker is a hook of the Redis library: everything that is asked goes by it.
type breaker struct {
	circuit *gobreaker.TwoStepCircuitBreaker[any]
}

func newBreaker() breaker {
	return breaker{gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{
		Name: "redis", MaxRequests: 1, Timeout: lookAgainAfter,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failuresToOpen },
		// An answer is an answer, even if it is an error; and somebody who stopped
		// waiting says nothing of Redis.
		IsSuccessful: func(err error) bool {
			var reply redis.Error
			return err == nil || errors.As(err, &reply) || errors.Is(err, context.Canceled)
		},
	})}
}

// greets reports a command that begins a connection. It goes through the same hooks, within
// the command that needs the connection, and is judged with that.
func greets(cmd redis.Cmder) bool {
	switch cmd.Name() {
	case "hello", "auth", "select", "client", "readonly":
		return true
	}
	return false
}

// DialHook lets every connection be made.
func (b breaker) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook asks one thing, or does not.
func (b breaker) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if greets(cmd) {
			return next(ctx, cmd)
		}
		done, err := b.circuit.Allow()
		if err != nil {
			cmd.SetErr(ErrUnreachable)
			return ErrUnreachable
		}
		err = next(ctx, cmd)
		done(err)
		return err
	}
}

// ProcessPipelineHook asks several things at once, or does not.
func (b breaker) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if len(cmds) > 0 && greets(cmds[0]) {
			return next(ctx, cmds)
		}
		done, err := b.circuit.Allow()
		if err != nil {
			for _, c := range cmds {
				c.SetErr(ErrUnreachable)
			}
			return ErrUnreachable
		}
		err = next(ctx, cmds)
		done(err)
		return err
	}
}
