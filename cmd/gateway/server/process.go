package server

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Steps of what is shown of the process: smaller ones would move with every webhook.
const (
	memoryStep  = 16 << 20 // bytes
	routineStep = 100
)

// registerProcess exports what an operator needs of the process. The library's collectors
// would show each webhook: processor time, goroutines, collections of garbage.
func (m *metrics) registerProcess() {
	gauge := func(name, help string, v func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, v))
	}
	started := float64(time.Now().Unix())
	gauge("process_start_time_seconds", "When the process began, in Unix seconds.", func() float64 { return started })
	gauge("process_resident_memory_bytes", "Memory in use, rounded up to 16 MiB.", func() float64 {
		return float64((residentMemory() + memoryStep - 1) / memoryStep * memoryStep)
	})
	gauge("go_goroutines", "Goroutines, rounded up to a hundred.", func() float64 {
		return float64((runtime.NumGoroutine() + routineStep - 1) / routineStep * routineStep)
	})
}

// residentMemory returns the memory in use, in bytes; 0 where the system does not say.
func residentMemory() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
