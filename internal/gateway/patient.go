package gateway

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a log that is not read.
const (
	maxUnread = 1024 // lines
	farewell  = time.Second
)

// Patient is a writer for the log that never has its caller wait. Somebody is being
// answered while a line is written: if whatever takes the log stands still, lines
// are dropped and counted, and people go on being answered.
type Patient struct {
	to      io.Writer
	lines   chan []byte
	dropped atomic.Int64
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
}

// NewPatient begins to write to w.
func NewPatient(w io.Writer) *Patient {
	p := &Patient{to: w, lines: make(chan []byte, maxUnread), stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(p.done)
		for {
			select {
			case line := <-p.lines:
				p.write(line)
			case <-p.stop:
				for {
					select {
					case line := <-p.lines:
						p.write(line)
					default:
						return
					}
				}
			}
		}
	}()
	return p
}

func (p *Patient) write(line []byte) {
	if n := p.dropped.Swap(0); n > 0 {
		fmt.Fprintf(p.to, `{"level":"WARN","msg":"lines of the log were dropped, since nobody took them","count":%d}`+"\n", n)
	}
	_, _ = p.to.Write(line) // where the log cannot be written there is nowhere to say so
}

// Write takes one line. It never fails, and never waits.
func (p *Patient) Write(line []byte) (int, error) {
	select {
	case p.lines <- bytes.Clone(line):
	default:
		p.dropped.Add(1)
	}
	return len(line), nil
}

// Close writes what is left, if that takes no longer than a moment.
func (p *Patient) Close() {
	p.once.Do(func() { close(p.stop) })
	select {
	case <-p.done:
	case <-time.After(farewell):
	}
}
