// Package assertion fails an assertion, and has no race.
package assertion

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAssertion(t *testing.T) {
	require.Equal(t, 1, 2)
}
