package server_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"signpost/internal/handset"
	"signpost/internal/twilio"
)

// emptyChunk is how an empty body is written when its length was not known.
const emptyChunk = "0\r\n\r\n"

// Requests that a client library would not send, over a connection of our own. None but a
// genuine webhook gets more than an empty 403 or the server's own 400, and after all of them a
// person is answered.
func TestOddRequests(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	form := url.Values{"AccountSid": {account}, "MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To},
		"Body": {"Barrow"}}
	signed := http.Header{}
	twilio.Signer{Token: p.Token}.Sign(signed, base+"/sms", form)
	body, signature := form.Encode(), twilio.SignatureHeader+": "+signed.Get(twilio.SignatureHeader)+"\r\n"
	const kind = "Content-Type: application/x-www-form-urlencoded\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(body))
	whole := kind + length + signature + "\r\n" + body
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	for _, tt := range []struct {
		name, sent string
		want       int
		answers    bool // with a number
	}{
		{"another host",
			"POST /sms HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n" +
				"X-Forwarded-Proto: http\r\n" + whole,
			200, true},
		{"the whole URL of another host", "POST http://evil.example/sms HTTP/1.1\r\nHost: evil.example\r\n" + whole,
			200, true},
		{"HTTP/1.0 without a host", "POST /sms HTTP/1.0\r\n" + whole, 200, true},
		{"in chunks", "POST /sms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n" + kind + signature + "\r\n" +
			chunked, 200, true},
		{"two lengths", "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n" + whole, 400, false},
		{"an odd coding", "POST /sms HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n" + whole, 501, false},
		{"a space before the colon", "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Length : 3\r\n" + whole, 400, false},
		{"two hosts", "POST /sms HTTP/1.1\r\nHost: x\r\nHost: y\r\n" + whole, 400, false},
		{"no host", "POST /sms HTTP/1.1\r\n" + whole, 400, false},
		{"two signatures, the first of nobody",
			"POST /sms HTTP/1.1\r\nHost: x\r\n" + twilio.SignatureHeader + ": AAAA\r\n" + whole, 403, false},
		{"another path", "POST /voice HTTP/1.1\r\nHost: x\r\n" + whole, 403, false},
		{"a query", "POST /sms?a=b HTTP/1.1\r\nHost: x\r\n" + whole, 403, false},
		{"an escaped path", "POST /%73ms HTTP/1.1\r\nHost: x\r\n" + whole, 403, false},
		{"another method", "PUT /sms HTTP/1.1\r\nHost: x\r\n" + whole, 403, false},
		{"a tunnel", "CONNECT /sms HTTP/1.1\r\nHost: x\r\n" + whole, 403, false},
		{"compressed, it says", "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\n" + whole, 403, false},
		{"JSON, it says", "POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + length + signature +
			"\r\n" + body, 403, false},
		{"a field more",
			"POST /sms HTTP/1.1\r\nHost: x\r\n" + kind + fmt.Sprintf("Content-Length: %d\r\n", len(body)+4) +
				signature + "\r\n" + body + "&z=1", 403, false},
		{"no request", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \r\n\r\n", 400, false},
		{"a header without end", "POST /sms HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("a", 40<<10) + "\r\n" + whole,
			431, false},
		{"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 403, false},
	} {
		status, got := raw(t, s, tt.sent)
		if status != tt.want || strings.Contains(got, barrowsNumber) != tt.answers || status == http.StatusForbidden &&
			got != emptyChunk {
			t.Errorf("%s is answered %d %q", tt.name, status, got)
		}
	}
	says(t, "she", s.phone(), exchange{"Barrow", barrowsNumber})
	if log := s.log.String(); strings.Contains(log, "evil.example") {
		t.Error("the log quotes a request")
	}
}

// Two requests in one piece: a forged one before a genuine one neither borrows its signature
// nor answers in its place.
func TestPipelinedRequests(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	request := func(text string, sign bool) string {
		form := url.Values{"AccountSid": {account}, "MessageSid": {handset.SID("SM")}, "From": {p.From}, "To": {p.To},
			"Body": {text}}
		signed := http.Header{}
		if sign {
			twilio.Signer{Token: p.Token}.Sign(signed, base+"/sms", form)
		}
		body := form.Encode()
		return fmt.Sprintf("POST /sms HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"Content-Length: %d\r\n%s: %s\r\n\r\n%s",
			len(body), twilio.SignatureHeader, signed.Get(twilio.SignatureHeader), body)
	}
	status, got := raw(t, s, request("Barrow", true)+request("carlisle", false)+request("kendal", true))
	if status != http.StatusOK || strings.Count(got, "<Message") != 1 || !strings.Contains(got, "403 Forbidden") {
		t.Errorf("answered %d %q", status, got)
	}
	if status, got := raw(t, s, request("carlisle", false)+request("kendal", true)); status != http.StatusForbidden ||
		strings.Contains(got, "<Message") {
		t.Errorf("after a forged request: %d %q", status, got)
	}
}

// raw sends bytes to the public listener. It returns the first answer's status, and its body
// with all that came after it.
func raw(t *testing.T, s *running, sent string) (status int, rest string) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	go func() {
		_, _ = io.WriteString(c, sent) // the server may have answered and closed already
		if half, ok := c.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
	}()
	_ = c.SetReadDeadline(time.Now().Add(patience))
	r := bufio.NewReader(c)
	line, err := r.ReadString('\n')
	if err != nil {
		return 0, ""
	}
	fmt.Sscanf(line, "HTTP/1.%d %d", new(int), &status)
	all, _ := io.ReadAll(r) // a reset after the answer is an end, too
	_, body, _ := strings.Cut(string(all), "\r\n\r\n")
	return status, body
}

// A number that is set up with the address of recordings still has its people answered.
func TestWebhooksAmongRecordings(t *testing.T) {
	s := start(t, nil)
	p := s.phone()
	for _, isText := range []bool{true, false} {
		status, body, err := p.Try(t.Context(), base+"/audio/x", isText)
		if err != nil || status != http.StatusOK || !strings.Contains(string(body), "999") &&
			!strings.Contains(string(body), "9 9 9") {
			t.Errorf("a webhook is answered %d %q, %v", status, body, err)
		}
	}
}
