package store

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"signpost/internal/hours"
)

// What is known of a line tells that somebody was given a service, and on which day. So it is
// sealed, under a hash of the service, with chance in it, and all lines are written again
// together at a fixed rate: neither a copy of Redis nor somebody who watches it learns of which
// service anything was noted, or when.

// KeepLines is how many days what is known of a service's line outlives the last call to it.
const KeepLines = 400

// Line is what is known of the line of one service. It has days, and no moments.
type Line struct {
	Answered   time.Time // the last day a person answered; zero: never
	Noted      time.Time // the last day of an attempt or a complaint; zero: never
	Unanswered int       // attempts in a row that nobody answered
	Machines   int       // attempts that a machine answered, since the last test call
	Complaints int       // people who wrote that it did not help, since the last test call
	// Cleared is the day of the test call after which the counts began; zero: none.
	Cleared time.Time
}

const linePurpose = "stored line of a service"

// lineNames are the keys that a line can be kept under: by the newest key first.
func (s *Store) lineNames(service string) (names []string) {
	for k := range s.keys.Keys() {
		names = append(names, "line:{"+s.keys.HashBy(k, "line", service)+"}")
	}
	return names
}

// Lines gives what is known of the lines of some services. One of which nothing is known is
// left out.
func (s *Store) Lines(ctx context.Context, services []string) (map[string]Line, error) {
	out := map[string]Line{}
	for _, id := range services {
		l, _, err := s.line(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("read the state of the lines: %w", bare(err))
		}
		if !l.Noted.IsZero() {
			out[id] = l
		}
	}
	return out, nil
}

// KeepLines changes what is known of the lines of some services, and writes all of them again,
// changed or not. What is older than [KeepLines] days is forgotten. It returns what is known of
// those that are written: with an error, the others are as they were.
func (s *Store) KeepLines(ctx context.Context, now time.Time, services []string, change func(service string, l Line) Line) (map[string]Line, error) {
	known := map[string]Line{}
	for _, id := range services {
		l, err := s.keepLine(ctx, now, id, change)
		if err != nil {
			return known, fmt.Errorf("keep the state of the lines: %w", bare(err))
		}
		known[id] = l
	}
	return known, nil
}

var errLineContended = errors.New("others changed it again and again")

// keepLine changes one line. The key goes at a midnight, so that its lifetime does not tell
// when it was written.
func (s *Store) keepLine(ctx context.Context, now time.Time, service string, change func(service string, l Line) Line) (Line, error) {
	names, end := s.lineNames(service), hours.Day(now).AddDate(0, 0, KeepLines)
	for range takeTries {
		l, held, err := s.line(ctx, service)
		if err != nil {
			return Line{}, err
		}
		if l.Noted.Before(hours.Day(now).AddDate(0, 0, -KeepLines)) {
			l = Line{}
		}
		l = change(service, l)
		written, err := putLine.Run(ctx, s.rdb, names[:1], held, s.keys.Seal(linePurpose, names[0], forEver, l.encode()), end.Unix()).Int()
		if err != nil {
			return Line{}, err
		}
		if written == 1 {
			p := s.rdb.Pipeline() // the keys are in different Cluster slots
			for _, other := range append(names[1:], oldLineKey(service)) {
				p.Del(ctx, other)
			}
			_, err := p.Exec(ctx)
			return l, err
		}
	}
	return Line{}, errLineContended
}

// putLine puts a line in the place of the one that was read, if it is still there.
var putLine = redis.NewScript(`
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('EXPIREAT', KEYS[1], ARGV[3])
return 1
`)

// line reads a line, and the value under its newest name. Under that there is none after a
// rotation of PRIVACY_KEY: then it is under an older one, or as an older version kept it.
func (s *Store) line(ctx context.Context, service string) (l Line, held string, err error) {
	p, names := s.rdb.Pipeline(), s.lineNames(service)
	var values []*redis.StringCmd
	for _, name := range names {
		values = append(values, p.Get(ctx, name))
	}
	old := p.HGetAll(ctx, oldLineKey(service))
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return Line{}, "", err
	}
	held = values[0].Val()
	for i, v := range values {
		data, _, err := s.keys.OpenUntil(linePurpose, names[i], v.Val())
		if err != nil {
			continue // none, or not ours
		}
		if l, ok := decodeLine(data); ok {
			return l, held, nil
		}
	}
	return oldLine(old.Val()), held, nil
}

const (
	lineChance = 8
	lineSize   = lineChance + 6*4
	olderSize  = lineChance + 5*4 // an older version has no day of a test call
)

// encode writes a line with chance before it: the same line is other bytes each time.
func (l Line) encode() []byte {
	b := make([]byte, lineChance, lineSize)
	_, _ = rand.Read(b) // never fails
	day := func(day time.Time) int {
		if day.IsZero() {
			return 0
		}
		day = day.In(hours.London())
		return day.Year()*10_000 + int(day.Month())*100 + day.Day()
	}
	for _, n := range []int{day(l.Answered), day(l.Noted), l.Unanswered, l.Machines, l.Complaints, day(l.Cleared)} {
		b = binary.BigEndian.AppendUint32(b, uint32(n))
	}
	return b
}

// decodeLine reads what encode wrote.
func decodeLine(b []byte) (l Line, ok bool) {
	switch len(b) {
	case olderSize:
		b = append(b, 0, 0, 0, 0)
	case lineSize:
	default:
		return Line{}, false
	}
	at := func(i int) int { return int(binary.BigEndian.Uint32(b[lineChance+4*i:])) }
	day := func(n int) time.Time {
		if n == 0 {
			return time.Time{}
		}
		return time.Date(n/10_000, time.Month(n/100%100), n%100, 0, 0, 0, 0, hours.London())
	}
	return Line{day(at(0)), day(at(1)), at(2), at(3), at(4), day(at(5))}, true
}

// An older version kept a line as a hash, under the name of the service.

func oldLineKey(service string) string { return "line:" + service }

func oldLine(f map[string]string) Line {
	return Line{lineDay(f["answered"]), lineDay(f["noted"]), lineNumber(f["unanswered"]), lineNumber(f["machines"]), lineNumber(f["complaints"]), time.Time{}}
}

func lineDay(v string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, v, hours.London())
	if err != nil { // none, or not ours
		return time.Time{}
	}
	return t
}

func lineNumber(v string) int {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 { // none, or not ours
		return 0
	}
	return n
}
