package doctor

import (
	"io/fs"
	"path"
	"strings"

	"signpost/internal/swap"
)

// Where a plain server has its units and settings.
const (
	enabledGateway = "etc/systemd/system/multi-user.target.wants/signpost.service"
	enabledWatch   = "etc/systemd/system/timers.target.wants/signpost-watch.timer"
	watchSettings  = "etc/signpost/watch"
)

// installed looks whether the gateway that runs is the one that is installed, and whether
// somebody would be told of problems.
func (e *exam) installed() {
	const of = "machine"
	if e.Root == nil {
		return
	}
	for _, process := range swap.Processes(e.Root, "gateway") {
		program, err := fs.ReadLink(e.Root, path.Join("proc", process, "exe"))
		if err == nil && strings.HasPrefix(program, "/usr/") && strings.HasSuffix(program, " (deleted)") {
			e.name("old-program").add(of, Bad, "systemctl restart signpost", "A gateway runs from a program that was replaced since: the new one is installed and not in use.")
			break
		}
	}
	if _, err := fs.Lstat(e.Root, enabledGateway); err != nil {
		return // no plain server
	}
	settings, err := fs.ReadFile(e.Root, watchSettings)
	_, off := fs.Lstat(e.Root, enabledWatch)
	switch {
	case off != nil:
		e.name("watch-off").add(of, Look, "docs/operator.md, Watch it; unless Prometheus, or the watch timer of another machine, looks at this gateway.", "The watch timer is not enabled: nobody hears of problems.")
	case err == nil && strings.Contains(string(settings), "@example.org"):
		e.name("watch-example").add(of, Bad, "Write your own addresses into /etc/signpost/watch.", "/etc/signpost/watch still holds addresses of the example: nobody hears of problems.")
	}
}
