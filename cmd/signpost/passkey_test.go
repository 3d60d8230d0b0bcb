package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"signpost/cmd/signpost/internal/desk"
	"signpost/flows/changes"
	"signpost/flows/routes"
	"signpost/flows/testbook"
)

// office is a desk that is open, with a clock that a test turns.
type office struct {
	*desk.Desk
	dir, origin string
	ahead       atomic.Int64 // of the real time
}

// kept is shared by all desks of the tests: most begin with the same book.
var kept changes.Kept

// openOffice is a desk that begins with the test book without hours.
func openOffice(t *testing.T) *office {
	t.Helper()
	return openOfficeWith(t, testbook.Steady())
}

// openOfficeWith is a desk that begins with a book.
func openOfficeWith(t *testing.T, files fs.FS) *office {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{dir: t.TempDir(), origin: fmt.Sprintf("http://localhost:%d", listener.Addr().(*net.TCPAddr).Port)}
	o.Desk, err = desk.New(desk.Options{Dir: o.dir, First: files, Origin: o.origin, Preview: draftPages(&kept),
		Kept: &kept, Pence: routes.SegmentPence, Say: func(line string) { t.Log(line) },
		Now: func() time.Time { return time.Now().Add(time.Duration(o.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan struct{})
	go func() { _ = serve(ctx, listener, o.Handler()); close(over) }()
	t.Cleanup(func() { stop(); <-over; o.Close() })
	return o
}

func (o *office) invite(t *testing.T, name, role string) (code string) {
	t.Helper()
	exit, out, errs := inTerminal("desk", "invite", "-dir", o.dir, "-origin", o.origin, "-name", name, "-role", role)
	line, _, _ := strings.Cut(out, "\n")
	_, code, ok := strings.Cut(line, "#")
	if exit != exitOK || !ok {
		t.Fatalf("invite: %d, %s%s", exit, out, errs)
	}
	return code
}

// colleague is a browser with a passkey, made of software.
type colleague struct {
	http.Client
	origin string
	id     []byte
	handle []byte
	key    *ecdsa.PrivateKey
	count  uint32
}

func (o *office) browser(t *testing.T) *colleague {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &colleague{Client: http.Client{Jar: jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, origin: o.origin,
		id: id, key: key}
}

// reply is what the desk answered.
type reply struct {
	status         int
	body, location string
	header         http.Header
}

// ask sends a request as the browser does.
func (c *colleague) ask(t *testing.T, method, path string, body io.Reader, kind string, more ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, c.origin+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i < len(more); i += 2 {
		if req.Header.Set(more[i], more[i+1]); more[i] == "Host" {
			req.Host = more[i+1]
		}
	}
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, string(data), resp.Header.Get("Location"), resp.Header}
}

func (c *colleague) get(t *testing.T, path string, more ...string) reply {
	t.Helper()
	return c.ask(t, http.MethodGet, path, nil, "", more...)
}

func (c *colleague) post(t *testing.T, path string, form url.Values, more ...string) reply {
	t.Helper()
	return c.ask(t, http.MethodPost, path, strings.NewReader(form.Encode()),
		"application/x-www-form-urlencoded", more...)
}

func (c *colleague) send(t *testing.T, path string, value any) reply {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return c.ask(t, http.MethodPost, path, bytes.NewReader(data), "application/json")
}

// options are what the desk asks of a passkey.
type options struct {
	PublicKey struct {
		Challenge string
		User      struct{ ID string }
		RPID      string `json:"rpId"`
	} `json:"publicKey"`
}

func (c *colleague) begins(t *testing.T, path string, first any) (o options, r reply) {
	t.Helper()
	if r = c.send(t, path, first); r.status == http.StatusOK {
		if err := json.Unmarshal([]byte(r.body), &o); err != nil || o.PublicKey.Challenge == "" {
			t.Fatalf("%s says %s", path, r.body)
		}
	}
	return o, r
}

var b64 = base64.RawURLEncoding

func clientData(kind, challenge, origin string) []byte {
	data, _ := json.Marshal(map[string]any{"type": "webauthn." + kind, "challenge": challenge, "origin": origin,
		"crossOrigin": false})
	return data
}

// authData is what an authenticator signs: flags say that a person was there and was verified.
func (c *colleague) authData(flags byte) []byte {
	site := sha256.Sum256([]byte("localhost"))
	c.count++
	return binary.BigEndian.AppendUint32(append(site[:], flags), c.count)
}

// made is a new passkey for options, in the form of the WebAuthn standard with no attestation.
func (c *colleague) made(t *testing.T, o options, origin string) map[string]any {
	t.Helper()
	var err error
	if c.handle, err = b64.DecodeString(o.PublicKey.User.ID); err != nil {
		t.Fatal(err)
	}
	point, err := c.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	data := append(c.authData(0x45), make([]byte, 16)...)
	data = binary.BigEndian.AppendUint16(data, uint16(len(c.id)))
	data = append(data, c.id...)
	data = append(data, 0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20)
	data = append(data, point[1:33]...)
	data = append(append(data, 0x22, 0x58, 0x20), point[33:]...)
	object := append([]byte("\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58"), byte(len(data)))
	return map[string]any{"id": b64.EncodeToString(c.id), "rawId": b64.EncodeToString(c.id), "type": "public-key",
		"clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(clientData("create", o.PublicKey.Challenge,
			origin)), "attestationObject": b64.EncodeToString(append(object,
			data...)), "transports": []string{"internal"}}}
}

// signed is the passkey's answer to a challenge.
func (c *colleague) signed(t *testing.T, o options, origin string, flags byte) map[string]any {
	t.Helper()
	client, data := clientData("get", o.PublicKey.Challenge, origin), c.authData(flags)
	hash := sha256.Sum256(client)
	sum := sha256.Sum256(append(bytes.Clone(data), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, c.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{"id": b64.EncodeToString(c.id), "rawId": b64.EncodeToString(c.id), "type": "public-key",
		"clientExtensionResults": map[string]any{},
		"response": map[string]any{"clientDataJSON": b64.EncodeToString(client),
			"authenticatorData": b64.EncodeToString(data), "signature": b64.EncodeToString(signature),
			"userHandle": b64.EncodeToString(c.handle)}}
}

// join uses an invitation.
func (c *colleague) join(t *testing.T, code string) reply {
	t.Helper()
	o, r := c.begins(t, "/desk/join/begin", map[string]string{"code": code})
	if r.status != http.StatusOK {
		return r
	}
	return c.send(t, "/desk/join/finish", c.made(t, o, c.origin))
}

// signIn uses the passkey.
func (c *colleague) signIn(t *testing.T) reply {
	t.Helper()
	o, r := c.begins(t, "/desk/sign-in/begin", nil)
	if r.status != http.StatusOK {
		return r
	}
	return c.send(t, "/desk/sign-in/finish", c.signed(t, o, c.origin, 5))
}

// joined is a colleague who has joined.
func (o *office) joined(t *testing.T, name, role string) *colleague {
	t.Helper()
	c := o.browser(t)
	if r := c.join(t, o.invite(t, name, role)); r.status != http.StatusOK {
		t.Fatalf("join: %d, %s", r.status, r.body)
	}
	return c
}
