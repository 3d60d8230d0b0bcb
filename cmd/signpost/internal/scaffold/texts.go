package scaffold

// districtsHead begins the list of districts.
const districtsHead = `# The districts that areas.yaml shares out, and the councils whose postcodes lie in each. ` +
	`LETTER COUNCILS NAME.
# Codes are the Office for National Statistics', like E07000123; several with commas; - while they are not known.
# "signpost areas build -postcodes" makes a postcode table of them; without one, a person who sends a postcode is asked.
`

// areasHead begins areas.yaml.
const areasHead = `# yaml-language-server: $schema=schema/areas.schema.json
#
# THE AREAS: which services serve which part of the county.
#
#   name       for you; callers never hear it.
#   text, say  how the area is offered as a choice: by its towns, never by the
#              name of a service.
#   districts  the districts it covers, as they are called in area/districts.txt.
#              Each district belongs to exactly one area.
#   also_called  names people use for it: towns, villages, estates. For another name,
#              add another word here. A name that people use for somewhere else, too,
#              does not belong here, or belongs under "several".
#   services   in the order they are offered; each one's if_no_answer follows.
#
# The last area is everywhere else. Keep it last.
schema: 1
areas:

`

// areasBeyond are the areas outside of every county; what people call the last goes into it.
const areasBeyond = `  wales:
    name: Wales
    text: Wales
    say: Wales
    districts: [Wales]
    also_called: [wales]
    services: [live_fear_free]

  scotland:
    name: Scotland
    text: Scotland
    say: Scotland
    districts: [Scotland]
    also_called: [scotland]
    services: [scotland_helpline]

  elsewhere:
    name: Everywhere else
    text: somewhere else
    say: anywhere else
    districts: [elsewhere in England, Northern Ireland, Isle of Man, Channel Islands]
    also_called: %s
    services: [national_helpline, victim_support]
`

// examplesHead begins examples.yaml.
const examplesHead = `# yaml-language-server: $schema=schema/examples.schema.json
#
# EXAMPLES: conversations as they should go. "signpost check" runs them all, so a
# change that breaks one is found before a caller finds it.
#
#   at      the moment it happens; otherwise a weekday afternoon in term time.
#   texts   a conversation by text. they: what they write. we: what our answer
#           holds. never: what it must not hold. silence: yes when we say nothing.
#   call    a call. they: "rings", a key, "silence", or how the line we called ended:
#           "answered", "short" (a machine, say), "no answer", "engaged", "failed",
#           "cancelled".
#           connects_to: the service we ring next.
schema: 1
examples:
`

// examplesAnywhere are the examples that hold in every county; what the first answer holds goes into them.
const examplesAnywhere = `  - name: Anything else is answered with one harmless question
    texts:
      - they: can you help
        we: [%s]
      - they: "1"
        we: 0808 2000 247

  - name: 999 by text is told at once to call it
    texts:
      - they: "999"
        we: ["999", "55"]

  - name: Across the border in Wales
    texts:
      - they: wales
        we: 0808 80 10 800

  - name: Across the border in Scotland
    texts:
      - they: scotland
        we: 0800 027 1234

  - name: Leaving is silent
    texts:
      - they: x
        silence: yes
        ends: yes

  - name: Somebody worried about how they behave never gets a service for the people harmed
    texts:
      - they: how i behave
        we: [0808 802 4040, 116 123]
        never: [0808 2000 247, 0808 1689 111]

  - name: 0 goes straight to the 24-hour line
    call:
      - they: rings
      - they: "0"
        connects_to: national_helpline
      - they: answered
        ends: yes
`
