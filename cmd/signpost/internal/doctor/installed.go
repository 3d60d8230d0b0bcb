package doctor

import (
	"io/fs"
	"path"
	"strings"

	"signpost/config"
	"signpost/internal/swap"
)

// Where a plain server has its units and settings.
const (
	enabledGateway = "etc/systemd/system/multi-user.target.wants/signpost.service"
	enabledWatch   = "etc/systemd/system/timers.target.wants/signpost-watch.timer"
	enabledProbe   = "etc/systemd/system/timers.target.wants/signpost-probe.timer"
	watchSettings  = "etc/signpost/watch"
)

// installed checks that the gateway that runs is the one that is installed, and that
// somebody would hear of problems.
func (e *exam) installed() {
	const of = "machine"
	if e.Root == nil {
		return
	}
	for _, process := range swap.Processes(e.Root, "gateway") {
		program, err := fs.ReadLink(e.Root, path.Join("proc", process, "exe"))
		if err == nil && strings.HasPrefix(program, "/usr/") && strings.HasSuffix(program, " (deleted)") {
			e.name("old-program").add(of, Bad, "systemctl restart signpost",
				"A gateway runs from a program that was replaced since: the new one is installed and not in use.")
			break
		}
	}
	if _, err := fs.Lstat(e.Root, enabledGateway); err != nil {
		return // no plain server
	}
	if _, err := fs.Lstat(e.Root, enabledProbe); err != nil {
		e.name("probe-off").add(of, Look, "docs/operator.md, Is it answering?; unless another machine sends probes.",
			"The probe timer is not enabled: that nothing reaches the gateway from outside is noticed after an hour, "+
				"and not after ten minutes.")
	}
	settings, err := fs.ReadFile(e.Root, watchSettings)
	_, off := fs.Lstat(e.Root, enabledWatch)
	switch {
	case off != nil:
		e.name("watch-off").add(of, Look,
			"docs/operator.md, Watch it; unless Prometheus, or the watch timer of another machine, looks at this "+
				"gateway.",
			"The watch timer is not enabled: nobody hears of problems.")
	case err == nil && strings.Contains(string(settings), "@example.org"):
		e.name("watch-example").add(of, Bad, "Write your own addresses into /etc/signpost/watch.",
			"/etc/signpost/watch still holds addresses of the example: nobody hears of problems.")
	}
}

// settings looks whether the running gateway was started with the settings that this command
// has read. Only root may see what a program was started with.
func (e *exam) settings() {
	if e.Root == nil {
		return
	}
	readFile := func(name string) ([]byte, error) { return fs.ReadFile(e.Root, strings.TrimPrefix(name, "/")) }
	for _, process := range swap.Processes(e.Root, "gateway") {
		data, err := fs.ReadFile(e.Root, path.Join("proc", process, "environ"))
		if err != nil {
			continue
		}
		started := map[string]string{}
		for pair := range strings.SplitSeq(string(data), "\x00") {
			name, value, _ := strings.Cut(pair, "=")
			started[name] = value
		}
		if started["ADMIN_ADDR"] != e.Environment["ADMIN_ADDR"] || started["TWILIO_ACCOUNT_SID"] == "" {
			continue // another gateway
		}
		if old := config.NotInUse(started, e.Environment, readFile); len(old) > 0 {
			e.name("settings-old").add("machine", Bad, "systemctl restart signpost, or correct the settings.",
				"The running gateway was started with another %s than the settings have now.", strings.Join(old, ", "))
			return
		}
	}
}
