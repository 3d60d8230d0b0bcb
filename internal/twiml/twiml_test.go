package twiml_test

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"signpost/internal/twiml"
)

func TestResponse(t *testing.T) {
	got := string(twiml.Response(
		twiml.GatherKey("https://x.example/voice/step?t=a&b", 8, twiml.Say("Polly.Amy", "en-GB", twiml.Text(`For "A" & <b>`), twiml.Break(400))),
		twiml.Dial("/leg", 20, "+441632960000", twiml.Dialled{E164: "+443001237047", Keys: "wwww2"}, twiml.Dialled{E164: "+441900842991"}),
		twiml.Hangup(),
	))
	want := xml.Header + `<Response><Gather input="dtmf" numDigits="1" finishOnKey="" timeout="8" actionOnEmptyResult="true" action="https://x.example/voice/step?t=a&amp;b" method="POST">` +
		`<Say voice="Polly.Amy" language="en-GB">For &#34;A&#34; &amp; &lt;b&gt;<break time="400ms"/></Say></Gather>` +
		`<Dial action="/leg" method="POST" timeout="20" hangupOnStar="true" ringTone="uk" callerId="+441632960000"><Number sendDigits="wwww2">+443001237047</Number><Number>+441900842991</Number></Dial><Hangup/></Response>`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if silence := string(twiml.Response()); silence != xml.Header+"<Response/>" {
		t.Errorf("silence is %s", silence)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"empty": "", "text": "hello", "other root": "<Reply/>", "cut": "<Response><Say>", "deep": strings.Repeat("<Response>", 20),
		"too long": "<Response>" + strings.Repeat("x", twiml.MaxSize) + "</Response>",
	} {
		if _, err := twiml.Parse([]byte(doc)); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

// Whatever words go in come out of the reader as they went in, but for the
// control characters that XML cannot hold.
func FuzzRoundTrip(f *testing.F) {
	f.Add("hello & <b> \"x\"", "/voice?t=1&u=2")
	f.Fuzz(func(t *testing.T, body, url string) {
		doc := twiml.Response(twiml.Message(body, url))
		if len(doc) > twiml.MaxSize {
			return // longer than the provider takes
		}
		n, err := twiml.Parse(doc)
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if !bytes.Equal(doc, twiml.Response(n.Children...)) && strings.TrimSpace(body) != "" {
			t.Errorf("%q reads back as %q", doc, twiml.Response(n.Children...))
		}
	})
}
