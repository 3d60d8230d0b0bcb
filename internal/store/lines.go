package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"signpost/internal/hours"
)

// The record of a line shows that somebody was given a service, and on which day. So it is
// sealed, with randomness in it, under a hash of the service, and all records are written
// again together at a fixed rate. Neither a copy of Redis nor watching it shows which record
// changed, or when.

// KeepLines is how many days the record of a service's line outlives the last entry in it.
const KeepLines = 400

// Line is the record of the line of one service. It has days, and no times of day.
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

// Lines returns the records of the lines of some services. A service without a record is
// left out.
func (s *Store) Lines(ctx context.Context, services []string) (map[string]Line, error) {
	lines, err := s.readLines(ctx, services)
	if err != nil {
		return nil, fmt.Errorf("read the state of the lines: %w", bare(err))
	}
	out := map[string]Line{}
	for _, l := range lines {
		if !l.Noted.IsZero() {
			out[l.service] = l.Line
		}
	}
	return out, nil
}

// KeepLines changes the records of the lines of some services, and writes all of them again,
// changed or not, in two trips. It clears records older than [KeepLines] days. It returns the
// records that it wrote: with an error, the others are unchanged.
func (s *Store) KeepLines(ctx context.Context, now time.Time, services []string,
	change func(service string, l Line) Line) (map[string]Line, error) {
	known := map[string]Line{}
	for range takeTries {
		read, err := s.readLines(ctx, services)
		if err == nil {
			for i := range read {
				l := &read[i]
				if l.Noted.Before(hours.Day(now).AddDate(0, 0, -KeepLines)) {
					l.Line = Line{}
				}
				l.Line = change(l.service, l.Line)
			}
			services, err = s.writeLines(ctx, hours.Day(now).AddDate(0, 0, KeepLines), read, known)
		}
		if err != nil {
			return known, fmt.Errorf("keep the state of the lines: %w", bare(err))
		}
		if len(services) == 0 {
			return known, nil
		}
	}
	return known, fmt.Errorf("keep the state of the lines: %w", errLineContended)
}

var errLineContended = errors.New("others changed it again and again")

// readLine is a line as it was read.
type readLine struct {
	Line
	service string
	held    string   // the value under its newest name
	others  []string // older names that hold something
}

// writeLines puts lines in the place of those that were read, and returns the services whose
// lines others have changed meanwhile. A key goes at a midnight, so that its lifetime does not
// tell when it was written.
func (s *Store) writeLines(ctx context.Context, end time.Time, lines []readLine, known map[string]Line) (again []string,
	err error) {
	together := max(len(lines), 1)
	if _, many := s.rdb.(*redis.ClusterClient); many {
		together = 1 // the keys are in different slots
	}
	p, tidy := s.rdb.Pipeline(), s.rdb.Pipeline()
	var replies []*redis.Cmd
	for some := range slices.Chunk(lines, together) {
		var keys []string
		args := []any{end.Unix()}
		for _, l := range some {
			key := s.lineNames(l.service)[0]
			keys = append(keys, key)
			args = append(args, l.held, s.keys.Seal(linePurpose, key, forEver, l.encode()))
		}
		replies = append(replies, putLines.Eval(ctx, p, keys, args...))
	}
	_, err = p.Exec(ctx)
	for i, reply := range replies {
		some := lines[i*together : min((i+1)*together, len(lines))]
		written, failed := reply.Int64Slice()
		if failed != nil || len(written) != len(some) {
			err = cmp.Or(err, failed, errLinesReply)
			continue
		}
		for n, l := range some {
			if written[n] == 0 {
				again = append(again, l.service)
				continue
			}
			known[l.service] = l.Line
			for _, other := range l.others {
				tidy.Del(ctx, other)
			}
		}
	}
	if tidy.Len() > 0 {
		_, failed := tidy.Exec(ctx)
		err = cmp.Or(err, failed)
	}
	return again, err
}

var errLinesReply = errors.New("unexpected reply from script")

// putLines puts lines in the place of those that were read, where they are still there. It reads
// and writes all of them at once: every command of a script costs about as much as any other.
var putLines = redis.NewScript(`
local written, put = {}, {}
for i, held in ipairs(redis.call('MGET', unpack(KEYS))) do
  written[i] = 0
  if (held or '') == ARGV[2 * i] then
    table.insert(put, KEYS[i])
    table.insert(put, ARGV[2 * i + 1])
    written[i] = 1
  end
end
if #put > 0 then redis.call('MSET', unpack(put)) end
for i = 1, #put, 2 do redis.call('EXPIREAT', put[i], ARGV[1]) end
return written
`)

// readLines reads lines, and the values under their newest names. After a rotation of PRIVACY_KEY
// a line is under an older name.
func (s *Store) readLines(ctx context.Context, services []string) ([]readLine, error) {
	type reply struct {
		names  []string
		values []*redis.StringCmd
	}
	p := s.rdb.Pipeline()
	var replies []reply
	for _, id := range services {
		r := reply{names: s.lineNames(id)}
		for _, name := range r.names {
			r.values = append(r.values, p.Get(ctx, name))
		}
		replies = append(replies, r)
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	var lines []readLine
	for i, r := range replies {
		l, found := readLine{service: services[i], held: r.values[0].Val()}, false
		for n, v := range r.values {
			if err := v.Err(); err != nil && !errors.Is(err, redis.Nil) {
				return nil, err
			}
			if n > 0 && v.Val() != "" {
				l.others = append(l.others, r.names[n])
			}
			data, _, err := s.keys.OpenUntil(linePurpose, r.names[n], v.Val())
			if err != nil || found {
				continue // none, not ours, or an older one
			}
			l.Line, found = decodeLine(data)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

const (
	lineChance = 8
	lineSize   = lineChance + 6*4
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
	if len(b) != lineSize {
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
