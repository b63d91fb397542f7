// Package novet compiles, but does not pass vet, which go test runs first.
package novet

import "testing"

func TestNothing(t *testing.T) {
	t.Logf("%d", "one")
}
