// Package nobuild does not compile.
package nobuild

import "testing"

var one int = "one"

func TestNothing(t *testing.T) {}
