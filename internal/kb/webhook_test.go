package kb_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/claimtrail/claimtrail/internal/kb"
)

func TestWebhookInput(t *testing.T) {
	t.Parallel()
	const address = "https://example.org/hook"
	one := kb.Strings{kb.EventPublished}
	tests := []struct {
		name  string
		in    kb.WebhookInput
		field string // that is wrong; "" for none
	}{
		{"https", kb.WebhookInput{URL: address, Events: one}, ""},
		{"http, with a port and a query", kb.WebhookInput{URL: "http://example.org:8080/hook?a=1", Events: one, Note: "For the newsletter."}, ""},
		{"spaces around it", kb.WebhookInput{URL: " " + address + " ", Events: one}, ""},
		{"no address", kb.WebhookInput{Events: one}, "url"},
		{"no web address", kb.WebhookInput{URL: "example", Events: one}, "url"},
		{"another scheme", kb.WebhookInput{URL: "ftp://example.org/", Events: one}, "url"},
		{"a user name", kb.WebhookInput{URL: "https://user:word@example.org/", Events: one}, "url"},
		{"too long", kb.WebhookInput{URL: address + strings.Repeat("a", 2000), Events: one}, "url"},
		{"no event", kb.WebhookInput{URL: address}, "events"},
		{"an unknown event", kb.WebhookInput{URL: address, Events: kb.Strings{kb.EventPublished, "deleted"}}, "events"},
		{"a test is no event to choose", kb.WebhookInput{URL: address, Events: kb.Strings{kb.EventPing}}, "events"},
		{"a long note", kb.WebhookInput{URL: address, Events: one, Note: strings.Repeat("a", 2001)}, "note"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.in.Validate()
			if tt.field == "" {
				if err != nil || strings.TrimSpace(tt.in.URL) != tt.in.URL {
					t.Errorf("got %v of %q", err, tt.in.URL)
				}
				return
			}
			e, ok := errors.AsType[*kb.Error](err)
			if !ok || e.Kind != kb.Invalid || len(e.Fields) != 1 || e.Fields[0].Field != tt.field {
				t.Errorf("got %v, want a message at %s", err, tt.field)
			}
		})
	}
}

func TestWebhookEventsOnce(t *testing.T) {
	t.Parallel()
	in := kb.WebhookInput{URL: "https://example.org/", Events: kb.Strings{kb.EventRetracted, kb.EventCorrected, kb.EventRetracted}}
	if err := in.Validate(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(kb.Strings{kb.EventCorrected, kb.EventRetracted}, in.Events); diff != "" {
		t.Error(diff)
	}
}

// TestWebhookSign holds the signature to the example of the Standard Webhooks
// libraries.
func TestWebhookSign(t *testing.T) {
	t.Parallel()
	w := kb.Webhook{Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
	got, err := w.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	w.Secret = "whsec_no base64"
	if _, err := w.Sign("msg", time.Unix(0, 0), nil); err == nil {
		t.Error("an unreadable secret signs")
	}
}

func TestNewWebhookSecret(t *testing.T) {
	t.Parallel()
	secret := kb.NewWebhookSecret()
	encoded, prefixed := strings.CutPrefix(secret, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !prefixed || err != nil || len(key) != 32 {
		t.Errorf("%s: %v", secret, err)
	}
	if kb.NewWebhookSecret() == secret {
		t.Error("two secrets are the same")
	}
}
