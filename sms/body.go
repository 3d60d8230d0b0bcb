package sms

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// cleanBody returns what a person meant to send: without the lines that a phone quotes from
// our message, and decoded when a network has encoded a long text in base64 (seen now and
// then in production elsewhere).
func cleanBody(raw string) string {
	if text, ok := fromBase64(raw); ok {
		raw = text
	}
	if !strings.Contains(raw, "\n") {
		return raw
	}
	var kept []string
	for line := range strings.Lines(raw) {
		line = strings.TrimRight(line, "\r\n")
		trimmed := strings.TrimSpace(line)
		if strings.HasPrefix(trimmed, ">") {
			continue
		}
		if isReplyHeader(trimmed) || trimmed == "--" {
			break // all below is the old message, or a signature
		}
		kept = append(kept, line)
	}
	text := strings.TrimSpace(strings.Join(kept, "\n"))
	if text == "" {
		return raw
	}
	return text
}

// withQuotes returns a text with what cleanBody leaves out, but for lines of ours: each of our texts names 999.
func withQuotes(raw string) string {
	if !strings.Contains(raw, "\n") {
		return cleanBody(raw)
	}
	var kept []string
	for line := range strings.Lines(raw) {
		if line = strings.TrimSpace(line); line != "" && line != "--" && !strings.Contains(line, "999") && !isReplyHeader(line) {
			kept = append(kept, strings.TrimSpace(strings.TrimLeft(line, ">")))
		}
	}
	return strings.Join(kept, "\n")
}

// isReplyHeader finds "On 20 Nov 2026, 01234 567890 wrote:" and "-----Original
// Message-----".
func isReplyHeader(line string) bool {
	lower := strings.ToLower(line)
	return strings.HasPrefix(lower, "on ") && strings.HasSuffix(lower, "wrote:") ||
		strings.HasPrefix(lower, "-----original")
}

// fromBase64 decodes a body that is certainly base64: long, of the right length
// and alphabet, with no space in it, and text when decoded.
func fromBase64(s string) (string, bool) {
	if len(s) < 60 || len(s)%4 != 0 || strings.ContainsAny(s, " \n\r\t") {
		return "", false
	}
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(b) {
		return "", false
	}
	ascii := 0
	for _, c := range b {
		if c >= ' ' && c < utf8.RuneSelf || c == '\n' {
			ascii++
		}
	}
	return string(b), ascii*2 >= len(b)
}
