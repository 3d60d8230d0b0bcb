package hear

// Kind is what a fact is about.
type Kind uint8

// What is listened for. The names are those of the lists in the flow book.
const (
	Danger         Kind = iota // somebody is in danger now
	Injury                     // strangled, a blow to the head or a pregnant belly: a doctor too
	Despair                    // wants to die
	Taken                      // has taken something
	Hurt                       // the writer is the one who is harmed
	Behaviour                  // the writer is the one who harms
	MaybeBehaviour             // the writer may be the one who harms: ask
	Other                      // it is about somebody else
	Child                      // a child writes
	Man
	LGBT
	Sexual // sexual violence
	Honour // honour-based abuse, forced marriage
	Older
	ChildConcern // an adult is worried about a child
	Deaf
	TextOnly    // cannot speak, or wants text only
	Interpreter // speaks another language
	Homeless    // nowhere to sleep tonight
	Stalked
	Tracked // the phone or the car is tracked
	Visa
	Anonymous // wants to report without a name
	Watched   // somebody else reads the phone
	Leave
	Thanks
	SmallTalk
	AskHuman   // is this a person
	AskWho     // who are you
	AskFree    // is it free
	AskBill    // does it show on the bill
	AskCall    // can you ring me
	AskPrivate // do you tell anybody
	AskHours   // is it open
	AskSilent  // how to ring 999 without a sound
	NoAnswer   // they did not answer
	Engaged
	DeadLine
	Machine  // an answering machine
	Shut     // they are closed
	Another  // another number
	Repeat   // the number again
	Helpline // the 24-hour line
	Wrong    // not that place
	Yes
	No
	Neither
	NotSure
	First
	Second
	Third
	Fourth
	Filler   // says nothing by itself
	Past     // it was long ago
	Story    // a song, a film, a game, an advertisement
	Here     // makes a place the writer's
	Near     // a place to steer by
	NotHere  // a place the writer is not at, or has left
	Theirs   // somebody else's place
	Going    // where the writer is going
	Person   // the name of a person
	Thing    // the name of a street, a shop, a club
	At       // a place, without saying whose
	Ordinary // everyday life, and nothing that is listened for; only weighed
	kinds
)

// A [Set] has a bit for each kind.
const _ = uint(64 - kinds)

// names are what the kinds are called in the flow book, in the same order.
var names = [kinds]string{"danger", "injury", "despair", "taken", "hurt", "behaviour", "maybe_behaviour", "other",
	"child", "man", "lgbt", "sexual", "honour", "older",
	"child_concern", "deaf", "text_only", "interpreter", "homeless", "stalked", "tracked", "visa", "anonymous",
	"watched", "leave", "thanks", "small_talk",
	"ask_human", "ask_who", "ask_free", "ask_bill", "ask_call", "ask_private", "ask_hours", "ask_silent", "no_answer",
	"engaged", "dead_line", "machine",
	"shut", "another", "repeat", "line_24h", "wrong", "yes", "no", "neither", "not_sure", "first", "second", "third",
	"fourth", "filler", "past", "story",
	"place_here", "place_near", "place_not", "place_theirs", "place_going", "place_person", "place_thing", "place_at",
	"ordinary"}

func (k Kind) String() string { return names[k%kinds] }

// Kinds are the names of all kinds, in order.
func Kinds() []string { return append([]string(nil), names[:]...) }

// KindNamed finds a kind by its name in the flow book.
func KindNamed(name string) (Kind, bool) {
	for k, n := range names {
		if n == name {
			return Kind(k), true
		}
	}
	return 0, false
}

// Set is several kinds.
type Set uint64

// Of makes a set.
func Of(ks ...Kind) (s Set) {
	for _, k := range ks {
		s |= 1 << k
	}
	return s
}

// Has reports whether a kind is in the set.
func (s Set) Has(k Kind) bool { return s&(1<<k) != 0 }

// Any reports whether one of the kinds is in the set.
func (s Set) Any(ks ...Kind) bool { return s&Of(ks...) != 0 }

// urgent facts are dropped when the text says that it was long ago, or tells a story.
var urgent = Of(Danger, Injury, Despair, Taken)
