package config_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"signpost/config"
)

func good() map[string]string {
	return map[string]string{
		"PUBLIC_URL": "https://sms.example.org/", "TWILIO_ACCOUNT_SID": "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		"TWILIO_AUTH_TOKEN": " new , old ",
	}
}

func noFiles(string) ([]byte, error) { return nil, errors.New("no files") }

func TestDefaults(t *testing.T) {
	c, err := config.Parse(good(), noFiles)
	if err != nil {
		t.Fatal(err)
	}
	if c.ListenAddr != ":8080" || c.AdminAddr != "127.0.0.1:9091" || c.PublicURL != "https://sms.example.org" ||
		c.RedisURL != config.Embedded ||
		c.SessionTTL != 15*time.Minute || len(c.Secrets) != 1 || len(c.Secrets[0]) < 32 || c.FlowsDir != "" {
		t.Errorf("%+v", c)
	}
	if len(c.Tokens) != 2 || c.Tokens[0].Reveal() != "new" || c.Tokens[1].Reveal() != "old" {
		t.Error("the tokens are not new and old")
	}
}

func TestFilesLoseTheirNewline(t *testing.T) {
	v := good()
	delete(v, "TWILIO_AUTH_TOKEN")
	v["TWILIO_AUTH_TOKEN_FILE"], v["PRIVACY_KEY_FILE"], v["REDIS_URL_FILE"] = "/token", "/key", "/redis"
	c, err := config.Parse(v, func(name string) ([]byte, error) {
		switch name {
		case "/redis":
			return []byte("rediss://cache:6380\n"), nil
		case "/key":
			return []byte(strings.Repeat("ab", 32) + "," + strings.Repeat("cd", 32) + "\n"), nil
		}
		return []byte("filetoken\n"), nil
	})
	if err != nil || c.Tokens[0].Reveal() != "filetoken" || len(c.Secrets) != 2 || c.RedisURL != "rediss://cache:6380" {
		t.Errorf("%v, %d secrets", err, len(c.Secrets))
	}
}

// Every mistake is told at once, by the variable's name, and only once; no value is told.
func TestAllMistakesAtOnce(t *testing.T) {
	const canary = "hunter2"
	v := map[string]string{}
	for _, name := range config.Variables() {
		v[name] = canary
	}
	_, err := config.Parse(v, noFiles)
	if err == nil {
		t.Fatal("nothing was found")
	}
	for _, name := range config.Variables() {
		if name == "FLOWS_DIR" || strings.HasSuffix(name, "_FILE") {
			continue // any value will do; two values are told under the plain name
		}
		if !strings.Contains(err.Error(), name+" ") {
			t.Errorf("%s is not told of", name)
		}
	}
	told := strings.Split(err.Error(), "\n")
	slices.Sort(told)
	if once := slices.Compact(slices.Clone(told)); len(once) < len(told) {
		t.Errorf("a mistake is told twice:\n%v", err)
	}
	if strings.Contains(err.Error(), canary) {
		t.Errorf("a value is in the error:\n%v", err)
	}
}

func TestMistakes(t *testing.T) {
	for name, change := range map[string]func(map[string]string){
		"PUBLIC_URL":         func(v map[string]string) { v["PUBLIC_URL"] = "https://user:pw@sms.example.org" },
		"TWILIO_AUTH_TOKEN":  func(v map[string]string) { v["TWILIO_AUTH_TOKEN"] = " , " },
		"TWILIO_ACCOUNT_SID": func(v map[string]string) { delete(v, "TWILIO_ACCOUNT_SID") },
		"PRIVACY_KEY":        func(v map[string]string) { v["REDIS_URL"] = "redis://localhost" },
		"REDIS_URL": func(v map[string]string) {
			v["REDIS_URL"], v["PRIVACY_KEY"] = "redis://a,http://b", strings.Repeat("ab", 32)
		},
		"TWILIO_WEBHOOK_KEYS": func(v map[string]string) { v["TWILIO_WEBHOOK_KEYS"] = "one" },
		"TWILIO_API_KEYS": func(v map[string]string) {
			v["TWILIO_API_KEYS"] = "ACaaaa:0123456789abcdef0123456789abcdef"
		},
		"SESSION_TTL":       func(v map[string]string) { v["SESSION_TTL"] = "15" },
		"ANSWER_COUNTRIES":  func(v map[string]string) { v["ANSWER_COUNTRIES"] = "GB" },
		"SPEND_LIMIT":       func(v map[string]string) { v["SPEND_LIMIT"] = "NaN" },
		"CALL_MINUTE_PENCE": func(v map[string]string) { v["CALL_MINUTE_PENCE"] = "-1" },
		"SENDER_LIMIT":      func(v map[string]string) { v["SENDER_LIMIT"] = "0" },
		"ERASE_AFTER":       func(v map[string]string) { v["ERASE_AFTER"] = "0s" },
		"ERASE_GIVE_UP":     func(v map[string]string) { v["ERASE_GIVE_UP"] = "1m" },
		"ERASE_LINES": func(v map[string]string) {
			v["ERASE_LINES"] = "+441632960000"
		}, // and no Redis to put what is found in
		"ADMIN_ADDR": func(v map[string]string) { v["ADMIN_ADDR"] = "9091" },
		"CALLER_ID":  func(v map[string]string) { v["CALLER_ID"] = "01228 633640" },
		"TEST_PHONES": func(v map[string]string) {
			v["REDIS_URL"], v["PRIVACY_KEY"], v["ERASE_LINES"], v["TEST_PHONES"] = "redis://a",
				strings.Repeat("ab", 32), "+441632960000", "+447400900001,+441632960000"
		},
		"CHECK_FROM": func(v map[string]string) {
			v["CHECK_FROM"], v["CHECK_LINE"] = "+441632960000", "+441632960000"
		},
		"OTEL_EXPORTER_OTLP_ENDPOINT": func(v map[string]string) {
			v["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4318"
		},
		"OTEL_EXPORTER_OTLP_HEADERS": func(v map[string]string) { v["OTEL_EXPORTER_OTLP_HEADERS"] = "bearer secret" },
		"OTEL_TRACES_SAMPLER_ARG":    func(v map[string]string) { v["OTEL_TRACES_SAMPLER_ARG"] = "2" },
		"LOG_LEVEL":                  func(v map[string]string) { v["LOG_LEVEL"] = "loud" },
	} {
		v := good()
		change(v)
		_, err := config.Parse(v, noFiles)
		if err == nil || !strings.HasPrefix(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Without the auth token, shared keys verify webhooks and API keys erase: both must be
// there, and several of each while one replaces another.
func TestWithoutTheAuthToken(t *testing.T) {
	const webhook = "webhooks_one:c2lnbnBvc3Qtc2hhcmVkLWtleS1mb3ItdGVzdHM=, " +
		"webhooks_two:0123456789abcdef0123456789abcdef"
	const api = "SK00000000000000000000000000000001:0123456789abcdef0123456789abcdef"
	for _, tt := range []struct{ name, token, webhook, api, wrong string }{
		{"both", "", webhook, api, ""},
		{"a token beside them", "token", webhook, api, ""},
		{"a token and a webhook key", "token", webhook, "", ""},
		{"a token and an API key", "token", "", api, ""},
		{"nothing that verifies", "", "", api, "TWILIO_WEBHOOK_KEYS"},
		{"nothing that erases", "", webhook, "", "TWILIO_API_KEYS"},
		{"nothing", "", "", "", "TWILIO_AUTH_TOKEN"},
		{"the same twice", "", "a:0123456789abcdef,a:0123456789abcdef", api, "TWILIO_WEBHOOK_KEYS"},
		{"a secret that is none", "", "a:short", api, "TWILIO_WEBHOOK_KEYS"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := good()
			v["TWILIO_AUTH_TOKEN"], v["TWILIO_WEBHOOK_KEYS"], v["TWILIO_API_KEYS"] = tt.token, tt.webhook, tt.api
			c, err := config.Parse(v, noFiles)
			if tt.wrong != "" {
				if err == nil || !strings.HasPrefix(err.Error(), tt.wrong+" ") || strings.Contains(err.Error(), "\n") {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.webhook != "" && (len(c.WebhookKeys) != 2 || c.WebhookKeys[0].Name != "webhooks_one" ||
				c.WebhookKeys[0].Secret.Reveal() != "c2lnbnBvc3Qtc2hhcmVkLWtleS1mb3ItdGVzdHM=" ||
				c.Signer().Key.Name != "webhooks_one") {
				t.Errorf("%d webhook keys", len(c.WebhookKeys))
			}
			if tt.api != "" && (len(c.APIKeys) != 1 ||
				c.APIKeys[0].Secret.Reveal() != "0123456789abcdef0123456789abcdef") {
				t.Errorf("%d API keys", len(c.APIKeys))
			}
		})
	}
}

// A gateway that listens on every address is asked at this machine's own.
func TestReadyURL(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:9091": "http://127.0.0.1:9091/readyz",
		"10.0.0.5:9091":  "http://10.0.0.5:9091/readyz",
		"0.0.0.0:9091":   "http://127.0.0.1:9091/readyz",
		"[::]:9091":      "http://127.0.0.1:9091/readyz",
		":9091":          "http://127.0.0.1:9091/readyz",
	} {
		if got := config.ReadyURL(addr); got != want {
			t.Errorf("%s is asked at %s, want %s", addr, got, want)
		}
	}
}
