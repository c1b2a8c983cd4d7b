package outbound

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// What a message may take.
const (
	postTimeout = 10 * time.Second
	mostAnswer  = 4 << 10 // bytes that are read of the answer
)

// postAgent says who sends, to those who asked to be told.
const postAgent = "ClaimtrailWebhook/1 (tells of published fact-checks)"

// Post sends a body to somebody who asked for it, and gives the status and the
// beginning of the answer. Any HTTP status is an answer, not an error; a redirect
// is not followed, since what was signed is meant for this address. It asks no
// robots.txt and keeps no pace: whoever asked to be told wants it now. Errors:
// *Error.
func (c *Client) Post(ctx context.Context, address string, header http.Header, body []byte) (int, []byte, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return 0, nil, &Error{Reason: Refused, Words: "This is not a web address.", cause: err}
	}
	if err := checkURL(u); err != nil {
		return 0, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, min(postTimeout, c.timeout))
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, explain(err)
	}
	maps.Copy(r.Header, header)
	r.Header.Set("User-Agent", postAgent)
	answer, err := c.unfollowed().Do(r)
	if err != nil {
		return 0, nil, explain(err)
	}
	defer answer.Body.Close()
	// The status says it all; an answer that breaks off takes nothing from it.
	said, _ := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	return answer.StatusCode, said, nil
}

// unfollowed is the client of this guard that follows no redirect.
func (c *Client) unfollowed() *http.Client {
	return &http.Client{
		Transport:     c.http.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Readable gives the words for the person who asked, without the cause.
func (e *Error) Readable() string { return e.Words }
