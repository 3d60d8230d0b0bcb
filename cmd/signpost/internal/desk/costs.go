package desk

import (
	"time"

	"signpost/flows"
	"signpost/flows/routes"
)

// cost is the most that a way to a number costs, before and after.
type cost struct {
	Way     string
	Was, Is string
	Dearer  bool
}

// costs are the ways to a number that cost other than before.
func costs(before, after *flows.Book, now time.Time, pence float64) (out []cost) {
	was, is := routes.Summary(routes.Find(before, now)), routes.Summary(routes.Find(after, now))
	for i, w := range was {
		c := cost{Way: w.Way.String(), Was: costOf(w, pence), Is: costOf(is[i], pence),
			Dearer: is[i].Segments > w.Segments || is[i].Seconds > w.Seconds || is[i].Did > w.Did}
		if c.Way += ", to any number"; w.First {
			c.Way = w.Way.String() + ", to the first number"
		}
		if c.Was != c.Is {
			out = append(out, c)
		}
	}
	return out
}

func costOf(w routes.Worst, pence float64) string {
	switch words := w.Pence(pence); {
	case w.Routes == 0:
		return "there is no such way"
	case words == "":
		return w.Cost()
	default:
		return w.Cost() + ", " + words
	}
}
