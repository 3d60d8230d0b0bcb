package inspect

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"signpost/internal/twilio"
	"signpost/internal/webhook"
)

// reachedTimeout bounds sending a check and looking for it.
const reachedTimeout = 10 * time.Second

// OtherGateway is the finding that PUBLIC_URL reaches a gateway that does not share our Redis.
var OtherGateway = Finding{
	Name: "other-gateway",
	What: "what is sent to PUBLIC_URL reaches a gateway that has another Redis than this one: an old server, a test " +
		"server, or a second machine with a Redis of its own",
	Fix: "Point the name in PUBLIC_URL here and stop the other gateway, or give all gateways the same REDIS_URL. " +
		"Restart a gateway whose REDIS_URL was changed.",
}

// Reached sends a report on a probe to a path of PUBLIC_URL, signed as the provider signs. A
// gateway that gets it notes its id in Redis, where seen looks. An address that does not
// answer, or not as a gateway, gives no finding, as with [Paths].
func Reached(ctx context.Context, publicURL, path, account string, signer twilio.Signer,
	seen func(ctx context.Context, id string) (bool, error)) []Finding {
	ctx, cancel := context.WithTimeout(ctx, reachedTimeout)
	defer cancel()
	id := twilio.NewCheckID()
	status, body, err := twilio.SendCheck(ctx, publicURL+path, account, signer, id, webhook.ProbeCaller,
		webhook.ProbeLine)
	switch {
	case err != nil:
		return nil
	case status == http.StatusForbidden:
		return []Finding{{"signature-refused",
			"what answers at PUBLIC_URL refuses a request that is signed as the provider signs",
			"Another gateway with other settings may answer there, or a proxy changes the address or drops a header: " +
				"have every request passed on as it comes.",
			false}}
	case status != http.StatusOK || !bytes.Contains(body, []byte("<Response")):
		return nil
	}
	if here, err := seen(ctx, id); err != nil || here {
		return nil
	}
	return []Finding{OtherGateway}
}
