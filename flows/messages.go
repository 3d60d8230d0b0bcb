package flows

// Messages are the engine's own words. Placeholders are given with each.
type Messages struct {
	NotUnderstood Wording // {choices}; a call says it before the prompt: {zero}
	Silence       Wording // a call says it before repeating the prompt: {zero}
	GiveUp        Wording // the last words of a call nobody answers to: {zero}
	Emergency     Wording // to the key 5 on a call: {zero}
	// To danger by text: {local} {zero}. The short form is used where the other does
	// not fit one segment.
	Danger, DangerShort, DangerDeaf Wording
	Doctor, DoctorShort, DoctorDeaf Wording // danger, and a doctor must look at it
	Despair, DespairShort           Wording // wants to die
	Taken, TakenShort               Wording // has taken something
	// The same on the branch of own behaviour: {zero}.
	BehaviourDanger, BehaviourDeaf, BehaviourDoctor, BehaviourDespair, BehaviourTaken Wording
	// To a question there, whose answer would invite a town: {zero}
	BehaviourAsks Wording
	// Where NotUnderstood does not fit.
	NotUnderstoodShort            Wording
	Told                          Wording // to a sentence that asks for nothing we can give: {zero}
	NumberShort                   Wording // a services step, where Number does not fit
	NumberLocal, NumberLocalShort Wording // a line for a need, with the local number: {local}
	NumberTown                    Wording // a line for a need, when no place is known: it asks for the town
	Instead                       Wording // another number, after a complaint
	Last                          Wording // no other number is left
	// Reason begins the answer to a complaint, in the order of [Complaints].
	Reason     [6]Wording
	Which      Wording // which area: {choices}
	WhichOne   Wording // where one area is in doubt: its number, and for which towns it is: {place} {local} {zero}
	Fallback   Wording // when something of ours is broken: {zero}
	QuickExit  Wording // the harmless last words of a call
	Connecting Wording // before ringing a service: {label} {numbers}
	TheyAnswer Wording // before that, for a line whose first words name it: {first_words}
	TryNext    Wording // before another line is called, when the caller stayed on
	// How a line did not answer, before another is called.
	NoAnswer, Engaged, NotReached, Cancelled Wording
	AnyKey                                   Wording // after two silences: any key connects the caller
	Stay                                     Wording // after a line that answered, and was gone at once
	NumberLater                              Wording // a line that may not answer now: {zero} {label} {numbers} {doubt}
	BackKey                                  Wording // how to go back, where that leads anywhere: {back}
	Closed                                   Wording // a line skipped because it is closed: {label} {numbers} {hours}
	Nobody                                   Wording // when nobody answered at all: {zero}
	Accept                                   Wording // to the person who answers a line that must be accepted
	BackOn                                   Wording // a line that is paused: {label} {date}
	Static                                   Wording // when nothing else can be used, and no answer is read: {zero}
	Maintenance                              Wording // to everybody while the menus are out of use: {zero}
	Number                                   Wording // a services step that has no words of its own
	// Parts of sentences.
	HoursUnknown, HoursOpen, HoursClosed Wording // {hours}
	Free, MayShow                        Wording // what a bill shows
	ThenPress                            Wording // {key}
	Or                                   Wording // between two numbers
	Beside                               Wording // the 24-hour number next to a doubtful one: {numbers}
	Town, TownKnown                      Wording // {town}: an invitation to name it; the local number: {numbers} {facts}
	// A line that does not answer: in a text behind the 24-hour number, {label} {numbers};
	// on a call {doubt}.
	NotAnswering Wording
	// How a call offers its choices: the first, "For Carlisle, press 1.", and the others.
	CallChoice, CallChoiceNext Wording // {label} {key}
}

// Wording is one message on each channel.
type Wording struct{ Text, Say string }

// NamedWording is a message or a phrase, with its path in words.yaml.
type NamedWording struct {
	Path string // "messages.danger"
	*Wording
}

// Each gives every message and phrase with its path. What it points to can be changed.
func (m *Messages) Each() []NamedWording {
	all := []NamedWording{
		{"messages.not_understood", &m.NotUnderstood}, {"messages.silence", &m.Silence},
		{"messages.give_up", &m.GiveUp}, {"messages.emergency", &m.Emergency},
		{"messages.which", &m.Which}, {"messages.fallback", &m.Fallback}, {"messages.quick_exit", &m.QuickExit},
		{"messages.connecting", &m.Connecting}, {"messages.they_answer", &m.TheyAnswer},
		{"messages.try_next", &m.TryNext}, {"messages.no_answer", &m.NoAnswer}, {"messages.engaged", &m.Engaged},
		{"messages.not_reached", &m.NotReached},
		{"messages.cancelled", &m.Cancelled}, {"messages.any_key", &m.AnyKey}, {"messages.stay", &m.Stay},
		{"messages.number_later", &m.NumberLater}, {"phrases.back", &m.BackKey},
		{"messages.closed", &m.Closed}, {"messages.nobody", &m.Nobody}, {"messages.number", &m.Number},
		{"messages.back_on", &m.BackOn}, {"messages.maintenance", &m.Maintenance},
		{"messages.danger", &m.Danger}, {"messages.danger_short", &m.DangerShort},
		{"messages.danger_deaf", &m.DangerDeaf}, {"messages.doctor", &m.Doctor},
		{"messages.doctor_short", &m.DoctorShort}, {"messages.doctor_deaf", &m.DoctorDeaf}, {"messages.despair", &m.Despair},
		{"messages.despair_short", &m.DespairShort}, {"messages.taken", &m.Taken},
		{"messages.taken_short", &m.TakenShort}, {"messages.behaviour_danger", &m.BehaviourDanger},
		{"messages.behaviour_deaf", &m.BehaviourDeaf}, {"messages.behaviour_doctor", &m.BehaviourDoctor},
		{"messages.behaviour_despair", &m.BehaviourDespair}, {"messages.behaviour_taken", &m.BehaviourTaken},
		{"messages.behaviour_asks", &m.BehaviourAsks},
		{"messages.not_understood_short", &m.NotUnderstoodShort}, {"messages.told", &m.Told},
		{"messages.number_short", &m.NumberShort}, {"messages.number_local", &m.NumberLocal},
		{"messages.number_local_short", &m.NumberLocalShort}, {"messages.number_town", &m.NumberTown},
		{"messages.which_one", &m.WhichOne},
		{"messages.instead", &m.Instead}, {"messages.last", &m.Last},
		{"phrases.hours_unknown", &m.HoursUnknown}, {"phrases.hours_open", &m.HoursOpen},
		{"phrases.hours_closed", &m.HoursClosed}, {"phrases.free", &m.Free},
		{"phrases.may_show", &m.MayShow}, {"phrases.then_press", &m.ThenPress}, {"phrases.or", &m.Or},
		{"phrases.beside", &m.Beside}, {"phrases.town", &m.Town}, {"phrases.town_known", &m.TownKnown},
		{"phrases.not_answering", &m.NotAnswering}, {"messages.accept", &m.Accept},
		{"messages.static", &m.Static},
		{"phrases.call_choice", &m.CallChoice}, {"phrases.call_choice_next", &m.CallChoiceNext},
	}
	for i, k := range complaints {
		all = append(all, NamedWording{"phrases.reason_" + k.String(), &m.Reason[i]})
	}
	return all
}
