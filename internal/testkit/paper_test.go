package testkit

import "testing"

func TestWithPart(t *testing.T) {
	const both = "# Title\n\n<!-- a -->\none\n<!-- end of a -->\n\n<!-- b -->\ntwo\n<!-- end of b -->\n"
	for _, tt := range []struct{ text, name, content, want string }{
		{"", "a", "one", "<!-- a -->\none\n<!-- end of a -->\n"},
		{"# Title\n\n<!-- a -->\none\n<!-- end of a -->\n", "b", "two\n", both},
		{both, "a", "other", "# Title\n\n<!-- a -->\nother\n<!-- end of a -->\n\n<!-- b -->\ntwo\n<!-- end of b -->\n"},
		{both, "b", "other", "# Title\n\n<!-- a -->\none\n<!-- end of a -->\n\n<!-- b -->\nother\n<!-- end of b -->\n"},
		{"a <!-- a -->\nwithout an end", "a", "one",
			"a <!-- a -->\nwithout an end\n\n<!-- a -->\none\n<!-- end of a -->\n"},
	} {
		if got := withPart(tt.text, tt.name, tt.content); got != tt.want {
			t.Errorf("withPart(%q, %q, %q) = %q, want %q", tt.text, tt.name, tt.content, got, tt.want)
		}
	}
}
