package simulate

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
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
	m := miniredis.NewMiniRedis()
	conn, err := m.Dial() // starts it, without a port
	if err != nil {
		panic(err)
	}
	conn.Close()
	return &redis{world: w, m: m, moved: time.Now()}
}

// redisEnd is the server's end of a connection: what it answers waits in out.
type redisEnd struct {
	peer *server.Peer
	out  bytes.Buffer
}

func newRedisEnd() *redisEnd {
	e := &redisEnd{}
	e.peer = server.NewPeer(bufio.NewWriter(&e.out))
	return e
}

// run has a server answer commands that came together.
func (e *redisEnd) run(s *server.Server, asked [][]string) []byte {
	e.out.Reset()
	for _, args := range asked {
		s.Dispatch(e.peer, args)
	}
	e.peer.Flush()
	return bytes.Clone(e.out.Bytes())
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
		p.server = newRedisEnd()
		p.server.run(r.m.Server(), [][]string{{"hello", "3"}})
	}
	asked, err := commands(question)
	if err != nil {
		panic(fmt.Sprintf("a gateway asked Redis something that is no command: %v", err))
	}
	names := make([]string, 0, len(asked))
	for _, args := range asked {
		names = append(names, args[0])
	}
	r.world.clock.note("%s redis %v", p.node.name, names)
	return p.server.run(r.m.Server(), asked)
}

// commands reads the commands that were sent together: arrays of strings, as clients send them.
func commands(sent []byte) (all [][]string, err error) {
	number := func(kind byte) (n int) {
		line, rest, whole := bytes.Cut(sent, []byte("\r\n"))
		if !whole || len(line) == 0 || line[0] != kind {
			err = io.ErrUnexpectedEOF
			return 0
		}
		n, err = strconv.Atoi(string(line[1:]))
		sent = rest
		return n
	}
	for len(sent) > 0 {
		args := make([]string, number('*'))
		for i := range args {
			size := number('$')
			if err != nil || len(sent) < size+2 {
				return nil, io.ErrUnexpectedEOF
			}
			args[i], sent = string(sent[:size]), sent[size+2:]
		}
		if err != nil || len(args) == 0 {
			return nil, io.ErrUnexpectedEOF
		}
		all = append(all, args)
	}
	return all, nil
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
	c := &copied{time.Now(), map[string]string{}, map[string]map[string]string{}, map[string]map[string]float64{},
		map[string]time.Duration{}}
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
