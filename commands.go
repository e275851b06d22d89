package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
)

const usage = `usage: accountql [COMMAND]

Without a command it serves the Logto that the environment names.
docs/configuration.md lists the settings. The commands are

  demo      serve an embedded Logto with demo accounts
  doctor    check the environment against its Logto, or explain a user's token
  setup     create in that Logto what users need to get their tokens
  health    ask the server on this machine whether it serves
  version   tell the version
  help      tell this

accountql COMMAND -h tells a command's flags.
`

// misuse is an error in how the program was called.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// exitCode is 2 for a program that was called wrongly, and 1 for everything else that
// went wrong.
func exitCode(err error) int {
	switch _, called := errors.AsType[misuse](err); {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case called:
		return 2
	default:
		return 1
	}
}

// parseFlags reads the flags of a command that takes nothing else. What else there is
// may be a token that was put in the wrong place, and isn't repeated.
func parseFlags(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return misuse{err}
	}
	if flags.NArg() > 0 {
		return misuse{fmt.Errorf("%s takes flags only: %s -h tells which", flags.Name(), flags.Name())}
	}
	return nil
}

// noCommand repeats what was misspelled, and nothing that may be a token.
func noCommand(name string) error {
	const longest = 20
	if name == "" || len(name) > longest || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz-") != "" {
		return misuse{errors.New("there is no such command")}
	}
	return misuse{fmt.Errorf("there is no command %s", name)}
}

// isTerminal tells whether a person sits at the other end of a stream.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// These are set by a release's build: -ldflags "-X main.version=v1.2.3 -X main.commit=0123abc".
var version, commit string

// printVersion tells what was built, of what, by what.
func printVersion(w io.Writer) {
	info, _ := debug.ReadBuildInfo() // Without it, only what a release sets is known.
	fmt.Fprintln(w, describeBuild(version, commit, info))
}

func describeBuild(release, commit string, info *debug.BuildInfo) string {
	settings := map[string]string{}
	if info != nil {
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if release == "" {
			release = info.Main.Version
		}
	}
	if release == "" {
		release = "(devel)"
	}
	text := "accountql " + release
	if commit != "" {
		text += ", commit " + commit
	} else if commit := settings["vcs.revision"]; commit != "" {
		text += ", commit " + commit
		if at := settings["vcs.time"]; at != "" {
			text += " of " + at
		}
		if settings["vcs.modified"] == "true" {
			text += " with changes"
		}
	}
	return fmt.Sprintf("%s, %s %s/%s", text, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
