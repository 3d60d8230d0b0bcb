package gateway

import (
	"io"
	"log/slog"
	"slices"
)

// logFields are all that a log line may hold besides time, level and message.
// Whatever else is passed is dropped, so that no hurried line of code can ever
// put a person into a log.
var logFields = [...]string{slog.TimeKey, slog.LevelKey, slog.MessageKey, "endpoint", "err", "count", "at", "rule", "book", "listen", "admin"}

// LogFields are the names of all that a log line may hold.
func LogFields() []string { return slices.Clone(logFields[:]) }

// NewLog makes the gateway's logger: JSON lines with fields from a closed list.
func NewLog(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 {
			for _, f := range logFields {
				if a.Key == f {
					return a
				}
			}
		}
		return slog.Attr{}
	}}))
}
