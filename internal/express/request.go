package express

import (
	"bytes"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// Request is one that may be answered here: without a body, and on a connection that
// stays open. Of a field that is sent twice the first counts, as in net/http; two
// cookies are not plain.
type Request struct {
	Head           bool   // HEAD, else GET
	Target         string // as it was sent
	AcceptEncoding string
	AcceptDatetime string
	IfNoneMatch    string
	Cookie         string
}

// Parse reads the request at the beginning of b, and gives what follows it. It takes
// only what has one meaning: GET and HEAD of HTTP/1.1, complete, each field on one
// line and written as it should be, for one host, and nothing that announces a body,
// another protocol or the end of the connection (RFC 9112, sections 2 to 9). Whatever
// else it may be is for a whole server to understand or to refuse.
func Parse(b []byte) (r Request, rest []byte, plain bool) {
	before, rest, complete := bytes.Cut(b, []byte("\r\n\r\n"))
	if !complete {
		return Request{}, nil, false
	}
	line, fields, _ := strings.Cut(string(before), "\r\n")
	if !r.start(line) {
		return Request{}, nil, false
	}
	hosts := 0
	for more := fields != ""; more; {
		line, fields, more = strings.Cut(fields, "\r\n")
		name, value, found := strings.Cut(line, ":")
		value = strings.Trim(value, " \t")
		if !found || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
			return Request{}, nil, false
		}
		if strings.EqualFold(name, "Host") {
			hosts++
		}
		if !r.take(name, value) {
			return Request{}, nil, false
		}
	}
	return r, rest, hosts == 1
}

// start reads the request line.
func (r *Request) start(line string) bool {
	method, line, _ := strings.Cut(line, " ")
	target, protocol, _ := strings.Cut(line, " ")
	if (method != "GET" && method != "HEAD") || protocol != "HTTP/1.1" || !strings.HasPrefix(target, "/") {
		return false
	}
	for i := range len(target) {
		if target[i] <= ' ' || target[i] >= 0x7f {
			return false
		}
	}
	r.Head, r.Target = method == "HEAD", target
	return true
}

// take notes a field, unless it asks for another way of answering.
func (r *Request) take(name, value string) bool {
	switch len(name) { // most fields are none of these
	case len("Accept-Encoding"): // as long as Accept-Datetime
		note(&r.AcceptEncoding, "Accept-Encoding", name, value)
		note(&r.AcceptDatetime, "Accept-Datetime", name, value)
	case len("If-None-Match"):
		note(&r.IfNoneMatch, "If-None-Match", name, value)
	case len("Cookie"): // as long as Expect
		if strings.EqualFold(name, "Cookie") && r.Cookie != "" {
			return false // there are two, and both count
		}
		note(&r.Cookie, "Cookie", name, value)
		return !strings.EqualFold(name, "Expect")
	case len("Connection"):
		return !strings.EqualFold(name, "Connection") || strings.EqualFold(value, "keep-alive")
	case len("Host"):
		return !strings.EqualFold(name, "Host") || httpguts.ValidHostHeader(value)
	case len("Content-Length"):
		return !strings.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return !strings.EqualFold(name, "Transfer-Encoding")
	case len("Upgrade"): // as long as Trailer
		return !strings.EqualFold(name, "Upgrade") && !strings.EqualFold(name, "Trailer")
	}
	return true
}

func note(field *string, wanted, name, value string) {
	if *field == "" && strings.EqualFold(name, wanted) {
		*field = value
	}
}
