// Command bench compares accountql with what one would use in its place: a reverse
// proxy, a handler written by hand, and calls of the Management API by the client.
//
//	go run ./bench                  everything, in under three minutes
//	go run ./bench -quick           the same in less time and less exactly
//	go run ./bench -only capacity   one part: page, delay, start, token, cores, clients, size or capacity
//	go run ./bench -json            the part page alone, as JSON
//
// All that takes part runs on loopback, each in a process of its own: the product,
// built from this module, a Logto that answers out of memory, the reverse proxy, the
// handler by hand, and in this process the clients. Contenders take turns (ABCABC…),
// and a ratio is the median of the ratios within each round. So ratios can be
// compared between machines, and from run to run on a busy one; other figures can't.
// All answers are compared with the expected ones, byte for byte.
//
// A page is what a client asks for at a time: one-call and three-call by GraphQL,
// proxy one call of the Management API by httputil.ReverseProxy, floor the three calls
// of three-call by a handler that checks nothing, and rest-in-a-row and rest-parallel
// five calls that the client makes itself. The ratio of one-call is against proxy, that
// of three-call against floor, those of rest-in-a-row and rest-parallel against
// three-call; that of proxy and of floor is 1. cpu_us is the processor time of the
// contender's process for a page, and that of the clients where there is no such
// process. It is 0 where the system has no /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// roleArgument, the first one, makes a process of this program something else than
// the benchmark.
const roleArgument = "as"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) > 1 && args[0] == roleArgument {
		return runRole(ctx, stdin, stdout, args[1:])
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	asJSON := flags.Bool("json", false, "print the part page alone, as one JSON object")
	quick := flags.Bool("quick", false, "take a quarter of the time")
	only := flags.String("only", "", "the one `part` to run")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unknown argument %q", flags.Arg(0))
	}
	p := usualPlan()
	if *quick {
		p.turn /= 4
	}
	if *asJSON {
		return withBench(ctx, p, stdout, stderr, (*bench).printJSON)
	}
	return withBench(ctx, p, stdout, stderr, func(b *bench, ctx context.Context) error {
		return b.runParts(ctx, *only)
	})
}

// usualClients is how many clients there are where nothing else is said.
const usualClients = 16

// plan says how much is measured.
type plan struct {
	// turn is how long a contender runs at a time, and rounds how many turns it has.
	turn   time.Duration
	rounds int
	// clients are the numbers of clients to try, fewest first.
	clients []int
}

func usualPlan() plan {
	return plan{turn: 600 * time.Millisecond, rounds: 7, clients: []int{1, 4, 16, 64, 256, 1024}}
}

// bench is a benchmark that is running.
type bench struct {
	plan
	stdout, progress io.Writer
	processes        *processes
	upstream         *process
	landscape        landscape
	targets          targets
}

// withBench starts what all parts need.
func withBench(ctx context.Context, p plan, stdout, stderr io.Writer, do func(*bench, context.Context) error) error {
	processes, err := newProcesses(ctx, stderr)
	if err != nil {
		return err
	}
	defer processes.close()
	b := &bench{plan: p, stdout: stdout, progress: stderr, processes: processes}
	b.say("building accountql")
	if err := processes.build(); err != nil {
		return err
	}
	b.upstream, err = processes.startSelf(&b.landscape, "upstream", strconv.Itoa(max(usualClients, slices.Max(p.clients))))
	if err != nil {
		return err
	}
	if err := do(b, ctx); ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("interrupted: %w", ctx.Err()) // What else went wrong came of it.
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "bench: "+format+"\n", args...)
}

func (b *bench) runParts(ctx context.Context, only string) error {
	parts := []struct {
		name string
		run  func(context.Context) error
	}{
		{"page", b.printPage},
		{"delay", b.printDelays},
		{"start", b.measureStart},
		{"token", b.measureTokens},
		{"cores", b.printCores},
		{"clients", b.printClients},
		{"size", b.printSizes},
		{"capacity", b.printCapacity},
	}
	var names []string
	began := time.Now()
	for _, part := range parts {
		names = append(names, part.name)
		if only != "" && only != part.name {
			continue
		}
		b.say("%s, after %.0f s", part.name, time.Since(began).Seconds())
		if err := part.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if only != "" && !slices.Contains(names, only) {
		return fmt.Errorf("there is no part %q, but %s", only, strings.Join(names, ", "))
	}
	if len(b.targets) > 0 {
		b.targets.table().print(b.stdout)
	}
	b.say("done after %.0f s", time.Since(began).Seconds())
	return nil
}
