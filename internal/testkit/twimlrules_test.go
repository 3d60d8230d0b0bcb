package testkit_test

import (
	"strings"
	"testing"

	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// The rules find what the provider would refuse.
func TestVoiceFaults(t *testing.T) {
	good := `<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="5" actionOnEmptyResult="true" action="https://x.example/a?t=1" method="POST"><Say voice="Polly.Amy" language="en-GB">Hello <sub alias="Widniss,">Widnes,</sub> <break time="350ms"/><prosody rate="85%">slow <break time="700ms"/></prosody></Say><Play>https://x.example/audio/a.wav</Play></Gather><Redirect method="POST">/a</Redirect></Response>`
	if n, err := twilio.ParseDocument([]byte(good)); err != nil || len(testkit.VoiceFaults(n)) > 0 {
		t.Errorf("%v, %v", testkit.VoiceFaults(n), err)
	}
	for name, doc := range map[string]string{
		"empty": `<Response/>`, "ends in silence": `<Response><Pause length="2"/></Response>`,
		"capital SSML":    `<Response><Say voice="Polly.Amy" language="en-GB">x<Break time="1s"/></Say><Hangup/></Response>`,
		"default voice":   `<Response><Say>x</Say><Hangup/></Response>`,
		"unknown verb":    `<Response><Record/><Hangup/></Response>`,
		"dead verbs":      `<Response><Hangup/><Say voice="Polly.Amy" language="en-GB">x</Say><Hangup/></Response>`,
		"no action":       `<Response><Gather method="POST" numDigits="1" finishOnKey="" timeout="5"/><Hangup/></Response>`,
		"nobody dialled":  `<Response><Dial action="/a" method="POST" timeout="20"/></Response>`,
		"national":        `<Response><Dial action="/a" method="POST" timeout="20"><Number>01228 633640</Number></Dial></Response>`,
		"too impatient":   `<Response><Dial action="/a" method="POST" timeout="2"><Number>+441228633640</Number></Dial></Response>`,
		"empty words":     `<Response><Say voice="Polly.Amy" language="en-GB"> </Say><Hangup/></Response>`,
		"bad attribute":   `<Response><Hangup reason="busy"/></Response>`,
		"twice":           `<Response><Redirect method="POST" method="GET">/a</Redirect></Response>`,
		"other language":  `<Response><Say voice="Google.en-GB-Wavenet-A" language="fr-FR">x</Say><Hangup/></Response>`,
		"no such voice":   `<Response><Say voice="Amy" language="en-GB">x</Say><Hangup/></Response>`,
		"marks for basic": `<Response><Say voice="alice" language="en-GB">x<break time="1s"/></Say><Hangup/></Response>`,
		"slow Generative": `<Response><Say voice="Polly.Amy-Generative" language="en-GB"><prosody rate="85%">x</prosody></Say><Hangup/></Response>`,
		"pauses in Chirp": `<Response><Say voice="Google.en-GB-Chirp3-HD-Kore" language="en-GB">x<break time="1s"/></Say><Hangup/></Response>`,
		"long pause":      `<Response><Say voice="Polly.Amy" language="en-GB">x<break time="11s"/></Say><Hangup/></Response>`,
		"long words": `<Response><Say voice="Polly.Amy" language="en-GB">` + strings.Repeat("x", 4097) +
			`</Say><Hangup/></Response>`,
		"sub of nothing":  `<Response><Say voice="Polly.Amy" language="en-GB"><sub>x</sub></Say><Hangup/></Response>`,
		"other marks":     `<Response><Say voice="Polly.Amy" language="en-GB"><emphasis>x</emphasis></Say><Hangup/></Response>`,
		"no wait":         `<Response><Gather action="/a" method="POST" numDigits="0" finishOnKey="" timeout="5"/><Hangup/></Response>`,
		"star to hang up": `<Response><Dial action="/a" method="POST" timeout="20" hangupOnStar="true"><Number>+441228633640</Number></Dial></Response>`,
		"ringing of Mars": `<Response><Dial action="/a" method="POST" timeout="20" ringTone="ma"><Number>+441228633640</Number></Dial></Response>`,
		"no key":          `<Response><Dial action="/a" method="POST" timeout="20"><Number sendDigits="wwww">+441228633640</Number></Dial></Response>`,
		"too many keys": `<Response><Dial action="/a" method="POST" timeout="20"><Number sendDigits="` +
			strings.Repeat("w", 32) + `2">+441228633640</Number></Dial></Response>`,
		"plays nothing":  `<Response><Play>a.wav</Play><Hangup/></Response>`,
		"dial in gather": `<Response><Gather action="/a" method="POST" numDigits="1" finishOnKey="" timeout="5"><Dial action="/a" method="POST" timeout="20"/></Gather><Hangup/></Response>`,
	} {
		n, err := twilio.ParseDocument([]byte(doc))
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
		`<Response/>`: false,
		`<Response><Gather action="/a" method="POST" numDigits="1" finishOnKey="" timeout="5"/><Hangup/></Response>`: false,
		`<Response><Redirect method="POST">/a</Redirect></Response>`:                                                 true,
		`<Response><Dial action="/a" method="POST" timeout="20"><Number>+441228633640</Number></Dial></Response>`:    true,
		`<Response><Say voice="Polly.Amy" language="en-GB">To take it, press 1.</Say></Response>`:                    true,
	} {
		n, err := twilio.ParseDocument([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if faults := testkit.AcceptFaults(n); len(faults) > 0 != want {
			t.Errorf("%s: %v", doc, faults)
		}
	}
}
