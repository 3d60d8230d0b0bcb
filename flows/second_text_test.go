package flows_test

import (
	"testing"

	"signpost/flows"
	"signpost/flows/hear"
)

// casesOf are texts that are of one case. What is 0 where the case has none, or where it does not matter.
type casesOf struct {
	kind  flows.CaseKind
	what  hear.Kind
	texts []string
}

// What people text second, after our question for the town or after a number, is understood for what it is.
func TestSecondTexts(t *testing.T) {
	b := shipped(t)
	for _, of := range []casesOf{
		{flows.CasePlace, 0, []string{
			"police in crewe gave me this number", "got your number off the police crewe",
			"the police crewe gave me the number", "the police crewe told me to text",
			"I see. Then I had better say Congleton", "saw your poster in kendal library",
			"im in talkin village", "near talkin", "I work at a school in crewe", "I work at a gym in crewe",
			"I work in a salon in crewe", "i work in a shop in crewe", "I run a gym in crewe",
			"childminder in macclesfield", "nurse at A&E in chester", "i went to the doctors in windermere",
			"my social worker in crewe said to text", "on a night out in chester", "at a party in chester",
			"got your number from the police in carlisle", "then i had better say crewe",
			"midwife gave me this number im in kendal", "in talkin", "talkin near brampton",
			"Where can I get help for domestic violence in Ulverston", "domestic abuse support in crewe",
			"over the road from crewe station", "pub in Cleator. walkin home now", "kirby stephan",
			"in leighton hospital car park", "malpas, nearest town is whitchurch",
			"whos the best person to talk to about a violent ex, im in northwich", "i'm at warrington cock",
			"i run a pub in kendal", "i teach in a school in crewe", "i work in a cafe in kendal",
			"nurse in carlisle", "i was at the doctors in kendal", "my midwife in whitehaven told me to text",
			"police in kendal gave me this number", "i work in a shop in crewe but live in chester",
		}},
		{flows.CaseShortcut, 0, []string{
			"im just askin for a mate",
		}},
		{flows.CaseRepeat, 0, []string{
			"police gave me this number", "my mother in law hits me", "will i lose my kids", "pls",
			"u promise", "can i still get help", "am i allowed", "who do i ask", "who can come with me",
			"what do you mean", "wdym", "wdym town", "town of what", "what town", "whats all them",
			"i dont understand", "not sure what to put", "what now", "deleted it by mistake send again pls",
			"is that even abuse tho", "is shouting abuse", "is it abuse if he only shouts", "is it normal",
			"am i being daft", "is that my fault", "is he allowed to do that", "no bruises so no proof",
			"he never hits me", "he only shouts", "got this number off a card in the doctors",
			"my friend said text you", "sumone told me 2 txt dis", "found this number in the toilets",
			"got this number off a card my husband hits me",
			"the police officer gave me this number", "my mother in law slaps me", "could i lose my children",
			"will i lose my baby", "i need help", "please", "plz x", "do you promise",
			"can i still ask for help", "am i still allowed to ring", "who should i ask for",
			"who will go with me", "what does that mean", "wot do u mean", "what do you mean by town",
			"i dont get it", "dont understand", "unsure what to write", "wot now", "deleted by mistake",
			"is this abuse", "is it even domestic abuse", "is swearing abuse", "does it count as abuse",
			"is this normal", "am i overreacting", "am i just being silly", "is it all my fault",
			"is my husband allowed to do this", "ive got no bruises or proof", "she never touched me",
			"he has never laid a finger on me", "he only ever swears", "my sister told me to text you",
			"someone said to ring this number", "midwife gave me this number",
			"how do i get a non molestation order myself without a solicitor", "my partner is controlling",
			"will they take my children from me",
			"im his wife he doesnt need a reason to hit me",
			"hi im his girlfriend he says he doesnt want help but he hits me",
			"i am his wife and he doesnt want me to leave", "no its his wife he hits me dont text this number",
			"pen not working can u send again in a bit", "my phone is not working can you send again",
			"he smashed my phone this is my mums phone", "help for domestic abuse",
			"saw this on a poster he hits me",
		}},
		{flows.CaseComplaint, hear.Another, []string{
			"not them someone else", "i dont want the local one", "somebody not from here",
			"rather not use the local one", "anyone who is not from round here", "not them somebody else",
		}},
		{flows.CaseQuestion, hear.AskHours, []string{
			"its 2am they wont be up will they", "nobody will be up at this time will they",
			"will anyone still be up", "can i ring tomorrow instead",
		}},
		{flows.CaseQuestion, hear.AskHuman, []string{
			"i dont want a robot", "not a machine", "a real person not this", "is it a woman il be talkin to",
			"dont want to talk to a machine",
		}},
		{flows.CaseQuestion, hear.AskWho, []string{
			"where are you based",
		}},
		{flows.CaseNeed, hear.ChildConcern, []string{
			"he hits my kids", "the kids are scared of him",
		}},
		{flows.CaseDanger, 0, []string{
			"blood is come", "he lock door from out. i have window", "i no can go out door locked",
			"he put my hed in the sink", "hes gettin out the car", "shes gone in the water",
			"he sed hed drive into river w her", "my girlfriend has took my insulin off me. im diabetic",
			"he found me home and hit me", "hes found me home alone", "help he found us hotel",
			"he found safe house im in",
			"hes in the waiting room", "dad hit her she wont get up", "my mum is on the floor",
			"he says hel drive them off a bridge", "he pours my insulin down the sink",
			"dragged her outside", "he dragged my mum into the car", "happened agen just now", "we are in the wardrobe",
			"he showed me where he would put me", "he sent me a pic of the rope", "everything blurry",
			"someones outside", "its him its his car", "parked outside", "hes parked outside",
			"at the gate now", "at the door now", "at the window now", "at the door with her brother",
			"at the gate now with her brother", "hes in again", "he's back in", "im on the floor",
			"he has it out now", "he has the gun out now", "somebody is outside", "theres someone outside now",
			"thats him thats his van", "i can hear his car outside", "parked outside now",
			"stood at the gate now", "at the back door now", "outside the window with his mates",
			"at the door with a bat", "hes got in again", "shes back in again", "im on the floor cant get up",
			"he has the knife out now", "call the police", "police in crewe please he has a knife",
			"hes outside", "he battered my head", "my friend told me to text you he has a knife",
			"i hear him in the kitchen with a knife",
		}},
		{flows.CaseComplaint, hear.DeadLine, []string{
			"rang. foreign man answered wrong number", "that numbers dead", "that number is dead",
			"says number not recognised", "rang and it said wrong number", "you gave me the wrong number",
			"the lines dead", "this number is dead", "number not recognised",
		}},
		{flows.CaseEither, 0, []string{
			"wanna be better dad",
			"i want to be a better husband", "need to be a better man",
		}},
		{flows.CaseDespair, 0, []string{
			"wan die", "too mny pils",
			"im not suicidal but i dont want to be here", "im not suicidal but whats the point",
			"im not suicidal i just want to sleep and not wake up", "i dont want the samaritans i want to die",
			"not suicidal as such but i think about the bridge", "i dont need samaritans im taking the lot",
			"im not going to kill myself but i wish i was dead", "i was not suicidal before but i am now",
		}},
		{flows.CaseSilent, 0, []string{
			"hi its her husband she dont need you anymore",
		}},
		{flows.CaseComplaint, hear.NoAnswer, []string{
			"no answer", "no answer please help me", "no reply from them",
		}},
		{flows.CaseUnclear, 0, []string{
			"please dont reply if its a man on your end. he always said hed pay a man to test me",
			"they found us a place!!! thank you so much x", "im the one who rang last week",
			"im the one who texted yesterday",
		}},
		{flows.CaseNeed, hear.Honour, []string{
			"my uncle booked the flight for friday", "they have bought my ticket to pakistan",
			"sent away to get wed", "my sister got sent away to marry",
			"my mother in law hits me and treats me like a slave",
			"my mother in law beats me and my husband lets her", "in laws beat me",
			"they sent her back home to get married",
		}},
		{flows.CaseLeave, 0, []string{
			"sorry wrong number", "soz wrong person", "oops wrong nr", "wrong number sorry",
			"wrong number mate", "sorry kids was playing with my phone",
			"sorry grandson was playing with my phone", "no need for help thank you",
			"i dont need help thanks", "oh sorry wrong number",
			"sorry wrong person", "whoops wrong number", "sorry my son was messing with my phone",
		}},
		{flows.CaseNo, 0, []string{
			"wrong town",
		}},
		{flows.CaseLeave, 0, []string{
			"wrong number lol", "oops wrong number my mistake", "gotta go", "sorry got to go", "tarra love",
			"sorry my toddler grabbed my phone",
		}},
		{flows.CaseSilent, 0, []string{
			"she wont want you. dont message this number again", "dont text this number again",
			"he sees the texts come in",
		}},
		{flows.CaseDanger, 0, []string{
			"somebody just asked for ani at our counter", "hes doing it right now", "yes hes still outside",
			"yeah there now", "screaming through the wall now", "he said he will drown the dog and then me",
			"hes just woke up", "my sister sent me a photo of her tablets",
		}},
		{flows.CaseDespair, 0, []string{
			"i just want to disappear", "a full packet of tablets and a bottle of vodka", "i dont matter to anyone",
		}},
		{flows.CaseThanks, 0, []string{
			"night night x", "spoke to a lady and she was lovely", "you do not know what that means to me",
		}},
		{flows.CaseDespair, 0, []string{
			"goodnight everyone", "goodnight cruel world", "so i wont wake up", "about 30 ibuprofen", "give me the samaritans number",
			"no one would notice if i wasnt here", "je veux mourir", "ich will sterben",
		}},
		{flows.CaseDanger, 0, []string{
			"he has found out i rang the police", "she wont wake up", "mummy wont wake up", "hes there now", "he has pills in his hand", "il a un couteau",
			"im in the airing cupboard with the kids", "mams still on the floor", "hes waking up again",
			"the gun is hidden in the shed",
		}},
		{flows.CaseSilent, 0, []string{
			"hes just seen this", "she can see my screen",
		}},
		{flows.CaseNeed, hear.Child, []string{
			"i look after my little brothers when mum drinks",
		}},
		{flows.CaseNeed, hear.Sexual, []string{
			"i was abused by a coach as a child", "can i get swabs done without telling the police",
		}},
		{flows.CaseNeed, hear.Interpreter, []string{
			"zawji yadribni", "have you a romanian speaker",
		}},
		{flows.CaseBehaviour, 0, []string{
			"im frightened of what i might do to her",
		}},
		{flows.CaseEither, 0, []string{
			"i dont like her wearing that",
			"she argues till i snap", "im the problem", "i think i may be controlling",
		}},
		{flows.CaseNeed, hear.Man, []string{
			"do you take men", "can you help fellas",
		}},
		{flows.CaseSomeone, 0, []string{
			"not my boyfriend my mums", "none of them its my sister",
		}},
		{flows.CaseComplaint, hear.Shut, []string{
			"theyre always shut when i ring",
		}},
		{flows.CaseComplaint, hear.Another, []string{
			"thats not very helpful", "that was no help",
		}},
		{flows.CaseQuestion, hear.AskPrivate, []string{
			"is it anonymous", "are the texts anonymous",
		}},
		{flows.CaseNotSure, 0, []string{
			"theres no town near here",
		}},
		{flows.CaseNeed, hear.Older, []string{
			"my carer takes my pension and hits me", "im 78 in a wheelchair and my son shouts at me",
		}},
		{flows.CaseNeed, hear.Sexual, []string{
			"assaulted on a night out in carlisle", "i said no and he carried on",
			"i said stop and he carried on", "i kept saying stop but he didnt stop", "he raped me",
		}},
		{flows.CaseSomeone, 0, []string{
			"friend of mine in kendal her husband wont let her speak",
			"friend of mine, her husband wont let her speak", "asking for a friend", "its for my sister",
			"asking for my sister", "its for my daughter", "its not for me its for my friend",
			"my sister her husband hits her can my mum come", "next door hits her",
		}},
		{flows.CaseSilent, 0, []string{
			"this is not her its her husband stop texting my wife",
			"she has my phone till 9",
			"stop texting my wife",
		}},
		{flows.CaseRepeat, 0, []string{
			"helo", "hallo", "heloo", "hello x", "hya",
		}},
		{flows.CaseNeed, hear.TextOnly, []string{
			"i cant talk text me",
		}},
		{flows.CaseRepeat, 0, []string{
			"saw this on the back of the toilet door at docs", "got it off a sticker in asda toilets",
			"saw this on a poster", "saw your poster in the library", "saw your card in the doctors",
			"a mate gave me it", "saw this on the toilet door in the library", "a policeman gave me it",
			"saw you on facebook", "got it off a card at the doctors", "seen this on a poster in the library",
			"the nurse gave me it",
		}},
		{flows.CaseDespair, 0, []string{
			"i am a waste of space", "nobody would miss me", "i want to die nobody would believe me",
			"thats it im done nobody would believe me",
		}},
	} {
		for _, text := range of.texts {
			if c := b.Classify(text); c.Kind != of.kind || of.what != 0 && c.What != of.what {
				t.Errorf("%q is %v (%v), and not %v (%v)", text, c.Kind, c.What, of.kind, of.what)
			}
		}
	}
}

// What only sounds alike is not taken for it.
func TestSecondTextsThatSoundAlike(t *testing.T) {
	b := shipped(t)
	for _, of := range []casesOf{
		{flows.CasePlace, 0, []string{
			"he works in a gym in crewe", "who will i be talkin to", "will it be a man im talkin to",
			"they wont belive me", "he works at a school in crewe", "my husband works in a shop in kendal",
			"met him at a party in chester", "i used to work in a shop in crewe",
			"his mum is a nurse in crewe",
		}},
		{flows.CaseRepeat, 0, []string{
			"what can i do", "i understand",
		}},
		{flows.CaseComplaint, hear.Another, []string{
			"ive hid them at next doors", "i left them at next doors",
		}},
		{flows.CaseQuestion, hear.AskHuman, []string{
			"a man talking to me in the street",
		}},
		{flows.CaseNeed, hear.ChildConcern, []string{
			"will they take my kids", "will social services take my kids off me",
			"kids said they want daddy to go", "an him on at me all day", "my ex wont let me see my baby",
			"my ex wont let me see my kids", "not of the baby of him",
			"bathroom window is open but kids r too little", "do they make boys too",
			"will the social take my kids off me", "will they take the kids away",
			"my kids keep saying they want him gone", "he wont let me have my kids",
			"do they take teenagers too", "do you take older boys",
		}},
		{flows.CaseDanger, 0, []string{
			"im cleaning on the floor", "im sleeping on the floor", "me heads battered",
			"what number do i ring off a landline", "landline only soon hes stopping my contract",
			"will they come out at night", "most nites",
			"my brain is fried", "my head is all over the place",
			"someones outside the shop selling poppies",
			"police told me to text this number", "he is cutting off my phone contract",
			"do they come out at weekends", "some nites",
		}},
		{flows.CaseComplaint, hear.DeadLine, []string{
			"no broken bones", "our electric was cut off by him",
		}},
		{flows.CaseQuestion, hear.AskPrivate, []string{
			"my wages go straight into his account",
		}},
		{flows.CaseQuestion, hear.AskHuman, []string{
			"oops wrong person", "is it for the person or for me",
		}},
		{flows.CaseNeed, hear.Anonymous, []string{
			"is this really anonymous",
		}},
		{flows.CaseNeed, hear.Man, []string{
			"im an army wife", "i am his wife",
		}},
		{flows.CaseNeed, hear.Honour, []string{
			"will they make me press charges", "they sent me this card",
		}},
		{flows.CaseNeed, hear.TextOnly, []string{
			"101 told me to text here", "the midwife said to text this number",
		}},
		{flows.CaseNo, 0, []string{
			"should i change my number",
		}},
		{flows.CaseDanger, 0, []string{
			"my bag is hidden in the garage", "no police thanks", "cleater moor",
			"he has gone to stay with his mum", "will they be cross with me",
			"the dishwasher is making a banging noise",
		}},
		{flows.CaseDespair, 0, []string{
			"sorry to waste your time", "hope im not wasting anyones time", "ive done it ive left him",
		}},
		{flows.CaseNeed, hear.Homeless, []string{
			"sat in a&e with a broken wrist",
		}},
		{flows.CaseDanger, 0, []string{
			"its ok hes asleep", "he says hes really sorry", "its quiet now hes gone to the pub",
			"this bleeding phone wont ring", "hes in barrow and im in kendal", "i can see kendal from my window",
		}},
		{flows.CaseDespair, 0, []string{
			"we live on a dead end street", "ive took the children to my mums", "i cut myself off from my family",
			"id rather not say which town", "is that how you spell it", "im 60 odd", "the box is gone",
			"waiting for a train to my mums", "i would like to know who answers",
			"offer ends tonight", "want my number to disappear off his phone",
		}},
		{flows.CaseEither, 0, []string{
			"me and our kid are scared of me dad", "scared of my wife carlisle",
			"battered by my wife carlisle", "me dad hit me mam with a pan",
			"it was last week shes ok but her eye", "im 23 and its my ex now", "Which bit of Cheshire though",
			"I am afraid lose house", "is it even abuse if its 2 women", "it might be her that picks up",
			"with what i dont know what to call it", "he wants to be a better dad",
			"he says he will be a better husband", "scared of my dad", "i am terrified of my husband",
			"beaten by my girlfriend", "my stepdad hit my mum", "shes alright but her face", "hes my ex now",
			"i am afraid to lose my job", "we are 2 women is it abuse", "i dont even know what to call it",
		}},
		{flows.CaseNeed, hear.Honour, []string{
			"they wont laugh will they", "has it got to be now or can i ring next week",
			"small village they will all know", "you wont laugh at me will you",
			"tiny village everyone will talk",
		}},
		{flows.CaseLeave, 0, []string{
			"my son got my phone",
		}},
		{flows.CaseNeed, hear.Older, []string{
			"im in a wheelchair he wont let me have it when hes mad", "he is my carer n he hurts me",
			"im in a wheelchair and my husband hits me",
		}},
		{flows.CaseNeed, hear.Sexual, []string{
			"said no before cos he was reading over me", "Do I need her consent before I ring?",
			"wont stop what i said", "i said stop", "i said no earlier because he was in the room",
			"do i get her consent to refer",
		}},
		{flows.CaseSomeone, 0, []string{
			"can me mum come with us", "can me mate come with me", "can my friend come with me",
			"will they talk to my mum", "im a nurse and its me not a patient", "its for me not a friend",
			"can my sister come with us", "can i bring my mate with me", "will they speak to my dad",
			"do they tell my mum", "im a teacher and its about me", "this is for me not my sister",
		}},
		{flows.CaseSilent, 0, []string{
			"he wont stop texting my sister", "he takes my phone at night", "he says stop texting other men",
			"he told me to stop texting my sister", "i want him to stop texting my daughter",
		}},
		{flows.CaseNeed, hear.TextOnly, []string{
			"theres no signal up here half time can i ring of a landline",
			"rang n a man answered. i put the phone down", "no signal here can i ring off the house phone",
			"called and a bloke answered so i hung up",
		}},
		{flows.CaseDespair, 0, []string{
			"if i tell who will look after me",
			"I do not wish to make a fuss", "everyone knows everyone",
			"gone now i think", "no town here", "they wont do nothing anyway",
			"youre going to do nothing about it", "who will feed me if i tell",
			"i dont want to cause any trouble",
			"they never believe us", "everybody knows everybody here", "hes gone out now i think",
		}},
	} {
		for _, text := range of.texts {
			if c := b.Classify(text); c.Kind == of.kind && (of.what == 0 || c.What == of.what) {
				t.Errorf("%q is %v (%v)", text, c.Kind, c.What)
			}
		}
	}
}

// Who lost a number gets it again, and who texted us by mistake gets nothing.
func TestNumberAgainAndSilence(t *testing.T) {
	b := shipped(t)
	for _, first := range []string{"crewe", "my husband hits me. kendal"} {
		state, given, err := b.Step(wednesday, flows.State{}, flows.TextInput(first))
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]string{
			"deleted it by mistake send again pls": given.Text, "pls": given.Text, "is it even abuse": given.Text,
			"who can come with me": given.Text, "will i lose my kids": given.Text,
			"sorry wrong number": "", "sorry my kids were playing with my phone": "", "stop texting my wife": "",
		} {
			if _, got, err := b.Step(wednesday, state, flows.TextInput(text)); err != nil || got.Text != want {
				t.Errorf("after %q, %q gets %q, %v", first, text, got.Text, err)
			}
		}
	}
}

// A job in a small place of work names the town, unless the writer lives elsewhere. Somebody else's job does not.
func TestWorkNamesTheTown(t *testing.T) {
	b := shipped(t)
	for text, area := range map[string]string{
		"i work at a gym in crewe": "cheshire_east", "i run a pub in kendal": "cumbria_south",
		"i work in a shop in crewe but live in chester": "cheshire_west",
		"childminder in macclesfield":                   "cheshire_east",
		"my social worker in crewe said to text":        "cheshire_east", "he works in a gym in crewe": "",
		"my husband works in a shop in kendal": "",
	} {
		if c := b.Classify(text); c.Place.Areas[0] != area || c.Place.Areas[1] != "" {
			t.Errorf("%q: %+v", text, c.Place)
		}
	}
}

// Look-alikes of despair and danger hide neither where somebody means it.
func TestLookAlikesHideNoDanger(t *testing.T) {
	b := shipped(t)
	for _, of := range []casesOf{
		{flows.CaseDanger, 0, []string{
			"hes outside with the hammer", "hes outside with the lads", "my head is battered off the wall",
			"my head is battered and bleeding", "its ok hes asleep but he has the knife beside him",
			"he said sorry then he hit me again", "hes gone to the shop for petrol to burn us",
			"bleeding and my phone is dying",
			"he is parked outside my school im 13",
			"hes parked outside nursery waiting to take the kids", "im on the floor with the kids hiding",
		}},
		{flows.CaseDespair, 0, []string{
			"i dont want to be a nuisance anymore", "i am a waste of time", "just a waste of time living",
			"no one believes me anymore im finished", "they wont do anything till im dead",
			"waiting for the train to hit me", "id rather not be here", "ive taken all the tablets",
			"i took 30 odd pills",
			"took the kids to mams so i can end it",
		}},
		{flows.CaseNeed, hear.Child, []string{
			"dad has my phone after 8 he hits me", "mum has my phone after school i want to tell someone about my dad",
		}},
		{flows.CaseNeed, hear.ChildConcern, []string{
			"he doesnt let me near my kids when he hits them",
		}},
	} {
		for _, text := range of.texts {
			if c := b.Classify(text); c.Kind != of.kind || of.what != 0 && c.What != of.what {
				t.Errorf("%q is %v (%v), and not %v", text, c.Kind, c.What, of.kind)
			}
		}
	}
	for _, text := range []string{"husband has phone after work can you help me get away", "i dont need help",
		"he says i have to tell you im fine but im not he hit me", "my son has got hold of my phone"} {
		if c := b.Classify(text); c.Kind == flows.CaseSilent || c.Kind == flows.CaseLeave {
			t.Errorf("%q gets silence", text)
		}
	}
}
