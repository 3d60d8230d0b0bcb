package sms

import (
	"time"

	"signpost/internal/privacy"
	"signpost/internal/store"
	"signpost/internal/webhook"
)

// Identity names senders, conversations and messages by keyed hashes, and seals the cookies
// of conversations.
type Identity struct {
	Keys       *privacy.Keyring
	SessionTTL time.Duration // how long a conversation lives
	Now        func() time.Time
}

// names are what a message is stored and counted under.
type names struct {
	sender  string
	session store.SessionKey
	earlier []store.SessionKey // names from before midnight or before a rotation of the key
}

// repeats is how long after a message the provider may send it again.
const repeats = 5 * time.Minute

// names hashes by the newest key for today, then by older keys and, soon after midnight,
// for yesterday. The day is part of every hash but the message's, so that nothing stored
// on one day can be joined to another.
func (i Identity) names(m webhook.Message) (n names) {
	from, now := m.From.Raw.Reveal(), i.Now().UTC()
	days := []string{now.Format(time.DateOnly)}
	if before := now.Add(-max(i.SessionTTL, repeats)); before.YearDay() != now.YearDay() {
		days = append(days, before.Format(time.DateOnly))
	}
	n.sender = i.Keys.Hash("sender", days[0], from)
	for d, day := range days {
		for k := range i.Keys.Keys() {
			key := store.SessionKey{Conv: i.Keys.HashBy(k, "conversation", day, from, m.Line)}
			if m.ID != "" {
				key.Msg = i.Keys.HashBy(k, "message", m.ID)
			}
			if d == 0 && k == 0 {
				n.session = key
			} else {
				n.earlier = append(n.earlier, key)
			}
		}
	}
	return n
}
