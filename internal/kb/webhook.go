package kb

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Webhook is an address that is told when something is published, and knows by
// a signature that it was we who told it.
type Webhook struct {
	ID        ID
	URL       string
	Events    Strings
	Secret    string // as it is given to the receiver: whsec_ and the key in base64
	Note      string
	Paused    bool
	CreatedBy ID
	CreatedAt time.Time
	Version   int64
}

// WebhookDelivery is one message for one webhook, and how far it came.
type WebhookDelivery struct {
	ID         int64
	WebhookID  ID
	Event      string
	ClaimID    string // none of a test
	Revision   int
	Body       []byte // signed and sent as it is, at each attempt
	State      string
	Attempt    int // attempts begun
	RunAt      time.Time
	LeaseUntil *time.Time
	Status     int    // that the receiver answered last; 0 when it did not
	Words      string // what came of the last attempt
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// Events that a webhook may be told of.
const (
	EventPublished = "published"
	EventCorrected = "corrected"
	EventRetracted = "retracted"
	EventPing      = "ping" // a test, which nobody chooses
)

// WebhookEvents are the events that can be chosen.
var WebhookEvents = []Option{
	{EventPublished, "the first ruling on a claim"},
	{EventCorrected, "a clarification, update, correction or change of rating"},
	{EventRetracted, "a ruling that is withdrawn, or merged into another claim"},
}

// States of a delivery, beside Running and FailedJob.
const (
	Waiting   = "waiting"
	Delivered = "delivered"
)

// WebhookInput is what an administrator enters for a webhook.
type WebhookInput struct {
	ID      ID
	URL     string
	Events  Strings
	Note    string
	Version int64
}

// Validate checks and trims the input.
func (in *WebhookInput) Validate() error {
	var c check
	c.url("url", &in.URL)
	c.required("url", in.URL, "Give the address that is to be told, such as https://example.org/hooks/claims.")
	if len(in.Events) == 0 {
		c.fail("events", "Choose one event at least.")
	}
	for _, event := range in.Events {
		c.oneOf("events", event, WebhookEvents)
	}
	in.Events = slices.Compact(slices.Sorted(slices.Values(in.Events))) // the caller's list stays as it is
	c.text("note", &in.Note, maxNote)
	return c.err()
}

const (
	secretPrefix = "whsec_"
	secretLength = 32 // bytes
)

// NewWebhookSecret draws the secret of a webhook.
func NewWebhookSecret() string {
	var b [secretLength]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return secretPrefix + base64.StdEncoding.EncodeToString(b[:])
}

// Sign gives the signature of a message sent at a time, as the Standard Webhooks
// specification has it.
func (w Webhook) Sign(message string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(w.Secret, secretPrefix))
	if err != nil {
		return "", fmt.Errorf("read the secret of webhook %s: %w", w.ID, err)
	}
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%d.%s", message, at.Unix(), body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), nil
}
