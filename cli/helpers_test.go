package cli_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// exits is a helper of the scripts: exits CODE COMMAND... fails unless the
// command ends with this exit code.
func exits(args []string) int {
	want, err := strconv.Atoi(args[0])
	if err != nil {
		return 1
	}
	got, err := start(args[1:])
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "exits:", err)
		return 1
	case got != want:
		fmt.Fprintf(os.Stderr, "exits: exit code %d, not %d\n", got, want)
		return 1
	}
	return 0
}

// with is a helper of the scripts: with REGEXP FILE COMMAND... runs a command
// in which @ stands for what the expression's bracket finds in the file.
func with(args []string) int {
	text, err := os.ReadFile(args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
		return 1
	}
	found := regexp.MustCompile(args[0]).FindSubmatch(text)
	if found == nil {
		fmt.Fprintf(os.Stderr, "with: there is no %s in %s\n", args[0], args[1])
		return 1
	}
	command := make([]string, 0, len(args))
	for _, a := range args[2:] {
		command = append(command, strings.ReplaceAll(a, "@", string(found[1])))
	}
	code, err := start(command)
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
		return 1
	}
	return code
}

// start runs a command and returns its exit code.
func start(args []string) (int, error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}
