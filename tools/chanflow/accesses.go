package chanflow

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// Access is one of the steps in which a function uses a variable.
type Access struct {
	Kind  AccessKind
	Place Place
}

// AccessKind is what one step does.
type AccessKind string

// The kinds.
const (
	Loads  AccessKind = "loads"  // reads the variable
	Adds   AccessKind = "adds"   // adds 1 to what was loaded last
	Stores AccessKind = "stores" // writes what was computed last
)

// Accesses lists, in their order, the steps in which a function, such as
// "NewClient", uses a package variable. It is an error if their order could not be
// told, since the function branches between them, or if something is there that may
// order them with those of another goroutine: a call, or sync/atomic.
func (s *Source) Accesses(function, variable string) ([]Access, error) {
	p, err := s.build()
	if err != nil {
		return nil, err
	}
	for _, pkg := range p.own {
		fn, global := pkg.Func(function), pkg.Var(variable)
		if fn == nil || global == nil {
			continue
		}
		var accesses []Access
		var in *ssa.BasicBlock    // where they are
		var other ssa.Instruction // the last that is none, and may order them
		for _, block := range fn.Blocks {
			for _, i := range block.Instrs {
				kind, ok := accessOf(i, global)
				if !ok {
					if _, ok := i.(ssa.CallInstruction); ok || uses(i, global) {
						other = i
					}
					continue
				}
				if other != nil {
					return nil, fmt.Errorf("%v: before it is done with %s, %s does something else, which may order it with other goroutines: %v", p.place(other.Pos()), variable, function, other)
				}
				if in != nil && in != block {
					return nil, fmt.Errorf("%v: %s uses %s in another branch than before", p.place(i.Pos()), function, variable)
				}
				in = block
				accesses = append(accesses, Access{kind, p.place(i.Pos())})
			}
		}
		if len(accesses) == 0 {
			return nil, fmt.Errorf("%v: %s neither reads nor writes %s as it is", p.place(fn.Pos()), function, variable)
		}
		return accesses, nil
	}
	return nil, fmt.Errorf("the program has no function %s beside a variable %s", function, variable)
}

// uses tells whether the variable, its address say, is among an instruction's
// operands.
func uses(i ssa.Instruction, global *ssa.Global) bool {
	for _, operand := range i.Operands(nil) {
		if *operand == global {
			return true
		}
	}
	return false
}

// accessOf tells what i does with the variable.
func accessOf(i ssa.Instruction, global *ssa.Global) (AccessKind, bool) {
	switch i := i.(type) {
	case *ssa.UnOp:
		return Loads, i.Op == token.MUL && i.X == global
	case *ssa.BinOp:
		loaded, ok := i.X.(*ssa.UnOp)
		one, isConst := i.Y.(*ssa.Const)
		return Adds, ok && loaded.X == global && i.Op == token.ADD && isConst && one.Value != nil && one.Int64() == 1
	case *ssa.Store:
		return Stores, i.Addr == global
	}
	return "", false
}
