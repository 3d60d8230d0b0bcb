// Package machine tells what a measurement was made on.
package machine

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

// Describe names the processor, its cores, the memory, the system and the version
// of Go.
func Describe() string {
	first := func(file, key string) string {
		data, err := os.ReadFile(file)
		if err != nil {
			return ""
		}
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	cpu := first("/proc/cpuinfo", "model name")
	if cpu == "" {
		cpu = "an unknown processor"
	}
	memory := ""
	kb := 0
	if _, err := fmt.Sscan(first("/proc/meminfo", "MemTotal"), &kb); err == nil {
		memory = fmt.Sprintf(", %.0f GiB", float64(kb)/(1<<20))
	}
	return fmt.Sprintf("%s, %d cores%s, %s/%s, %s", cpu, runtime.NumCPU(), memory, runtime.GOOS, runtime.GOARCH,
		runtime.Version())
}
