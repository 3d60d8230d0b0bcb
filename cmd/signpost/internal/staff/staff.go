// Package staff knows who may use a desk: people with their passkeys, invitations, the
// hosts that follow the desk, and an audit trail of what people did. It holds nothing about
// callers. There are no passwords and no mail.
package staff

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/go-webauthn/webauthn/webauthn"

	"signpost/flows/saved"
	"signpost/internal/privacy"
)

// Role is what a person may do.
type Role string

// The roles. An approver may do all that an editor may.
const (
	Editor   Role = "editor"
	Approver Role = "approver"
)

// Limits of what is kept.
const (
	InvitationTime = 48 * time.Hour // an invitation is good for this long
	maxName        = 60             // characters
	maxPeople      = 200
	maxKeys        = 10 // passkeys of one person
	maxTrail       = 1 << 20
)

// Person is one of the staff.
type Person struct {
	ID    string                `json:"id"` // random, and never another's
	Name  string                `json:"name"`
	Role  Role                  `json:"role"`
	Added time.Time             `json:"added"`
	Keys  []webauthn.Credential `json:"passkeys"`
}

// MayApprove reports that the person may approve what others wrote.
func (p Person) MayApprove() bool { return p.Role == Approver }

// WebAuthnID is the handle that a passkey holds.
func (p Person) WebAuthnID() []byte { return []byte(p.ID) }

// WebAuthnName is the name that a browser shows.
func (p Person) WebAuthnName() string { return p.Name }

// WebAuthnDisplayName is the same.
func (p Person) WebAuthnDisplayName() string { return p.Name }

// WebAuthnCredentials are the passkeys.
func (p Person) WebAuthnCredentials() []webauthn.Credential { return p.Keys }

// Invitation lets one person join, once.
type Invitation struct {
	Name  string    `json:"name"`
	Role  Role      `json:"role"`
	Until time.Time `json:"until"`
}

// Host is a gateway's host that may follow the desk.
type Host struct {
	Name  string    `json:"name"`
	Added time.Time `json:"added"`
}

// Event is one thing that somebody did.
type Event struct {
	At    time.Time `json:"at"`
	By    string    `json:"by"`
	What  string    `json:"what"`
	About string    `json:"about,omitempty"`
}

// Staff is what a folder knows. The program that runs the desk and the commands beside it
// may use the same folder at once: each fact is a file.
type Staff struct {
	dir string
	now func() time.Time

	mu         sync.Mutex
	web        *webauthn.WebAuthn // nil: only the commands are there
	sessions   map[[32]byte]*Session
	ring       *privacy.Keyring       // seals sign-ins that have begun
	done       map[[32]byte]time.Time // by their hashes, those that were used, until they end
	ceremonies map[string]ceremony
	wrong      []time.Time // when wrong invitations were tried
}

// Open opens a folder, and makes it. With an origin, like https://desk.example.org, people
// can sign in there.
func Open(dir, origin string, now func() time.Time) (*Staff, error) {
	for _, folder := range []string{"people", "invitations", "hosts"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o700); err != nil {
			return nil, fmt.Errorf("make the folder of the desk: %w", err)
		}
	}
	ring, err := privacy.NewKeyring(privacy.NewSecret())
	if err != nil {
		return nil, fmt.Errorf("make a key for signing in: %w", err)
	}
	s := &Staff{dir: dir, now: now, ring: ring, sessions: map[[32]byte]*Session{}, done: map[[32]byte]time.Time{},
		ceremonies: map[string]ceremony{}}
	if origin == "" {
		return s, nil
	}
	at, err := url.Parse(origin)
	if err != nil || at.Host == "" {
		return nil, fmt.Errorf("%q is not an address like https://desk.example.org", origin)
	}
	s.web, err = webauthn.New(&webauthn.Config{RPID: at.Hostname(), RPDisplayName: "Signpost desk",
		RPOrigins: []string{origin}})
	if err != nil {
		return nil, fmt.Errorf("prepare passkeys for %s: %w", origin, err)
	}
	return s, nil
}

// secret is a code that nobody can guess: 128 bits.
func secret() string { return strings.ToLower(rand.Text()) }

// hashed is how a secret is kept.
func hashed(code string) string {
	s := sha256.Sum256([]byte(code))
	return hex.EncodeToString(s[:])
}

func (s *Staff) write(folder, name string, value any) error {
	data, err := json.MarshalIndent(value, "", " ")
	if err == nil {
		err = saved.Replace(filepath.Join(s.dir, folder, name+".json"), data)
	}
	if err != nil {
		return fmt.Errorf("write to the folder of the desk: %w", err)
	}
	return nil
}

// read reads all files of a folder.
func read[T any](s *Staff, folder string) (map[string]T, error) {
	files, err := filepath.Glob(filepath.Join(s.dir, folder, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("read the folder of the desk: %w", err)
	}
	out := map[string]T{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var v T
		if err == nil {
			err = json.Unmarshal(data, &v)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		out[strings.TrimSuffix(filepath.Base(file), ".json")] = v
	}
	return out, nil
}

// okName is a name that can be shown on one line.
func okName(name string) error {
	bad := strings.ContainsFunc(name,
		func(r rune) bool { return !unicode.IsPrint(r) || strings.ContainsRune("<>\"", r) })
	if n := utf8.RuneCountInString(name); n == 0 || n > maxName || bad || strings.TrimSpace(name) != name {
		return fmt.Errorf("a name has 1 to %d characters, without < and >", maxName)
	}
	return nil
}

// Invite makes an invitation. The code is shown once, and only its hash is kept. For a name
// that is known, it adds another passkey to that person.
func (s *Staff) Invite(name string, role Role) (code string, err error) {
	if err := okName(name); err != nil {
		return "", err
	}
	if role != Editor && role != Approver {
		return "", fmt.Errorf("a role is editor or approver, not %q", role)
	}
	people, err := s.People()
	if err != nil {
		return "", err
	}
	if at := slices.IndexFunc(people, func(p Person) bool { return p.Name == name }); at >= 0 &&
		len(people[at].Keys) >= maxKeys {
		return "", fmt.Errorf("%s has %d passkeys, and no room for another: remove %s, then invite again", name,
			maxKeys, name)
	}
	code = secret()
	if err := s.write("invitations", hashed(code), Invitation{name, role, s.now().Add(InvitationTime)}); err != nil {
		return "", err
	}
	return code, s.Record("The server", "invited", name+", "+string(role))
}

// People are all, by name.
func (s *Staff) People() ([]Person, error) {
	all, err := read[Person](s, "people")
	var out []Person
	for _, p := range all {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Person) int { return strings.Compare(a.Name+a.ID, b.Name+b.ID) })
	return out, err
}

// byID is a person, if they are still one of the staff.
func (s *Staff) byID(id string) (Person, bool) {
	if len(id) == 0 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return Person{}, false
	}
	data, err := os.ReadFile(filepath.Join(s.dir, "people", id+".json"))
	var p Person
	return p, err == nil && json.Unmarshal(data, &p) == nil && p.ID == id
}

// Remove takes the access of a person away, at once, or that of a host.
func (s *Staff) Remove(name string) error {
	people, err := s.People()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(people, func(p Person) bool { return p.Name == name })
	if at < 0 {
		if known, err := s.removeHost(name); err != nil || !known {
			return cmp.Or(err, fmt.Errorf("there is no person and no gateway %q", name))
		}
		return s.Record("The server", "removed a gateway", name)
	}
	if err := s.withdraw(name); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(s.dir, "people", people[at].ID+".json")); err != nil {
		return fmt.Errorf("remove %s: %w", name, err)
	}
	return s.Record("The server", "removed", name)
}

// withdraw takes back all invitations of a name: one that was not used yet would let them in
// again.
func (s *Staff) withdraw(name string) error {
	open, err := read[Invitation](s, "invitations")
	if err != nil {
		return err
	}
	for file, i := range open {
		if i.Name != name {
			continue
		}
		if err := os.Remove(filepath.Join(s.dir, "invitations", file+".json")); err != nil &&
			!errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("take back an invitation of %s: %w", name, err)
		}
	}
	return nil
}

// NewHost makes the token of a host. A host of that name loses its old one.
func (s *Staff) NewHost(name string) (token string, err error) {
	if err := okName(name); err != nil {
		return "", err
	}
	if _, err := s.removeHost(name); err != nil {
		return "", err
	}
	token = secret()
	if err := s.write("hosts", hashed(token), Host{name, s.now()}); err != nil {
		return "", err
	}
	return token, s.Record("The server", "gave a gateway a token", name)
}

// removeHost takes the token of a host back, if there is one of that name.
func (s *Staff) removeHost(name string) (known bool, err error) {
	all, err := read[Host](s, "hosts")
	if err != nil {
		return false, err
	}
	for file, h := range all {
		if h.Name == name {
			if err := os.Remove(filepath.Join(s.dir, "hosts", file+".json")); err != nil {
				return false, fmt.Errorf("take the token of %s back: %w", name, err)
			}
			known = true
		}
	}
	return known, nil
}

// Hosts are the names of all hosts.
func (s *Staff) Hosts() ([]string, error) {
	all, err := read[Host](s, "hosts")
	var out []string
	for _, h := range all {
		out = append(out, h.Name)
	}
	slices.Sort(out)
	return out, err
}

// HostOf is the host that a token belongs to.
func (s *Staff) HostOf(token string) (string, bool) {
	data, err := os.ReadFile(filepath.Join(s.dir, "hosts", hashed(token)+".json"))
	var h Host
	return h.Name, err == nil && json.Unmarshal(data, &h) == nil && h.Name != ""
}

// Record adds an event to the audit trail.
func (s *Staff) Record(by, what, about string) error {
	data, err := json.Marshal(Event{s.now().UTC(), by, what, about})
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(s.dir, "audit.jsonl"), os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	_, err = f.Write(append(data, '\n')) // one write: lines of two programs do not mix
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// Trail is the newest events, the last first.
func (s *Staff) Trail(most int) ([]Event, error) {
	f, err := os.Open(filepath.Join(s.dir, "audit.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	defer f.Close()
	if at, err := f.Stat(); err == nil && at.Size() > maxTrail {
		_, _ = f.Seek(-maxTrail, 2) // of older ones, the file has more than a page shows
	}
	var out []Event
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e Event
		if json.Unmarshal(bytes.TrimSpace(lines.Bytes()), &e) == nil {
			out = append(out, e)
		}
	}
	slices.Reverse(out)
	return out[:min(len(out), most)], nil
}
