package testkit_test

import (
	"testing"

	"signpost/internal/testkit"
	"signpost/internal/twilio"
)

// The rules find what the provider would refuse.
func TestVoiceFaults(t *testing.T) {
	good := `<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="5" actionOnEmptyResult="true" action="https://x.example/a?t=1" method="POST"><Say voice="Polly.Amy" language="en-GB">Hello <break time="350ms"/></Say></Gather><Redirect method="POST">/a</Redirect></Response>`
	if n, err := twilio.ParseDocument([]byte(good)); err != nil || len(testkit.VoiceFaults(n)) > 0 {
		t.Errorf("%v, %v", testkit.VoiceFaults(n), err)
	}
	for name, doc := range map[string]string{
		"empty": `<Response/>`, "ends in silence": `<Response><Pause length="2"/></Response>`,
		"capital SSML":   `<Response><Say voice="Polly.Amy" language="en-GB">x<Break time="1s"/></Say><Hangup/></Response>`,
		"default voice":  `<Response><Say>x</Say><Hangup/></Response>`,
		"unknown verb":   `<Response><Record/><Hangup/></Response>`,
		"dead verbs":     `<Response><Hangup/><Say voice="Polly.Amy" language="en-GB">x</Say><Hangup/></Response>`,
		"no action":      `<Response><Gather method="POST" numDigits="1" finishOnKey="" timeout="5"/><Hangup/></Response>`,
		"nobody dialled": `<Response><Dial action="/a" method="POST" timeout="20"/></Response>`,
		"national":       `<Response><Dial action="/a" method="POST" timeout="20"><Number>01228 633640</Number></Dial></Response>`,
		"too impatient":  `<Response><Dial action="/a" method="POST" timeout="2"><Number>+441228633640</Number></Dial></Response>`,
		"empty words":    `<Response><Say voice="Polly.Amy" language="en-GB"> </Say><Hangup/></Response>`,
		"bad attribute":  `<Response><Hangup reason="busy"/></Response>`,
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
