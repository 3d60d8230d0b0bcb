package ivr

import (
	"time"

	"signpost/flows"
	"signpost/internal/privacy"
	"signpost/internal/webhook"
)

// TokenLife is how long a position can be opened: longer than the longest call. Expiry is
// rounded down to whole hours, so that a repeated webhook gets the same token.
const TokenLife = webhook.LongestCall + 2*time.Hour

// position is where a call is.
type position struct {
	state flows.State
	turns byte // replies so far; helplineOnly in its highest bit
	typed typed
}

const positionSize = flows.StateSize + 1 + typedSize

// helplineOnly marks a call that is offered the 24-hour line only.
const helplineOnly = 0x80

func (p position) helplineOnly() bool { return p.turns&helplineOnly != 0 }
func (p position) taken() byte        { return p.turns &^ helplineOnly }

// Positions seals where a call is into its follow-up URLs. A token can be opened for its
// own call only.
type Positions struct {
	Keys *privacy.Keyring
	Now  func() time.Time
}

const positionPurpose = "call position"

func (p Positions) seal(call string, pos position) string {
	expires := p.Now().Truncate(time.Hour).Add(TokenLife)
	return p.Keys.Seal(positionPurpose, call, expires,
		append(append(pos.state.Encode(), pos.turns), pos.typed.encode()...))
}

// open reads the position of a follow-up; ok is false when it is not one of ours, belongs
// to another call, has expired, or does not fit the book.
func (p Positions) open(c webhook.Call, b *flows.Book) (pos position, ok bool) {
	data, err := p.Keys.Open(positionPurpose, c.ID, p.Now(), c.Position)
	if err != nil || len(data) != positionSize {
		return position{}, false
	}
	state, err := b.Decode(data[:flows.StateSize])
	return position{state, data[flows.StateSize], decodeTyped(data[flows.StateSize+1:])}, err == nil
}
