package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sort"
	"sync"
	"time"

	"google.golang.org/grpc"
)

const (
	method      = "/bench.Echo/Echo"
	payloadSize = 1024
)

// rawCodec passes bytes through unchanged.
type rawCodec struct{}

func (rawCodec) Name() string                                { return "proto" }
func (rawCodec) Marshal(message interface{}) ([]byte, error) { return *message.(*[]byte), nil }
func (rawCodec) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = data
	return nil
}

// load is the result of one run.
type load struct {
	Calls               int     `json:"calls"`
	Failed              int     `json:"failed"`
	ElapsedMicroseconds float64 `json:"elapsedMicroseconds"`
	P50Microseconds     float64 `json:"p50Microseconds"`
	P99Microseconds     float64 `json:"p99Microseconds"`
}

// caller makes its next call when the last one has returned.
type caller struct {
	latencies []time.Duration
	failed    int
	reason    error
}

func run(conn *grpc.ClientConn, count int, duration time.Duration) load {
	callers := make([]caller, count)
	start := time.Now()
	var group sync.WaitGroup
	for i := range callers {
		group.Add(1)
		go func(c *caller) {
			defer group.Done()
			c.call(conn, start.Add(duration))
		}(&callers[i])
	}
	group.Wait()
	return sum(callers, time.Since(start))
}

func (c *caller) call(conn *grpc.ClientConn, until time.Time) {
	payload := bytes.Repeat([]byte{42}, payloadSize)
	for begun := time.Now(); begun.Before(until); {
		var answer []byte
		err := conn.Invoke(context.Background(), method, &payload, &answer)
		if err == nil && len(answer) != payloadSize {
			err = fmt.Errorf("%d bytes were echoed as %d", payloadSize, len(answer))
		}
		ended := time.Now()
		if err != nil {
			c.failed++
			c.reason = err
		} else {
			c.latencies = append(c.latencies, ended.Sub(begun))
		}
		begun = ended
	}
}

func sum(callers []caller, elapsed time.Duration) load {
	var all []time.Duration
	failed := 0
	for _, c := range callers {
		all = append(all, c.latencies...)
		failed += c.failed
		if c.reason != nil {
			fmt.Fprintln(os.Stderr, c.reason)
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return load{len(all), failed, microseconds(elapsed), percentile(all, 0.50), percentile(all, 0.99)}
}

func percentile(sorted []time.Duration, share float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return microseconds(sorted[int(share*float64(len(sorted)-1))])
}

func microseconds(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
