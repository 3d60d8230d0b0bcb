package server

import (
	"io"
	"log/slog"
	"slices"
)

// logFields are the fields that a log line may have. Every other field is dropped, so that
// no code can put a person into the log.
var logFields = [...]string{
	slog.TimeKey, slog.LevelKey, slog.MessageKey, "endpoint", "err", "count", "at", "rule", "book", "changes",
	"listen", "admin", "job", "outcome", "share",
}

// LogFields returns the fields that a log line may have.
func LogFields() []string { return slices.Clone(logFields[:]) }

// NewLog returns the gateway's logger: JSON lines with fields from a closed list.
func NewLog(w io.Writer, debug bool) *slog.Logger {
	level := slog.LevelInfo
	if debug {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
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
