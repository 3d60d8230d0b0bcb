package twilio

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// NewCheckID returns a random id of a text that was never sent.
func NewCheckID() string {
	const length = 16
	b := make([]byte, length)
	_, _ = rand.Read(b) // never fails
	return fmt.Sprintf("SM%x", b)
}

// SendCheck posts a report on a text that was never sent to one of our own webhooks, signed as
// the provider signs it. It follows no redirect. A gateway answers with silence.
func SendCheck(ctx context.Context, target, account string, signer Signer, id, from, to string) (status int,
	body []byte, err error) {
	form := url.Values{fieldAccount: {account}, fieldMessage: {id}, fieldMessageStatus: {"delivered"},
		fieldFrom: {from}, fieldTo: {to}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, nil, fmt.Errorf("make a check: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	signer.Sign(req.Header, target, form)
	client := http.Client{CheckRedirect: stay}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, fmt.Errorf("send a check: %w", err)
	}
	defer resp.Body.Close()
	const enough = 1 << 10
	body, err = io.ReadAll(io.LimitReader(resp.Body, enough))
	if err != nil {
		return 0, nil, fmt.Errorf("read the answer to a check: %w", err)
	}
	return resp.StatusCode, body, nil
}
