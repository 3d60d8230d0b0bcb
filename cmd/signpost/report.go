package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	reports "signpost/cmd/signpost/internal/report"
	"signpost/config"
	"signpost/flows"
	"signpost/internal/hours"
	"signpost/internal/lines"
	"signpost/internal/privacy"
	"signpost/internal/store"
)

// reportTime bounds the whole reading of the counts.
const reportTime = time.Minute

const reportHelp = `signpost report [-from DAY] [-to DAY] [-format text|csv|html] [-out FILE]

What the gateway was used for, in figures that single nobody out: counts under
twenty are not shown, others are rounded to 5, and nothing can be got by
subtracting. REDIS_URL says where the counts are, PRIVACY_KEY opens them. Any days
that are over will do.

  signpost report
  signpost report -from 2026-07-01 -to 2026-09-30 -format html -out summer.html

`

func report(args []string, s streams) int {
	f := newFlags("report", reportHelp, s)
	from := f.String("from", "", "the first `day`, as 2026-10-01; empty for the first of last month")
	to := f.String("to", "", "the last `day`; empty for the last of last month, or with -from for today")
	format := f.String("format", "text", "text, csv or html")
	out := f.String("out", "", "the `file` to write; empty for the terminal")
	dir := f.String("flows", "", "the `folder` of the flow book; empty for the one that ships")
	if code, done := parse(f, args, s); done {
		return code
	}
	o, err := reportOptions(*from, *to, time.Now())
	if err != nil {
		fmt.Fprintf(s.err, "signpost report: %v\n", err)
		return exitMisuse
	}
	printers := map[string]func(reports.Report, io.Writer) error{"text": reports.Report.Text, "csv": reports.Report.CSV,
		"html": reports.Report.HTML}
	if printers[*format] == nil {
		fmt.Fprintf(s.err, "signpost report: -format must be text, csv or html, not %q\n", *format)
		return exitMisuse
	}
	url, err := config.RedisFromEnvironment()
	secrets, keyErr := config.SecretsFromEnvironment()
	if err := errors.Join(err, keyErr); err != nil {
		fmt.Fprintf(s.err, "signpost report: %v\n", err)
		return exitMisuse
	}
	src, code := goodBook("report", *dir, s)
	if src == nil {
		return code
	}
	r, err := makeReport(src.Book, o, url, secrets)
	if err != nil {
		fmt.Fprintf(s.err, "signpost report: %v\n", err)
		return exitProblems
	}
	if err := writeTo(*out, s.out, func(w io.Writer) error { return printers[*format](r, w) }); err != nil {
		fmt.Fprintf(s.err, "signpost report: %v\n", err)
		return exitProblems
	}
	return exitOK
}

// reportOptions reads the days; without any, the last whole month.
func reportOptions(from, to string, now time.Time) (reports.Options, error) {
	o := reports.Options{Now: now}
	first := hours.Day(now)
	first = first.AddDate(0, 0, 1-first.Day())
	o.From, o.To = first.AddDate(0, -1, 0), first.AddDate(0, 0, -1)
	for _, d := range []struct {
		name, value string
		into        *time.Time
	}{{"-from", from, &o.From}, {"-to", to, &o.To}} {
		if d.value == "" {
			continue
		}
		t, err := time.ParseInLocation(time.DateOnly, d.value, hours.London())
		if err != nil {
			return o, fmt.Errorf("%s must be a day, written like 2026-10-31, not %q", d.name, d.value)
		}
		*d.into = t
	}
	if from != "" && to == "" {
		o.To = hours.Day(now)
	}
	if o.To.Before(o.From) {
		return o, fmt.Errorf("the last day, %s, is before the first, %s", o.To.Format(time.DateOnly),
			o.From.Format(time.DateOnly))
	}
	const most = 3 * 366 // days; counts are kept for less
	if o.To.Sub(o.From) > most*24*time.Hour {
		return o, fmt.Errorf("that is more than three years; counts are kept for %d months after their quarter",
			store.KeepCounts)
	}
	return o, nil
}

func makeReport(b *flows.Book, o reports.Options, url string, secrets [][]byte) (reports.Report, error) {
	ctx, cancel := context.WithTimeout(context.Background(), reportTime)
	defer cancel()
	keys, err := privacy.NewKeyring(secrets...)
	if err != nil {
		return reports.Report{}, err
	}
	kept, err := store.Open(store.Options{URL: url, Keys: keys})
	if err != nil {
		return reports.Report{}, err
	}
	defer kept.Close()
	if o.NotAnswering, err = notAnswering(ctx, b, kept); err != nil {
		return reports.Report{}, err
	}
	o.Counts = func(day time.Time) (map[string]int, error) { return kept.Counts(ctx, day) }
	return reports.Make(b, o)
}

// notAnswering names the services whose lines nobody answers now.
func notAnswering(ctx context.Context, b *flows.Book, kept *store.Store) (names []string, err error) {
	var ids []string
	for i := range b.Services {
		if b.Services[i].NotOffered == "" {
			ids = append(ids, b.Services[i].ID)
		}
	}
	known, err := kept.Lines(ctx, ids)
	for _, id := range ids {
		if svc := b.Service(id); lines.NotAnswering(known[id], svc.CheckedOn) {
			names = append(names, svc.Name)
		}
	}
	return names, err
}

// writeTo writes to a file, or to out when there is none.
func writeTo(file string, out io.Writer, write func(io.Writer) error) (err error) {
	if file == "" {
		return write(out)
	}
	const mine = 0o600 // to be looked at before it is published
	w, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mine)
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := write(w); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}
