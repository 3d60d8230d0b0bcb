package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"signpost/flows"
	"signpost/internal/twilio"
	"signpost/ivr"
	"signpost/sms"
)

const fallbackHelp = `signpost fallback [-flows DIR] [-connect URL] -out DIR

Writes what people get when none of our machines can be reached: three small files
for the provider's own bins, or for any host that serves files. Put them there, and
set them as the fallback URLs of your numbers (signpost provision does the latter).
signpost doctor says when they no longer match the book.

  text.xml      to a text: the 24-hour number and 999
  voice.xml     to a call: the same, said; any key puts the caller through
  connect.xml   rings the 24-hour line

They have no menu of places. A host of files does not know the key, the hour, or how
a call ended. If each place had a file of its own, the provider would log which one a
caller asked for.

  signpost fallback -out fallback
  signpost fallback -out fallback -connect https://bins.example.com/connect

`

// fallbackFiles are what the book says when no gateway can be reached.
func fallbackFiles(b *flows.Book, connect string, now time.Time) map[string][]byte {
	voice, through := ivr.Static(b, now, connect)
	return map[string][]byte{
		"text.xml": twilio.TextDocument(sms.Fallback(b).Text, ""), "voice.xml": twilio.CallDocument(voice), "connect.xml": twilio.CallDocument(through),
	}
}

func fallback(args []string, s streams) int {
	f := newFlags("fallback", fallbackHelp, s)
	dir := f.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	connect := f.String("connect", "connect.xml", "the `URL` of connect.xml, when it is not beside voice.xml")
	out := f.String("out", "", "the `folder` to write to")
	if code, done := parse(f, args, s); done {
		return code
	}
	if *out == "" {
		fmt.Fprintln(s.err, "signpost fallback: -out must name the folder to write to")
		return exitMisuse
	}
	src, code := goodBook("fallback", *dir, s)
	if src == nil {
		return code
	}
	if err := os.MkdirAll(*out, 0o755); err != nil { // #nosec G301 -- to be published
		fmt.Fprintf(s.err, "signpost fallback: %v\n", err)
		return exitProblems
	}
	files := fallbackFiles(src.Book, *connect, time.Now())
	for _, name := range []string{"text.xml", "voice.xml", "connect.xml"} {
		if err := os.WriteFile(filepath.Join(*out, name), files[name], 0o644); err != nil {
			fmt.Fprintf(s.err, "signpost fallback: %v\n", err)
			return exitProblems
		}
		fmt.Fprintf(s.out, "%s, %d bytes\n", filepath.Join(*out, name), len(files[name]))
	}
	fmt.Fprintf(s.out, "\nA text gets:\n  %s\nA call hears:\n  %s\n", src.Book.FallbackText(), flows.Spoken(src.Book.FallbackSpeech()))
	return exitOK
}
