package simulate

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// redis is the Redis of a world: the real commands and scripts, run by a server in memory
// whose clock the world sets. TestSameAsRedis holds it against a real one.
type redis struct {
	world *world
	m     *miniredis.Miniredis
	moved time.Time     // until when its keys have aged
	skew  time.Duration // its clock against ours
}

func newRedis(w *world) *redis {
	return &redis{world: w, m: miniredis.NewMiniRedis(), moved: time.Now()}
}

// redisEnd is the server's end of a connection.
type redisEnd struct {
	conn net.Conn
	in   *bufio.Reader
}

// age lets keys expire.
func (r *redis) age() {
	now := time.Now()
	if since := now.Sub(r.moved); since > 0 {
		r.m.FastForward(since)
		r.moved = now
	}
	r.m.SetTime(now.Add(r.skew))
}

// serve runs what a gateway sent, and returns what it is answered.
func (r *redis) serve(p *pipe, question []byte) []byte {
	if time.Since(r.moved) > 100*time.Millisecond || r.moved.IsZero() {
		r.age()
	} else {
		r.m.SetTime(time.Now().Add(r.skew))
	}
	if p.server == nil {
		conn, err := r.m.Dial()
		if err != nil {
			panic(err)
		}
		p.server = &redisEnd{conn, bufio.NewReader(conn)}
		go func() { _, _ = conn.Write(greeting) }()
		if err := value(p.server.in, &bytes.Buffer{}); err != nil {
			panic(err)
		}
		p.node.mu.Lock()
		p.node.ends = append(p.node.ends, conn)
		p.node.mu.Unlock()
	}
	names, err := commands(question)
	if err != nil {
		panic(fmt.Sprintf("a gateway asked Redis something that is no command: %v", err))
	}
	r.world.clock.note("%s redis %v", p.node.name, names)
	go func() { _, _ = p.server.conn.Write(question) }()
	var answer bytes.Buffer
	for range names {
		if err := value(p.server.in, &answer); err != nil {
			return nil
		}
	}
	return answer.Bytes()
}

// commands names the commands that were sent together.
func commands(sent []byte) (names []string, err error) {
	in := bufio.NewReader(bytes.NewReader(sent))
	for {
		var one bytes.Buffer
		if err := value(in, &one); err == io.EOF {
			return names, nil
		} else if err != nil {
			return nil, err
		}
		part := bytes.SplitN(one.Bytes(), []byte("\r\n"), 4)
		if len(part) < 4 {
			return nil, io.ErrUnexpectedEOF
		}
		names = append(names, string(part[2]))
	}
}

// value copies one value of Redis's protocol.
func value(in *bufio.Reader, out *bytes.Buffer) error {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	out.Write(line)
	n, _ := strconv.Atoi(string(bytes.TrimSpace(line[1:])))
	switch line[0] {
	case '$', '=', '!':
		if n < 0 {
			return nil
		}
		_, err := io.CopyN(out, in, int64(n)+2)
		return err
	case '%', '|':
		n *= 2
	case '*', '~', '>':
	default:
		return nil
	}
	for range n {
		if err := value(in, out); err != nil {
			return err
		}
	}
	return nil
}

// copied is all that a Redis holds at a moment.
type copied struct {
	at     time.Time
	texts  map[string]string
	hashes map[string]map[string]string
	sets   map[string]map[string]float64
	left   map[string]time.Duration
}

// copy is what a replica would know; without the counts of days, unless it is to be whole.
func (r *redis) copy(whole bool) *copied {
	r.age()
	c := &copied{time.Now(), map[string]string{}, map[string]map[string]string{}, map[string]map[string]float64{}, map[string]time.Duration{}}
	for _, k := range r.m.Keys() {
		if !whole && strings.HasPrefix(k, "counts:") {
			continue
		}
		c.left[k] = r.m.TTL(k)
		switch r.m.Type(k) {
		case "string":
			c.texts[k], _ = r.m.Get(k)
		case "hash":
			fields, _ := r.m.HKeys(k)
			c.hashes[k] = map[string]string{}
			for _, f := range fields {
				c.hashes[k][f] = r.m.HGet(k, f)
			}
		case "zset":
			c.sets[k], _ = r.m.SortedSet(k)
		}
	}
	return c
}

// restore puts a replica in its place: what was written since is lost.
func (r *redis) restore(c *copied) {
	r.m.FlushAll()
	for k, v := range c.texts {
		_ = r.m.Set(k, v)
	}
	for k, fields := range c.hashes {
		for f, v := range fields {
			r.m.HSet(k, f, v)
		}
	}
	for k, set := range c.sets {
		for member, score := range set {
			_, _ = r.m.ZAdd(k, score, member)
		}
	}
	for k, left := range c.left {
		if left > 0 {
			r.m.SetTTL(k, left)
		}
	}
	r.moved = c.at // they go on ageing from there
	r.age()
}
