package twilio_test

import (
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"signpost/internal/twilio"
	"signpost/internal/voice"
	"signpost/internal/webhook"
)

// words are said, and spoken is how the document has them.
var words = []webhook.Speech{{Words: `For "A" & <b>`}, {Number: "0808 2000"}}

const spoken = ` For &#34;A&#34; &amp; &lt;b&gt; ` +
	`<break time="350ms"/>0 8 0 8<break time="350ms"/>2 0 0 0<break time="350ms"/>`

// Every instruction of a call becomes the TwiML that the provider documents.
func TestCallDocument(t *testing.T) {
	tests := []struct {
		name  string
		reply webhook.CallReply
		want  string
	}{
		{"connect a leg", nil, ""},
		{"hang up", webhook.CallReply{webhook.Hangup{}}, "<Hangup/>"},
		{"go elsewhere", webhook.CallReply{webhook.Redirect{URL: "/key?t=a&b"}},
			`<Redirect method="POST">/key?t=a&amp;b</Redirect>`},
		{"a recording", webhook.CallReply{webhook.Play{URL: "/audio/a.wav"}}, "<Play>/audio/a.wav</Play>"},
		{"speech", webhook.CallReply{webhook.Say{Voice: "Polly.Amy", Language: "en-GB", Speech: words}},
			`<Say voice="Polly.Amy" language="en-GB">` + spoken + `</Say>`},
		{"slow speech", webhook.CallReply{webhook.Say{Voice: "Polly.Amy", Language: "en-GB", Slow: true,
			Speech: words}},
			`<Say voice="Polly.Amy" language="en-GB"><prosody rate="85%">` + strings.ReplaceAll(spoken, "350", "700") +
				`</prosody></Say>`},
		{"a name that is respelt", webhook.CallReply{webhook.Say{Voice: "Polly.Amy", Language: "en-GB",
			Respelt: []voice.Respelling{{Name: "Widnes", Said: "Widniss"}},
			Speech:  []webhook.Speech{{Words: "For Widnes, press 1. For \"A\", press 2."}}}},
			`<Say voice="Polly.Amy" language="en-GB">` +
				` For <sub alias="Widniss,">Widnes,</sub> press 1. For &#34;A&#34;, press 2. </Say>`},
		{"a key, or silence", webhook.CallReply{webhook.Gather{
			URL: "/key", Prompt: []webhook.Instruction{webhook.Play{URL: "/a.wav"}}, Seconds: 8, Silence: true}},
			`<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="8" actionOnEmptyResult="true" ` +
				`action="/key" method="POST"><Play>/a.wav</Play></Gather>`},
		{"a key in passing", webhook.CallReply{webhook.Gather{URL: "/key", Seconds: 1}},
			`<Gather input="dtmf" numDigits="1" finishOnKey="" timeout="1" action="/key" method="POST"/>`},
		{"two lines together", webhook.CallReply{webhook.Dial{URL: "/leg", Seconds: 20, CallerID: "+441632960000",
			Lines: []webhook.DialLine{
				{E164: "+443001237047", Keys: "2", KeysAfter: 2 * time.Second, AcceptURL: "/accept",
					StatusURL: "/status"},
				{E164: "+441900842991"}}}},
			`<Dial action="/leg" method="POST" timeout="20" ringTone="uk" callerId="+441632960000">` +
				`<Number sendDigits="wwww2" url="/accept" method="POST" ` +
				`statusCallback="/status" statusCallbackMethod="POST">+443001237047</Number>` +
				`<Number>+441900842991</Number></Dial>`},
		{"keys at once, later and much later",
			webhook.CallReply{webhook.Dial{Seconds: 20, Lines: []webhook.DialLine{{E164: "+441900842991", Keys: "2"},
				{E164: "+441900842992", Keys: "#", KeysAfter: 2500 * time.Millisecond},
				{E164: "+441900842993", Keys: "2", KeysAfter: 29500 * time.Millisecond}}}},
			`<Dial timeout="20" ringTone="uk"><Number sendDigits="2">+441900842991</Number>` +
				`<Number sendDigits="wwwww#">+441900842992</Number>` +
				`<Number sendDigits="` + strings.Repeat("W", 29) + `w2">+441900842993</Number></Dial>`},
		{"a line of a static file",
			webhook.CallReply{webhook.Dial{Seconds: 20, Lines: []webhook.DialLine{{E164: "+441900842991"}}}},
			`<Dial timeout="20" ringTone="uk"><Number>+441900842991</Number></Dial>`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := xml.Header + "<Response>" + tt.want + "</Response>"
			if tt.want == "" {
				want = xml.Header + "<Response/>"
			}
			if got := string(twilio.CallDocument(tt.reply)); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestTextDocument(t *testing.T) {
	for _, tt := range []struct{ name, text, status, want string }{
		{"nothing", "", "https://x.example/status", "<Response/>"},
		{"reported", "a & b", "/s",
			`<Response><Message action="/s" method="POST" statusCallback="/s">` +
				`<Body>a &amp; b</Body></Message></Response>`},
		{"not reported", "hello", "", `<Response><Message><Body>hello</Body></Message></Response>`},
	} {
		if got := string(twilio.TextDocument(tt.text, tt.status)); got != xml.Header+tt.want {
			t.Errorf("%s: %s", tt.name, got)
		}
	}
}

func TestParseDocumentRefuses(t *testing.T) {
	for name, doc := range map[string]string{
		"empty": "", "text": "hello", "other root": "<Reply/>", "cut": "<Response><Say>",
		"deep":     strings.Repeat("<Response>", 20),
		"too long": "<Response>" + strings.Repeat("x", twilio.MaxDocument) + "</Response>",
	} {
		if _, err := twilio.ParseDocument([]byte(doc)); err == nil {
			t.Errorf("%s: parsed", name)
		}
	}
}

// Any words that are written are read back unchanged, but for the control characters that
// XML cannot hold.
func FuzzRoundTrip(f *testing.F) {
	f.Add("hello & <b> \"x\"", "/voice?t=1&u=2")
	f.Fuzz(func(t *testing.T, body, url string) {
		doc := twilio.TextDocument(body, url)
		if len(doc) > twilio.MaxDocument || body == "" {
			return
		}
		n, err := twilio.ParseDocument(doc)
		if err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if again := twilio.TextDocument(n.Words(), url); string(again) != string(doc) && strings.TrimSpace(body) != "" {
			t.Errorf("%q reads back as %q", doc, again)
		}
		if status, _ := n.Children[0].Attr("action"); url != "" &&
			string(twilio.TextDocument(body, status)) != string(doc) {
			t.Errorf("the URL in %q reads back as %q", doc, status)
		}
	})
}
