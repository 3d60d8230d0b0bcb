package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/redis/go-redis/v9"

	"signpost/internal/privacy"
	"signpost/internal/twilio"
)

// answers are what the floor sends: as long as the gateway's own.
var (
	textAnswer = []byte(`<?xml version="1.0" encoding="UTF-8"?><Response>` +
		`<Message action="https://sms.example.org/sms/status">` +
		"01229 582386: local team (hours not known, may show on bills). Free, any time: 0808 2000 247. " +
		"Emergency: 999. 1 next, 2 bills, 9 back, X leave.</Message></Response>")
	callAnswer = []byte(`<?xml version="1.0" encoding="UTF-8"?><Response>` +
		`<Gather action="https://sms.example.org/voice/key?t=` +
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" +
		`" numDigits="1" timeout="8"><Say voice="Polly.Amy" language="en-GB">` +
		"Info line. Emergency, ring 9 9 9. Cumbria press 1, Cheshire 2, elsewhere 3, other lines 4, a person 0." +
		"</Say></Gather></Response>")
)

var write = redis.NewScript(`if redis.call('GET', KEYS[2]) then return 'repeat' end
redis.call('SET', KEYS[1], ARGV[1], 'PX', 900000)
redis.call('SET', KEYS[2], ARGV[2], 'PX', 300000)
return 'done'`)

// floor serves the leanest answers there are.
func floor(addr, redisAddr string, share bool) error {
	var rdb redis.UniversalClient = redis.NewClient(&redis.Options{Addr: redisAddr})
	if share {
		sharing, err := rdb.AutoPipeline()
		if err != nil {
			return fmt.Errorf("have the floor share trips: %w", err)
		}
		rdb = sharing
	}
	genuine := func(w http.ResponseWriter, r *http.Request) (url.Values, bool) {
		const most = 64 << 10
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
		if err != nil {
			return nil, false
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, false
		}
		return form,
			twilio.Sign(privacy.Hide(token), base+r.URL.RequestURI(), form) == r.Header.Get(twilio.SignatureHeader)
	}
	answer := func(w http.ResponseWriter, ok bool, doc []byte) {
		if !ok {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = w.Write(doc)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /voice", func(w http.ResponseWriter, r *http.Request) {
		_, ok := genuine(w, r)
		answer(w, ok, callAnswer)
	})
	mux.HandleFunc("POST /sms", func(w http.ResponseWriter, r *http.Request) {
		form, ok := genuine(w, r)
		if ok {
			ctx := r.Context()
			conv, mark := "f:{"+form.Get("From")+"}", "g:{"+form.Get("From")+"}:"+form.Get("MessageSid")
			_, err := rdb.MGet(ctx, conv, mark).Result()
			if err == nil {
				err = write.Run(ctx, rdb, []string{conv,
					mark}, "0123456789012345678901234567890", "0123456789012345678901234567890123456789").Err()
			}
			ok = err == nil
		}
		answer(w, ok, textAnswer)
	})
	if err := (&http.Server{Addr: addr, Handler: mux, ReadHeaderTimeout: time.Second}).ListenAndServe(); err != nil {
		return fmt.Errorf("serve the floor: %w", err)
	}
	return nil
}
