package judgetest

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"websocket-chat-steps/internal/judge"
	"websocket-chat-steps/internal/steps"
)

// compare finds each difference between what was declared and what was seen.
func TestCompare(t *testing.T) {
	const holds, fails, freezes, breaksOff = judge.Holds, judge.Fails, judge.Freezes, judge.BreaksOff
	for _, test := range []struct {
		want, got judge.Kind
		err       string
	}{
		{holds, holds, ""},
		{fails, fails, ""},
		{freezes, freezes, ""},
		{holds, fails, "declared to hold, but it fails: evidence"},
		{holds, freezes, "declared to hold, but it freezes: evidence"},
		{fails, holds, "declared to be lacking (defect), but it holds (evidence)"},
		{freezes, holds, "declared to be lacking (defect), but it holds (evidence)"},
		{freezes, fails, "declared to be lacking (defect) in that it freezes, but it fails: evidence"},
		{fails, breaksOff, "declared to be lacking (defect) in that it fails, but it breaks off: evidence"},
		{holds, breaksOff, "declared to hold, but it breaks off: evidence"},
		{fails, freezes, "declared to be lacking (defect) in that it fails, but it freezes: evidence"},
	} {
		err := compare(test.want, "defect", judge.Verdict{Kind: test.got, Seen: "evidence"})
		if test.err == "" {
			assert.NoError(t, err)
		} else {
			assert.ErrorContains(t, err, test.err)
		}
	}
}

// What a step lacks decides which verdict is expected.
func TestExpect(t *testing.T) {
	lacking := func(all ...steps.Property) steps.Step {
		s := steps.Step{Lacks: make(map[steps.Property]string)}
		for _, p := range all {
			s.Lacks[p] = "it lacks " + string(p)
		}
		return s
	}
	frozen := lacking(steps.StalledRoom, steps.LongHistory, steps.NothingLeft)
	for p, want := range map[steps.Property]judge.Kind{
		steps.StalledRoom: judge.Freezes, steps.LongHistory: judge.Freezes, steps.StalledCost: judge.Freezes,
		steps.NothingLeft: judge.Fails, steps.SameOrder: judge.Holds,
	} {
		got, _ := expect(frozen, p)
		assert.Equal(t, want, got, p)
	}
	got, defect := expect(lacking(steps.StalledCost), steps.StalledCost)
	assert.Equal(t, judge.Fails, got)
	assert.Equal(t, "it lacks StalledCost", defect)
}

// A test's context still lives while the test cleans up.
func TestContext(t *testing.T) {
	t.Run("a test", func(t *testing.T) {
		t.Cleanup(func() {
			assert.Error(t, t.Context().Err())
			assert.NoError(t, Context(t).Err())
		})
		end, ok := t.Deadline()
		ours, oursOK := Context(t).Deadline()
		assert.Equal(t, ok, oursOK)
		assert.True(t, !ok || ours.Before(end), "the test can still say what it waits for")
	})
	assert.Positive(t, Patience())
}
