package staff

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"signpost/flows/saved"
)

// Times and limits of signing in.
const (
	idle          = 30 * time.Minute // a session ends when nothing was done for this long
	longest       = 8 * time.Hour    // and at the latest after this
	maxSessions   = 1000
	ceremonyTime  = 5 * time.Minute
	maxCeremonies = 1000
	wrongMinute   = 20 // wrong invitations in a minute
)

var (
	// ErrSignIn is all that somebody is told who cannot be signed in.
	ErrSignIn = errors.New("that did not work. Try again, or ask for a new invitation")
	// ErrInvitation is the same for every invitation that cannot be used: a wrong one, an
	// old one, and one that was used.
	ErrInvitation = errors.New("this invitation cannot be used. It is good for two days, once. Ask for a new one")
	// ErrTooMany means that too many wrong invitations were tried.
	ErrTooMany = errors.New("too many wrong invitations were tried. Wait a minute")
)

// Session is somebody who is signed in.
type Session struct {
	person      string
	began, last time.Time
	draft       string
}

// ceremony is a joining that has begun.
type ceremony struct {
	data  *webauthn.SessionData
	began time.Time
	code  string // the hash of the invitation
	who   Person // who joins
}

// invitation reads one that is still good. Wrong ones are slowed down. A good one works
// while others try wrong ones, or anybody could keep people from joining.
func (s *Staff) invitation(code string) (Invitation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	data, err := os.ReadFile(filepath.Join(s.dir, "invitations", hashed(code)+".json"))
	var i Invitation
	if err == nil && json.Unmarshal(data, &i) == nil && !now.After(i.Until) {
		return i, nil
	}
	s.wrong = slices.DeleteFunc(s.wrong, func(at time.Time) bool { return at.After(now) || now.Sub(at) > time.Minute })
	if len(s.wrong) >= wrongMinute {
		return Invitation{}, ErrTooMany
	}
	s.wrong = append(s.wrong, now)
	return Invitation{}, ErrInvitation
}

// begin keeps a ceremony, and returns its name for a cookie.
func (s *Staff) begin(c ceremony) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := ""
	for name, other := range s.ceremonies {
		if s.now().Sub(other.began) > ceremonyTime {
			delete(s.ceremonies, name)
		} else if oldest == "" || other.began.Before(s.ceremonies[oldest].began) {
			oldest = name
		}
	}
	if len(s.ceremonies) >= maxCeremonies {
		delete(s.ceremonies, oldest)
	}
	name := secret()
	s.ceremonies[name] = c
	return name
}

// finish takes a ceremony: each can be finished once.
func (s *Staff) finish(name string) (ceremony, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.ceremonies[name]
	delete(s.ceremonies, name)
	return c, ok && s.now().Sub(c.began) <= ceremonyTime
}

// BeginJoin begins making a passkey for an invitation. The options are for the browser.
func (s *Staff) BeginJoin(code string) (options *protocol.CredentialCreation, name string, err error) {
	i, err := s.invitation(code)
	if err != nil {
		return nil, "", err
	}
	people, err := s.People()
	if err != nil {
		return nil, "", err
	}
	who := Person{ID: secret(), Name: i.Name, Role: i.Role, Added: s.now().UTC()}
	if at := slices.IndexFunc(people, func(p Person) bool { return p.Name == i.Name }); at >= 0 {
		who = people[at]
		who.Role = i.Role
	} else if len(people) >= maxPeople {
		return nil, "", ErrInvitation
	}
	if len(who.Keys) >= maxKeys {
		return nil, "", ErrInvitation
	}
	required := true
	options, data, err := s.web.BeginRegistration(who,
		webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
			RequireResidentKey: &required, ResidentKey: protocol.ResidentKeyRequirementRequired,
			UserVerification: protocol.VerificationRequired,
		}), webauthn.WithConveyancePreference(protocol.PreferNoAttestation))
	if err != nil {
		return nil, "", ErrInvitation
	}
	return options, s.begin(ceremony{data, s.now(), hashed(code), who}), nil
}

// FinishJoin keeps the passkey that a browser made, and uses the invitation up.
func (s *Staff) FinishJoin(name string, r *http.Request) (Person, error) {
	c, ok := s.finish(name)
	if !ok {
		return Person{}, ErrInvitation
	}
	key, err := s.web.FinishRegistration(c.who, *c.data, r)
	if err != nil {
		return Person{}, ErrInvitation
	}
	// Removing the file is what uses the invitation up: of two at once, one fails here.
	if err := os.Remove(filepath.Join(s.dir, "invitations", c.code+".json")); err != nil {
		return Person{}, ErrInvitation
	}
	c.who.Keys = append(slices.Clone(c.who.Keys), *key)
	if err := s.write("people", c.who.ID, c.who); err != nil {
		return Person{}, err
	}
	return c.who, s.Record(c.who.Name, "joined", string(c.who.Role))
}

// signInPurpose is what a sign-in that has begun is sealed for.
const signInPurpose = "sign-in to the desk"

// BeginSignIn begins signing in. It asks for any passkey of the desk, so that it says
// nothing about who there is. The browser keeps what has begun, sealed: anybody may begin, and
// a stranger who begins without end must not make the desk forget the others.
func (s *Staff) BeginSignIn() (options *protocol.CredentialAssertion, name string, err error) {
	options, data, err := s.web.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", ErrSignIn
	}
	kept, err := json.Marshal(data)
	if err != nil {
		return nil, "", ErrSignIn
	}
	return options, s.ring.Seal(signInPurpose, "", s.now().Add(ceremonyTime), kept), nil
}

// begun opens a sign-in that has begun.
func (s *Staff) begun(name string) (data webauthn.SessionData, until time.Time, ok bool) {
	kept, until, err := s.ring.OpenUntil(signInPurpose, "", name)
	return data, until, err == nil && !s.now().After(until) && json.Unmarshal(kept, &data) == nil
}

// once reports the first time that somebody is signed in by what has begun.
func (s *Staff) once(name string, until time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.done, func(_ [32]byte, until time.Time) bool { return s.now().After(until) })
	hash := sha256.Sum256([]byte(name))
	_, done := s.done[hash]
	s.done[hash] = until
	return !done
}

// FinishSignIn finds out who it is.
func (s *Staff) FinishSignIn(name string, r *http.Request) (Person, error) {
	data, until, ok := s.begun(name)
	if !ok {
		return Person{}, ErrSignIn
	}
	var who Person
	key, err := s.web.FinishDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
		var ok bool
		if who, ok = s.byID(string(handle)); !ok {
			return nil, ErrSignIn
		}
		return who, nil
	}, data, r)
	if err != nil || key.Authenticator.CloneWarning || !s.once(name, until) {
		return Person{}, ErrSignIn
	}
	for i := range who.Keys {
		if string(who.Keys[i].ID) == string(key.ID) {
			who.Keys[i] = *key // how often it was used tells a copied passkey
		}
	}
	if _, still := s.byID(who.ID); !still {
		return Person{}, ErrSignIn
	}
	if err := s.write("people", who.ID, who); err != nil {
		return Person{}, err
	}
	return who, s.Record(who.Name, "signed in", "")
}

// Start begins a session, with a token that nobody has seen before.
func (s *Staff) Start(p Person) (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var oldest [32]byte
	for hash, other := range s.sessions {
		if s.over(other) {
			delete(s.sessions, hash)
		} else if o := s.sessions[oldest]; o == nil || other.last.Before(o.last) {
			oldest = hash
		}
	}
	if len(s.sessions) >= maxSessions {
		delete(s.sessions, oldest)
	}
	token = secret()
	s.sessions[sha256.Sum256([]byte(token))] = &Session{person: p.ID, began: s.now(), last: s.now()}
	return token
}

func (s *Staff) over(other *Session) bool {
	now := s.now()
	return now.Sub(other.last) > idle || now.Sub(other.began) > longest
}

// Who is the person of a session. Someone who was removed is nobody from then on.
func (s *Staff) Who(token string) (p Person, draft string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hash := sha256.Sum256([]byte(token))
	session := s.sessions[hash]
	if session == nil || s.over(session) {
		delete(s.sessions, hash)
		return Person{}, "", false
	}
	if p, ok = s.byID(session.person); !ok {
		delete(s.sessions, hash)
		return Person{}, "", false
	}
	session.last = s.now()
	return p, session.draft, true
}

// OpenDraft remembers which draft a session works on.
func (s *Staff) OpenDraft(token, draft string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if session := s.sessions[sha256.Sum256([]byte(token))]; session != nil {
		session.draft = draft
	}
}

// End ends a session.
func (s *Staff) End(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, sha256.Sum256([]byte(token)))
}

// Keep writes a small fact of the desk, under a name; Kept reads it.
func Keep(file string, value any) error {
	data, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		return err
	}
	return saved.Replace(file, data)
}

// Kept reads what Keep wrote. Without the file, value stays as it is.
func Kept(file string, value any) error {
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, value)
}
