package testkit_test

import (
	"strings"
	"testing"

	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// A line that is spoken to, and one that is rung.
const (
	amy  = `<Say voice="Polly.Amy" language="en-GB">`
	dial = `<Dial action="/a" method="POST" timeout="20">`
)

// The rules find what the provider would refuse.
func TestVoiceFaults(t *testing.T) {
	good := `<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="5" actionOnEmptyResult="true" ` +
		`action="https://x.example/a?t=1" method="POST">` + amy +
		`Hello <sub alias="Widniss,">Widnes,</sub> <break time="350ms"/>` +
		`<prosody rate="85%">slow <break time="700ms"/></prosody></Say>` +
		`<Play>https://x.example/audio/a.wav</Play></Gather><Redirect method="POST">/a</Redirect></Response>`
	if n, err := twilio.ParseDocument([]byte(good)); err != nil || len(testkit.VoiceFaults(n)) > 0 {
		t.Errorf("%v, %v", testkit.VoiceFaults(n), err)
	}
	for name, doc := range map[string]string{
		"empty":           ``,
		"ends in silence": `<Pause length="2"/>`,
		"capital SSML":    amy + `x<Break time="1s"/></Say><Hangup/>`,
		"default voice":   `<Say>x</Say><Hangup/>`,
		"unknown verb":    `<Record/><Hangup/>`,
		"dead verbs":      `<Hangup/>` + amy + `x</Say><Hangup/>`,
		"no action":       `<Gather method="POST" numDigits="1" finishOnKey="" timeout="5"/><Hangup/>`,
		"nobody dialled":  `<Dial action="/a" method="POST" timeout="20"/>`,
		"national":        dial + `<Number>01228 633640</Number></Dial>`,
		"too impatient":   `<Dial action="/a" method="POST" timeout="2"><Number>+441228633640</Number></Dial>`,
		"empty words":     amy + ` </Say><Hangup/>`,
		"bad attribute":   `<Hangup reason="busy"/>`,
		"twice":           `<Redirect method="POST" method="GET">/a</Redirect>`,
		"other language":  `<Say voice="Google.en-GB-Wavenet-A" language="fr-FR">x</Say><Hangup/>`,
		"no such voice":   `<Say voice="Amy" language="en-GB">x</Say><Hangup/>`,
		"marks for basic": `<Say voice="alice" language="en-GB">x<break time="1s"/></Say><Hangup/>`,
		"slow Generative": `<Say voice="Polly.Amy-Generative" language="en-GB">` +
			`<prosody rate="85%">x</prosody></Say><Hangup/>`,
		"pauses in Chirp": `<Say voice="Google.en-GB-Chirp3-HD-Kore" language="en-GB">` +
			`x<break time="1s"/></Say><Hangup/>`,
		"long pause":     amy + `x<break time="11s"/></Say><Hangup/>`,
		"long words":     amy + strings.Repeat("x", 4097) + `</Say><Hangup/>`,
		"sub of nothing": amy + `<sub>x</sub></Say><Hangup/>`,
		"other marks":    amy + `<emphasis>x</emphasis></Say><Hangup/>`,
		"no wait":        `<Gather action="/a" method="POST" numDigits="0" finishOnKey="" timeout="5"/><Hangup/>`,
		"star to hang up": `<Dial action="/a" method="POST" timeout="20" hangupOnStar="true">` +
			`<Number>+441228633640</Number></Dial>`,
		"ringing of Mars": `<Dial action="/a" method="POST" timeout="20" ringTone="ma">` +
			`<Number>+441228633640</Number></Dial>`,
		"no key": dial + `<Number sendDigits="wwww">+441228633640</Number></Dial>`,
		"too many keys": dial + `<Number sendDigits="` + strings.Repeat("w", 32) +
			`2">+441228633640</Number></Dial>`,
		"plays nothing": `<Play>a.wav</Play><Hangup/>`,
		"dial in gather": `<Gather action="/a" method="POST" numDigits="1" finishOnKey="" timeout="5">` +
			`<Dial action="/a" method="POST" timeout="20"/></Gather><Hangup/>`,
	} {
		n, err := twilio.ParseDocument([]byte("<Response>" + doc + "</Response>"))
		if err != nil {
			t.Fatal(err)
		}
		if len(testkit.VoiceFaults(n)) == 0 {
			t.Errorf("%s: no fault was found", name)
		}
	}
}

// The person who answers a line hears words and may press a key; nothing may lead elsewhere.
func TestAcceptFaults(t *testing.T) {
	for doc, want := range map[string]bool{
		``: false,
		`<Gather action="/a" method="POST" numDigits="1" finishOnKey="" timeout="5"/><Hangup/>`: false,
		`<Redirect method="POST">/a</Redirect>`:                                                 true,
		dial + `<Number>+441228633640</Number></Dial>`:                                          true,
		amy + `To take it, press 1.</Say>`:                                                      true,
	} {
		n, err := twilio.ParseDocument([]byte("<Response>" + doc + "</Response>"))
		if err != nil {
			t.Fatal(err)
		}
		if faults := testkit.AcceptFaults(n); len(faults) > 0 != want {
			t.Errorf("%s: %v", doc, faults)
		}
	}
}
