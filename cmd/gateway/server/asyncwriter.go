package server

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of a log that stalls.
const (
	maxUnread    = 1024 // lines
	closeTimeout = time.Second
)

// AsyncWriter is an io.Writer that never blocks. While its sink stalls, it drops lines and
// counts them, so that people are still answered.
type AsyncWriter struct {
	to      io.Writer
	lines   chan []byte
	dropped atomic.Int64
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once
}

// NewAsyncWriter returns a writer to w. Close it to write what is left.
func NewAsyncWriter(w io.Writer) *AsyncWriter {
	a := &AsyncWriter{to: w, lines: make(chan []byte, maxUnread), stop: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(a.done)
		for {
			select {
			case line := <-a.lines:
				a.write(line)
			case <-a.stop:
				for {
					select {
					case line := <-a.lines:
						a.write(line)
					default:
						return
					}
				}
			}
		}
	}()
	return a
}

func (a *AsyncWriter) write(line []byte) {
	if n := a.dropped.Swap(0); n > 0 {
		fmt.Fprintf(a.to,
			`{"level":"WARN","msg":"log lines dropped","count":%d}`+"\n", n)
	}
	_, _ = a.to.Write(line) // a log that fails cannot be logged
}

// Write takes one line. It never fails and never blocks.
func (a *AsyncWriter) Write(line []byte) (int, error) {
	select {
	case a.lines <- bytes.Clone(line):
	default:
		a.dropped.Add(1)
	}
	return len(line), nil
}

// Close writes what is left, for at most closeTimeout.
func (a *AsyncWriter) Close() {
	a.once.Do(func() { close(a.stop) })
	select {
	case <-a.done:
	case <-time.After(closeTimeout):
	}
}
