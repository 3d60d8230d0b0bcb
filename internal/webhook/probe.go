package webhook

// A probe asks the gateway what a person would ask, signed as the provider signs, to see
// whether it answers. Its two numbers belong to nobody here, and ProbeLine is no line of
// ours, so no person's text or call can look like one.
const (
	ProbeCaller = "+447400000000"
	ProbeLine   = "+447400000001"
)
