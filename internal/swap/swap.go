// Package swap reports whether Linux may write a process's memory to a disk, where it would
// outlive the process.
package swap

import (
	"io/fs"
	"path"
	"strings"
)

// Possible reports whether a process may be swapped out. root is the root of the file
// system, process a process id or "self". known is false where the system does not say:
// elsewhere than on Linux, or for want of permission.
//
// A process is safe when the machine has no swap, or when a control group (version 2) that
// it is in may use none. (proc(5), and "Memory" in the kernel's document of cgroup v2.)
func Possible(root fs.FS, process string) (possible, known bool) {
	swaps, err := fs.ReadFile(root, "proc/swaps")
	if err != nil {
		return false, false
	}
	if len(strings.Split(strings.TrimSpace(string(swaps)), "\n")) < 2 { // the heading alone
		return false, true
	}
	groups, err := fs.ReadFile(root, path.Join("proc", process, "cgroup"))
	if err != nil {
		return false, false
	}
	for line := range strings.Lines(string(groups)) {
		group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::/")
		if !ok {
			continue // of version 1
		}
		for at := group; ; at = path.Dir(at) {
			most, err := fs.ReadFile(root, path.Join("sys/fs/cgroup", path.Clean("/" + at)[1:], "memory.swap.max"))
			if err == nil && strings.TrimSpace(string(most)) == "0" {
				return false, true
			}
			if at == "." || at == "" {
				break
			}
		}
	}
	return true, true
}

// Processes returns the ids of the processes with one of these names.
func Processes(root fs.FS, names ...string) (out []string) {
	all, err := fs.ReadDir(root, "proc")
	if err != nil {
		return nil
	}
	for _, e := range all {
		if strings.Trim(e.Name(), "0123456789") != "" {
			continue
		}
		name, err := fs.ReadFile(root, path.Join("proc", e.Name(), "comm"))
		if err != nil {
			continue // it has ended
		}
		for _, want := range names {
			if strings.TrimSpace(string(name)) == want {
				out = append(out, e.Name())
			}
		}
	}
	return out
}
