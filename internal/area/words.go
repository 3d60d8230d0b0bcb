package area

import "strings"

// The words around a place name. They are English as people text it; the names
// themselves are in the tables and the flow book.

// locative words put a place before or after them and mean nothing else: "im in
// kendal". With only these around it even an ordinary word can be a place.
func locative(w string) bool {
	switch w {
	case "i", "im", "am", "we", "were", "are", "live", "living", "lives", "in", "near", "nr", "at", "from", "around", "outside", "just", "by",
		"town", "village", "city", "please", "pls", "plz", "hi", "hello", "hey", "its", "it", "is", "x", "xx", "xxx", "now", "currently":
		return true
	}
	return false
}

// padding is what else people put around the name of a place.
func padding(w string) bool {
	if locative(w) {
		return true
	}
	switch w {
	case "the", "help", "me", "my", "our", "area", "place", "with", "kids", "children", "mum", "mums", "mam", "dad", "thanks", "thank", "you", "ta",
		"centre", "center", "rn", "atm", "moment", "and", "county", "uk", "england", "post", "code", "postcode", "staying", "stay", "based",
		"somewhere", "about", "lake", "hospital", "think", "need", "to", "a", "of", "on", "ok", "yes", "sorry", "who", "services":
		return true
	}
	return w != "" && strings.Trim(strings.TrimLeft(w[:1], "am")+w[1:], "0123456789") == "" // a number, or a road's
}

// placed words make what follows a place.
func placed(w string) bool {
	switch w {
	case "in", "near", "nr", "from", "around", "outside", "live", "living", "town", "by", "at", "to", "towards":
		return true
	}
	return false
}

// person words make what follows a person.
func person(w string) bool {
	switch w {
	case "name", "named", "called", "mr", "mrs", "miss", "ms", "boyfriend", "girlfriend", "husband", "wife", "partner", "ex", "sister", "brother", "son",
		"daughter", "friend", "mate", "mum", "mam", "dad", "uncle", "auntie", "aunt", "cousin", "with", "and", "told", "love", "dear":
		return true
	}
	return false
}

// acts are words that make what comes before them a person.
func acts(w string) bool {
	switch w {
	case "is", "was", "has", "told", "said", "says", "hit", "hits", "keeps", "wont", "wants", "took", "takes", "will", "makes", "made", "knows", "s":
		return true
	}
	return false
}

// streetEnd words make what comes before them a street or a building.
func streetEnd(w string) bool {
	switch w {
	case "road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "close", "drive", "dr", "way", "court", "crescent", "grove", "terrace", "gardens",
		"hotel", "arms", "pub", "inn", "bank", "building", "cake", "cheese", "mint", "sausage", "united", "fc":
		return true
	}
	return false
}

// connects words join the parts of one name: "chapel en le frith".
func connects(w string) bool {
	switch w {
	case "by", "le", "la", "en", "upon", "on", "under", "in", "cum", "next", "of", "the":
		return true
	}
	return false
}

// qualifies words make another place of the name behind them.
func qualifies(w string) bool {
	switch w {
	case "great", "little", "high", "higher", "low", "lower", "upper", "nether", "over", "old", "new", "north", "south", "east", "west", "st", "saint", "church",
		"castle", "long", "market", "much", "kirk", "middle", "mid":
		return true
	}
	return false
}

// function words carry a sentence on after a place: no name goes on with them.
func function(w string) bool {
	switch w {
	case "but", "so", "because", "cos", "coz", "cause", "he", "she", "they", "his", "her", "him", "them", "there", "here", "where", "when", "what", "which", "cant",
		"dont", "have", "has", "had", "got", "can", "could", "will", "would", "should", "want", "wants", "be", "been", "being", "if", "or", "not", "no", "for", "this",
		"that", "then", "today", "tonight", "tomorrow", "since", "until", "all", "any", "alone", "again", "hes", "shes", "theyre", "ive", "id", "ill", "do", "did",
		"was", "ring", "call", "text", "right", "too", "as", "well", "anyone", "someone", "who", "how", "up", "out", "off", "still", "only", "also", "even":
		return true
	}
	return false
}

// generic reports a name made only of words that name parts of any place:
// "mill hill", "the green", "town end". In a sentence it needs "in" before it.
func generic(name string) bool {
	for w := range strings.FieldsSeq(name) {
		switch w {
		case "the", "town", "end", "hill", "top", "mill", "lane", "chapel", "old", "new", "mount", "pleasant", "south", "north", "west", "east", "green",
			"common", "side", "bank", "high", "low", "street", "cross", "park", "grange", "moss", "wood", "bridge", "great", "little", "upper", "lower",
			"church", "station", "road", "farm", "hall", "house", "gate", "port", "broad", "oak", "back", "barrows", "way", "view", "court", "water", "head":
		default:
			return false
		}
	}
	return true
}
