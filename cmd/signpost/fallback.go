package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"signpost/flows"
	"signpost/internal/twilio"
	"signpost/internal/webhook"
	"signpost/ivr"
)

const fallbackHelp = `signpost fallback [-flows DIR] [-caller-id NUMBER] [-connect URL] -out DIR

Writes what people get when none of our machines can be reached: three small files
for the provider's own bins, or for any host that serves files. Put them there, and
set them as the fallback URLs of your numbers (signpost provision does the latter).
signpost doctor says when they no longer match the book. The words are "static" in
words.yaml.

  text.xml      to a text: 999 and the 24-hour number
  voice.xml     to a call: the same, said; any key puts the caller through
  connect.xml   rings the 24-hour line, which is shown NUMBER

NUMBER is one of your own UK numbers at the provider: geographic, 03 or mobile. Networks
may refuse a freephone number. Without -caller-id the provider would show the caller's
own number to the line. So then the number is only said, no key is offered, and there is
no connect.xml.

They have no menu of places. A host of files does not know the key, the hour, or how
a call ended. If each place had a file of its own, the provider would log which one a
caller asked for.

  signpost fallback -out fallback
  signpost fallback -out fallback -caller-id +441632960000 \
      -connect https://bins.example.com/connect

`

// fallbackFiles are what the book says when no gateway can be reached.
func fallbackFiles(b *flows.Book, connect, callerID string, now time.Time) map[string][]byte {
	voice, through := ivr.Static(b, now, connect, callerID)
	out := map[string][]byte{"text.xml": twilio.TextDocument(b.StaticText(), ""),
		"voice.xml": twilio.CallDocument(voice)}
	if len(through) > 0 {
		out["connect.xml"] = twilio.CallDocument(through)
	}
	return out
}

func fallback(args []string, s streams) int {
	f := newFlags("fallback", fallbackHelp, s)
	dir := f.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	connect := f.String("connect", "connect.xml", "the `URL` of connect.xml, when it is not beside voice.xml")
	callerID := f.String("caller-id", "", "one of your own `numbers`, like +441632960000, to show to the 24-hour line")
	out := f.String("out", "", "the `folder` to write to")
	if code, done := parse(f, args, s); done {
		return code
	}
	if *out == "" {
		fmt.Fprintln(s.err, "signpost fallback: -out must name the folder to write to")
		return exitMisuse
	}
	if *callerID != "" && !webhook.Presentable(*callerID) {
		fmt.Fprintln(s.err,
			"signpost fallback: -caller-id must be one of your own UK numbers, geographic, 03 or mobile, written "+
				"like +441632960000; networks may refuse a freephone number")
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
	files := fallbackFiles(src.Book, *connect, *callerID, time.Now())
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(*out, name), files[name], 0o644); err != nil {
			fmt.Fprintf(s.err, "signpost fallback: %v\n", err)
			return exitProblems
		}
		fmt.Fprintf(s.out, "%s, %d bytes\n", filepath.Join(*out, name), len(files[name]))
	}
	fmt.Fprintf(s.out, "\nA text gets:\n  %s\nA call hears:\n  %s\n", src.Book.StaticText(),
		flows.Spoken(src.Book.StaticSpeech()))
	if *callerID == "" {
		fmt.Fprintln(s.out, "\nNobody is put through: give one of your numbers with -caller-id for that.")
	}
	return exitOK
}
