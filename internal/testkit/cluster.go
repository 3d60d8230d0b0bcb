package testkit

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// Cluster is a real Redis Cluster of a test's own: three masters, each with a
// replica that takes over when it dies.
type Cluster struct {
	Masters, Replicas []*Redis
}

// StartCluster starts a Cluster and waits until it has agreed with itself.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	const masters, slots = 3, 16384
	c := &Cluster{}
	buses := map[*Redis]string{}
	start := func() *Redis {
		_, bus, _ := strings.Cut(FreeAddr(t), ":")
		r := StartRedis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--cluster-port", bus,
			"--cluster-allow-replica-migration", "no")
		buses[r] = bus
		return r
	}
	for range masters {
		c.Masters = append(c.Masters, start())
	}
	for range masters {
		c.Replicas = append(c.Replicas, start())
	}
	for i, m := range c.Masters {
		m.Do(t, "CLUSTER", "ADDSLOTSRANGE", fmt.Sprint(i*slots/masters), fmt.Sprint((i+1)*slots/masters-1))
		m.Do(t, "CLUSTER", "SET-CONFIG-EPOCH", fmt.Sprint(i+1))
	}
	all := append(append([]*Redis{}, c.Masters...), c.Replicas...)
	host, port, _ := strings.Cut(all[0].Addr, ":")
	for _, r := range all[1:] {
		r.Do(t, "CLUSTER", "MEET", host, port, buses[all[0]])
	}
	await(t, "the nodes of a Cluster know one another", func() bool {
		for _, r := range all {
			if !strings.Contains(strings.Join(r.Do(t, "CLUSTER", "INFO"), ""),
				fmt.Sprintf("cluster_known_nodes:%d", len(all))) {
				return false
			}
		}
		return true
	})
	for i, r := range c.Replicas {
		id := strings.Join(c.Masters[i].Do(t, "CLUSTER", "MYID"), "")
		await(t, "a replica is taken", func() bool {
			_, err := r.do("CLUSTER", "REPLICATE", id)
			return err == nil
		})
	}
	c.AwaitHealthy(t)
	for _, r := range c.Replicas {
		await(t, "a replica follows its master", func() bool {
			return strings.Contains(strings.Join(r.Do(t, "INFO", "replication"), ""), "master_link_status:up")
		})
	}
	return c
}

// AwaitHealthy waits until every node that lives says that every slot is served.
func (c *Cluster) AwaitHealthy(t testing.TB) {
	t.Helper()
	await(t, "a Cluster serves every slot", func() bool {
		seen := 0
		for _, r := range append(append([]*Redis{}, c.Masters...), c.Replicas...) {
			info, err := r.do("CLUSTER", "INFO")
			if err != nil {
				continue // it is dead
			}
			if !strings.Contains(strings.Join(info, ""), "cluster_state:ok") {
				return false
			}
			seen++
		}
		return seen > 0
	})
}

// TookOver reports that a replica is a master now.
func (c *Cluster) TookOver(replica int) bool {
	role, err := c.Replicas[replica].do("INFO", "replication")
	return err == nil && strings.Contains(strings.Join(role, ""), "role:master")
}

// URL is the Cluster as REDIS_URL names it.
func (c *Cluster) URL() string {
	var urls []string
	for _, m := range c.Masters {
		urls = append(urls, m.URL())
	}
	return strings.Join(urls, ",")
}

// await asks until it is so, within the time a server may take to start.
func await(t testing.TB, what string, so func() bool) {
	t.Helper()
	const often = 20 * time.Millisecond
	tick := time.NewTicker(often)
	defer tick.Stop()
	for end := time.After(patience); !so(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("not in time: %s", what)
		}
	}
}
