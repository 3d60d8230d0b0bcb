package swap_test

import (
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"signpost/internal/swap"
)

const (
	heading = "Filename\tType\tSize\tUsed\tPriority\n"
	some    = heading + "/swapfile file 1000 0 -2\n"
)

func TestPossible(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	group := "0::/system.slice/signpost.service\n"
	for _, tt := range []struct {
		name            string
		root            fstest.MapFS
		possible, known bool
	}{
		{"no Linux", fstest.MapFS{}, false, false},
		{"no swap", fstest.MapFS{"proc/swaps": file(heading)}, false, true},
		{"swap, and no word of the process", fstest.MapFS{"proc/swaps": file(some)}, false, false},
		{"swap", fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file(group)}, true, true},
		{"swap with a limit", fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file(group),
			"sys/fs/cgroup/system.slice/signpost.service/memory.swap.max": file("max\n")}, true, true},
		{"swap that the service may not use", fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file(group),
			"sys/fs/cgroup/system.slice/signpost.service/memory.swap.max": file("0\n")}, false, true},
		{"swap that its slice may not use", fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file(group),
			"sys/fs/cgroup/system.slice/memory.swap.max": file("0\n")}, false, true},
		{"in a container, which sees its own group as the root",
			fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file("0::/\n"),
				"sys/fs/cgroup/memory.swap.max": file("0\n")}, false, true},
		{"control groups of version 1", fstest.MapFS{"proc/swaps": file(some), "proc/7/cgroup": file("4:memory:/x\n")},
			true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if possible, known := swap.Possible(tt.root, "7"); possible != tt.possible || known != tt.known {
				t.Errorf("possible %v, known %v", possible, known)
			}
		})
	}
}

func TestProcesses(t *testing.T) {
	root := fstest.MapFS{"proc/1/comm": {Data: []byte("init\n")}, "proc/12/comm": {Data: []byte("gateway\n")},
		"proc/13/comm": {Data: []byte("valkey-server\n")}, "proc/self/comm": {Data: []byte("gateway\n")}}
	if got := swap.Processes(root, "gateway", "valkey-server"); !slices.Equal(got, []string{"12", "13"}) {
		t.Errorf("%v", got)
	}
	if _, err := os.Stat("/proc/self/comm"); err == nil && len(swap.Processes(os.DirFS("/"), "swap.test")) == 0 {
		t.Error("this very process is not found")
	}
}
