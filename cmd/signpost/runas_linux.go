package main

import (
	"fmt"
	"math"
	"os/exec"
	"syscall"
)

// runAs lets a program run as another user, who has no other group.
func runAs(cmd *exec.Cmd, as uint) error {
	if as == 0 {
		return nil
	}
	if as > math.MaxInt32 {
		return fmt.Errorf("-as must be the number of a user, not %d", as)
	}
	id := uint32(as)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: id, Gid: id}}
	return nil
}
