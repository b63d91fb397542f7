// Package exits calls os.Exit in the middle of a test.
package exits

import (
	"os"
	"testing"
)

func TestExit(t *testing.T) {
	os.Exit(3)
}
