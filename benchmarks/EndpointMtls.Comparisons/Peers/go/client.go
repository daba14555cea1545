// A client of the echo server that uses grpc-go. It reads commands as lines, "run <callers> <milliseconds>",
// answers each with a line of JSON, and ends when its input ends.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	"google.golang.org/grpc"
)

const (
	refresh        = time.Second
	connectTimeout = 10 * time.Second
)

func main() {
	if len(os.Args) != 6 {
		fail("usage: client <address> <server name> <ca file> <cert file> <key file>")
	}
	conn, err := connect(os.Args[1], os.Args[2], newFileProvider(os.Args[3], os.Args[4], os.Args[5], refresh))
	if err != nil {
		fail(err)
	}
	fmt.Printf("grpc-go %s, go %s\n", grpc.Version, strings.TrimPrefix(runtime.Version(), "go"))

	// A separate goroutine reads the input, so that its end also ends a running command.
	lines := make(chan string)
	go func() {
		for input := bufio.NewScanner(os.Stdin); input.Scan(); {
			lines <- input.Text()
		}
		os.Exit(0)
	}()
	for line := range lines {
		var callers, milliseconds int
		if _, err := fmt.Sscanf(line, "run %d %d", &callers, &milliseconds); err != nil || callers < 1 {
			fail("unknown command: " + line)
		}
		answer, err := json.Marshal(run(conn, callers, time.Duration(milliseconds)*time.Millisecond))
		if err != nil {
			fail(err)
		}
		fmt.Println(string(answer))
	}
}

// connect opens the connection that all callers share, and waits until it is ready.
func connect(address, serverName string, provider *fileProvider) (*grpc.ClientConn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	return grpc.DialContext(ctx, address,
		grpc.WithTransportCredentials(provider.credentials(serverName)),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})),
		grpc.WithBlock(),
		grpc.WithReturnConnectionError())
}

func fail(reason interface{}) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
