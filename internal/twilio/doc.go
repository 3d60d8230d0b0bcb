// Package twilio is the only package that knows the provider: who signs webhooks and how,
// what their fields mean, TwiML, the REST API, record ids and error codes. Limits that others
// must keep within are in package webhook.
//
// [Guard] lets only genuine webhooks in. Each is converted once, by [Guard.Wrap], into
// the types of package webhook; [TextDocument] and [CallDocument] write the reply.
// [Client] deletes the provider's records. It cannot text or call anybody: every request
// is checked against a list of allowed ones before it leaves. [OwnLine], which only
// cmd/linecheck links, texts and calls our own line.
package twilio
