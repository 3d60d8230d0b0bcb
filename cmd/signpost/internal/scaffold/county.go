// Package scaffold makes a flow book for another county from a few answers: its
// parts, their towns, and the service of each. Everything that is the same in the
// whole country (the national lines, the wording, the ways out) is taken from the
// book that ships.
package scaffold

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"signpost/internal/gsm7"
	"signpost/internal/normalise"
)

// Limits of a county. A menu has four choices, and one text of 160 letters.
const (
	MaxParts  = 8
	maxInMenu = 4
	maxName   = 24 // letters of a county's name
	maxHalf   = 15 // letters of what its half is called
	maxTowns  = 36 // letters of the towns that name a part
	maxFacts  = 120
	maxPlace  = 60
	maxPlaces = 500
	maxText   = 160 // letters of one text
	// placeholder is where the choices are in a text.
	placeholder = "{choices}"
	// partsText is what a menu of parts says, by text.
	partsText = "Which part? {choices}. Or send your town. Not sure: 0 24-hour line. 9 back, X leave."
)

// MaxName is how many letters a county's name may have.
func MaxName() int { return min(maxName, room()-len("1 ")) }

// MaxHalf is how many letters the name of a half may have.
func MaxHalf() int { return min(maxHalf, (room()-len("1 , 2 "))/2) }

// MaxTowns is how many letters the towns that name a part may have.
func MaxTowns() int { return min(maxTowns, room()-len("1 ")) }

// County is what is different in another county.
type County struct {
	Name string
	// Halves are what people call the first and the second half of the parts, when
	// there are more than four.
	Halves [2]string
	Parts  []Part
	// NextDoor are places outside it that people there write.
	NextDoor []string
}

// Part is a part of a county that has a service of its own.
type Part struct {
	Towns    string // one to three, as callers hear them: "Preston or Chorley"
	Places   []string
	Councils []Council
	Service  Service
}

// Council is a district council, with the code the Office for National Statistics
// gives it; without one, its postcodes are not known.
type Council struct{ Name, Code string }

// Service is the local service of a part.
type Service struct{ Name, Number, Hours, Source string }

// The book that ships has to be as it is expected here; the tests hold it to that.
var errChanged = errors.New("the book that ships has changed: it has to be made by hand")

// Halved reports a county with more parts than a menu has choices.
func (c County) Halved() bool { return len(c.Parts) > maxInMenu }

// Menus are the parts as they are offered together: all of them, or two halves.
func (c County) Menus() [][]Part {
	if !c.Halved() {
		return [][]Part{c.Parts}
	}
	mid := (len(c.Parts) + 1) / 2
	return [][]Part{c.Parts[:mid], c.Parts[mid:]}
}

// RoomFor reports whether a part with these towns still fits the menu that it would
// be in: all its choices have to fit one text.
func (c County) RoomFor(towns string) error {
	c.Parts = append(slices.Clone(c.Parts), Part{Towns: towns})
	for _, menu := range c.Menus() {
		used := -len(", ")
		for _, p := range menu {
			used += gsm7.Length("1 , " + p.Towns)
		}
		if over := used - maxMenuText(); over > 0 {
			return fmt.Errorf("together the towns of %d parts are %d letters too long for one text: give it one town "+
				"only, or begin again with one town for each",
				len(menu), over)
		}
	}
	return nil
}

// Towns reports what is wrong with the towns that name a part.
func Towns(s string) error {
	switch {
	case s == "":
		return errors.New("callers have to recognise the part by its towns")
	case gsm7.Length(s) > MaxTowns():
		return fmt.Errorf("%q is longer than %d letters: name the two best known", s, MaxTowns())
	}
	return words(s)
}

// Name reports what is wrong with the name of a county.
func Name(s string) error { return name(s, MaxName()) }

// Half reports what is wrong with the name of a half.
func Half(s string) error { return name(s, MaxHalf()) }

func name(s string, most int) error {
	if s == "" || gsm7.Length(s) > most {
		return fmt.Errorf("give a name of at most %d letters", most)
	}
	return words(s)
}

// Facts reports what is wrong with what is only for those who run this.
func Facts(s string) error {
	if s == "" || len(s) > maxFacts {
		return fmt.Errorf("give %d letters at most, and not nothing", maxFacts)
	}
	return nil
}

// Places reports what is wrong with a list of places.
func Places(list []string) error {
	if len(list) > maxPlaces {
		return fmt.Errorf("%d at most; more belong in a place table (docs/places.md)", maxPlaces)
	}
	for _, p := range list {
		if len(p) > maxPlace || normalise.Text(p) == "" {
			return fmt.Errorf("%q is not the name of a place", p)
		}
	}
	return nil
}

func words(s string) error {
	if r, _, bad := gsm7.FirstOutside(s); bad {
		return fmt.Errorf("%q cannot be in a plain text message: write it with ordinary letters", string(r))
	}
	if strings.ContainsAny(s, "{}[]<>\"\\:;#0123456789") {
		return fmt.Errorf("%q is more than words", s)
	}
	return nil
}
