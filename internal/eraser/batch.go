package eraser

import (
	"context"
	"time"

	"signpost/internal/store"
)

// batch is what waits to be put on the list: each record, with the earliest moment that it was
// noted for.
type batch map[string]time.Time

func (b batch) add(n note) {
	if at, ok := b[n.id]; !ok || n.due.Before(at) {
		b[n.id] = n.due
	}
}

// fill adds what is noted already, up to maxBatch records. It does not wait.
func (b batch) fill(noted <-chan note) {
	for len(b) < maxBatch {
		select {
		case n := <-noted:
			b.add(n)
		default:
			return
		}
	}
}

// put puts a batch on the list and empties it. ok is false when Redis did not take it.
func (e *Eraser) put(ctx context.Context, b batch) (ok bool) {
	op, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	if err := e.List.Enqueue(op, b, e.Now().Add(LeaseTime), e.GiveUp+store.EraseKeep); err != nil {
		e.Log.Warn("could not put records on the list to erase", "err", err)
		return false
	}
	clear(b)
	return true
}

// flush puts noted records on the list, in batches, and retries while Redis is unreachable.
func (e *Eraser) flush(ctx context.Context) {
	waiting := batch{}
	for {
		select {
		case <-ctx.Done():
			e.flushRest(context.WithoutCancel(ctx), waiting)
			return
		case n := <-e.noted:
			waiting.add(n)
			if len(e.noted) < maxBatch {
				pause(ctx, gather)
			}
			waiting.fill(e.noted)
			for ctx.Err() == nil && !e.put(ctx, waiting) {
				pause(ctx, e.idle())
			}
		}
	}
}

// flushRest puts on the list what is left when the process ends. What Redis does not take then is
// lost.
func (e *Eraser) flushRest(ctx context.Context, waiting batch) {
	for waiting.fill(e.noted); len(waiting) > 0; waiting.fill(e.noted) {
		if e.put(ctx, waiting) {
			continue
		}
		for range len(waiting) + len(e.noted) {
			e.Count(Lost)
		}
		return
	}
}
