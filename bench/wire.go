package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"time"
)

// connection is one that HTTP/1.1 goes over, in the little of it that the servers
// of a benchmark speak: answers with a Content-Length on connections kept open.
// net/http would do, but costs several times as much, on the very cores that are
// being measured.
type connection struct {
	net.Conn
	reader *bufio.Reader
	body   []byte
}

// reply is an answer. Its body is good until the next one is received.
type reply struct {
	status int
	body   []byte
}

func dial(ctx context.Context, address string) (*connection, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, reader: bufio.NewReaderSize(conn, 16<<10)}, nil
}

func (c *connection) send(request []byte) error {
	_, err := c.Write(request)
	return err
}

func (c *connection) receive() (reply, error) {
	line, err := c.reader.ReadSlice('\n')
	if err != nil {
		return reply{}, err
	}
	version, rest, _ := bytes.Cut(line, []byte(" "))
	if !bytes.Equal(version, []byte("HTTP/1.1")) || len(rest) < 3 {
		return reply{}, fmt.Errorf("the answer begins with %q", line)
	}
	var answer reply
	if answer.status, err = strconv.Atoi(string(rest[:3])); err != nil {
		return reply{}, fmt.Errorf("the answer begins with %q", line)
	}
	length, err := c.receiveHeader()
	if err != nil {
		return reply{}, err
	}
	c.body = slices.Grow(c.body[:0], length)[:length]
	answer.body = c.body
	_, err = io.ReadFull(c.reader, answer.body)
	return answer, err
}

// receiveHeader reads to the empty line and returns the length of the body.
func (c *connection) receiveHeader() (length int, err error) {
	length = -1
	for {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		if !bytes.EqualFold(name, []byte("Content-Length")) {
			continue
		}
		if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
			return 0, fmt.Errorf("length of the body: %w", err)
		}
	}
	if length < 0 {
		return 0, errors.New("the answer tells no Content-Length")
	}
	return length, nil
}

// askOnce is for what isn't measured.
func askOnce(ctx context.Context, address string, request []byte) (reply, error) {
	conn, err := dial(ctx, address)
	if err != nil {
		return reply{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return reply{}, err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if err := conn.send(request); err != nil {
		return reply{}, err
	}
	return conn.receive()
}

// get is a GET request as it goes over the wire.
func get(path, token string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nAuthorization: Bearer %s\r\n\r\n", path, token)
}

// post is a POST request of JSON as it goes over the wire.
func post(path, token, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\nAuthorization: Bearer %s\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", path, token, len(body), body)
}
