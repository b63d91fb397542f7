package race

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// event is a line of go test -json. It is from test2json or, if Package is empty, from
// the build.
type event struct {
	Action, Package, Test, Output, FailedBuild string
}

// A test or package that fails only by data races may print only these lines. go test
// does not say which lines are errors and which are a log, so every other line counts
// as an error. There is one limit: if a test has a race and also calls t.Fail without a
// message, that looks the same as a race alone.
var (
	frameworkLine = regexp.MustCompile(`^(=== (RUN|PAUSE|CONT|NAME) | *--- (PASS|FAIL|SKIP): |PASS$|FAIL$|FAIL\t)`)
	racedLine     = regexp.MustCompile(`^ *testing\.go:\d+: race detected during execution of test$`)
	lessonLine    = regexp.MustCompile(`^ *\w+\.go:\d+: ` + Lesson)
	holdsLine     = regexp.MustCompile(`^ *\w+\.go:\d+: ` + Holds)
	lessonGoesOn  = regexp.MustCompile(`^        `)
	logLine       = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `) // of package log, which servers use
)

const racedOutside = "testing: race detected outside of test execution"

// judge finds out how a run ended, from all that it printed and wrote.
func judge(stdout, stderr string, ok bool, reports, root string) Result {
	events, err := parseEvents(stdout)
	races, reportErr := parseReports(reports, root)
	res := Result{Races: races}
	for _, e := range events {
		res.Output += e.Output
		if e.Test != "" && (e.Action == "pass" || e.Action == "fail") {
			res.Ran++
		}
		if e.Test != "" && e.Action == "fail" {
			res.Failing = append(res.Failing, e.Test)
		}
	}
	res.Output += stderr + reports

	switch reason := notByRacesAlone(events, len(found.FindAllString(reports, -1))); {
	case err != nil:
		res.Outcome, res.Reason = Failed, "go test -json printed something that is no JSON: "+err.Error()
	case !ok && timedOut(res.Output) != "":
		res.Outcome, res.Reason = TooSlow, timedOut(res.Output)
	case ok && len(reports) == 0:
		res.Outcome = Passed
	case ok:
		res.Outcome, res.Reason = Failed, "go test ended with status 0 in spite of a data race"
	case notBuilt(events) != "":
		res.Outcome, res.Reason = NotBuilt, notBuilt(events)+": can't be built"
	case !slices.ContainsFunc(events, func(e event) bool { return e.Action == "fail" }):
		res.Outcome, res.Reason = NotBuilt, "go test found no package: "+strings.TrimSpace(stderr)
	case reason != "":
		res.Outcome, res.Reason = Failed, reason
	case reportErr != nil:
		res.Outcome, res.Reason = Failed, reportErr.Error()
	case len(races) == 0:
		res.Outcome, res.Reason = Failed, "the tests say that there is a data race, but there is no report of one"
	default:
		res.Outcome = Raced
	}
	return res
}

var timeoutLines = regexp.MustCompile(`(?m)^panic: test timed out after (\S+)\n(?:\s*running tests:\n((?:\t+\S+ \(.*\)\n)*))?`)

// timedOut says which tests were running when go test's own time was up, or returns "".
func timedOut(output string) string {
	found := timeoutLines.FindStringSubmatch(output)
	if found == nil {
		return ""
	}
	return fmt.Sprintf("after %s these tests had not ended: %s. That says nothing about what they test: does one hang, or is the machine busy? Give more time with go test -timeout",
		found[1], strings.Join(strings.Fields(strings.ReplaceAll(found[2], " (", "(")), ", "))
}

// notBuilt names the first package that could not be built, if there is one.
func notBuilt(events []event) string {
	for _, e := range events {
		if e.FailedBuild != "" {
			return e.FailedBuild
		}
	}
	return ""
}

// parseEvents reads what go test -json printed. If a process died in a test, go test
// prints no end of that test. Then parseEvents adds the end.
func parseEvents(stdout string) ([]event, error) {
	var events, begun []event
	ended := map[event]bool{}
	for dec := json.NewDecoder(strings.NewReader(stdout)); ; {
		var e event
		if err := dec.Decode(&e); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return events, err
		}
		events = append(events, e)
		switch fail := (event{Action: "fail", Package: e.Package, Test: e.Test}); e.Action {
		case "run":
			begun = append(begun, fail)
		case "pass", "fail", "skip":
			ended[fail] = true
		}
	}
	return append(events, slices.DeleteFunc(begun, func(e event) bool { return ended[e] })...), nil
}

// notByRacesAlone says what else made the run fail, or returns "". endings is how many
// test binaries the detector itself has ended, with its own status: their tests passed,
// but there was a race outside of the tests.
func notByRacesAlone(events []event, endings int) string {
	type key struct{ pkg, test string } // no test: the package itself
	output := map[key]string{}
	var failed []key
	for _, e := range events {
		k := key{e.Package, e.Test}
		output[k] += e.Output
		if e.Action == "fail" {
			failed = append(failed, k)
		}
	}

	excused := map[key]bool{} // by its own race, or by one of its subtests
	for _, k := range failed {
		raced, stranger := readOutput(output[k])
		if stranger != "" {
			return fmt.Sprintf("%s %s fails not only by data races: %q", k.pkg, k.test, stranger)
		}
		if raced {
			excused[k] = true
			for i, c := range k.test {
				if c == '/' {
					excused[key{k.pkg, k.test[:i]}] = true
				}
			}
		}
		if k.test != "" {
			excused[key{k.pkg, ""}] = true // a test that isn't excused is enough to say so
		}
	}
	for _, k := range failed {
		switch {
		case excused[k]:
		case k.test == "" && endings > 0:
			endings--
		default:
			return fmt.Sprintf("%s %s fails without a data race", k.pkg, k.test)
		}
	}
	return ""
}

// readOutput reads the output of a failing test or package. It returns whether the
// output mentions a race, and the first line that should not be there.
func readOutput(text string) (raced bool, stranger string) {
	inLesson := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case racedLine.MatchString(line), line == racedOutside:
			raced = true
		case lessonLine.MatchString(line):
			inLesson = true
			continue
		case inLesson && lessonGoesOn.MatchString(line):
			continue
		case frameworkLine.MatchString(line), holdsLine.MatchString(line), logLine.MatchString(line):
		default:
			return raced, line
		}
		inLesson = false
	}
	return raced, ""
}
