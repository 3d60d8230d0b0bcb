// Package admit decides how fully a text or a call is answered: by how often its sender has
// written or rung, and by what an hour may cost.
//
// A sender's number can be forged, so somebody else can use up any limit that is counted
// by sender. What is never refused therefore does not depend on how
// much is left of anything. It is the reserve:
//
//   - the answer to danger or despair: the first 12 of an hour, then one every two minutes
//   - a number: one that this sender has not been given past the limits in this hour. Those of one
//     text count together, and a question for the place counts as one
//   - any other text: the 24-hour number and 999, the helpline text
//   - a call: the 24-hour number and 999, and the 24-hour line is dialled at the press of a key
//
// The second and third come again at growing intervals (1, 2, 4, 8, then 16 minutes), so that
// no phone fills up and no two machines go on for ever; each hour by the clock starts again.
// Anybody who forges a number can use up an answer only by having it sent to the phone it is
// meant for.
//
// The reserve is fixed for each sender and is beside SPEND_LIMIT: no number of others uses it up.
package admit
