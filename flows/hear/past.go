package hear

// inPastOrStory marks the words about long ago or a story. A story is the whole sentence. Of what is long
// ago it is the part that [Ear.pastPart] finds, or the whole sentence, too.
func (e *Ear) inPastOrStory(r *Reading, ends []bool, wholeSentence bool) []bool {
	marks := r.marks.list()
	for _, f := range r.Facts {
		if f.Kind != Past && f.Kind != Story {
			continue
		}
		from, to := sentence(ends, f.From)
		if f.Kind == Past && !wholeSentence {
			from, to = e.pastPart(r, ends, f, from, to)
		}
		fill(marks, from, to)
	}
	return marks
}

// sentence is the sentence that a word is in: its first word, and the word behind it.
func sentence(ends []bool, word int) (from, to int) {
	from, to = word, word
	for from > 0 && !ends[from-1] {
		from--
	}
	for to < len(ends) && !ends[to] {
		to++
	}
	return from, min(to+1, len(ends))
}

// pastPart is the part of a sentence that is long ago. People write without full stops, so words that speak of
// now end it: "left him two years ago hes outside with a knife". Where they come first, it begins with its own
// subject: "hes got a knife i left him last year". A sentence that says only when is about the one before it:
// "he broke my jaw. it was years ago".
func (e *Ear) pastPart(r *Reading, ends []bool, past Fact, from, to int) (int, int) {
	if from > 0 && e.allAre(Dated, r.Words[from:past.From]) && e.allAre(Dated, r.Words[past.To:to]) {
		from, _ = sentence(ends, from-1)
	}
	if e.anyIs(Now, r.Words[past.From:past.To]) {
		return from, to // "its over now hes gone"
	}
	for i := past.To; i < to; i++ {
		if e.is(Now, r.Words[i]) {
			to = i
			break
		}
	}
	for i := past.From - 1; i >= from; i-- {
		if e.is(Now, r.Words[i]) {
			return e.subject(r, i+1, past.From), to
		}
	}
	return from, to
}

// subject is the place of the last of some words that says who does something, or of the first word.
func (e *Ear) subject(r *Reading, from, to int) int {
	for i := to - 1; i > from; i-- {
		if e.is(Subject, r.Words[i]) {
			return i
		}
	}
	return from
}
