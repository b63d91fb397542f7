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
// "NewClient", uses a package variable. A function that branches between them is an error: its
// order could not be told.
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
		var in *ssa.BasicBlock // where they are
		for _, block := range fn.Blocks {
			for _, i := range block.Instrs {
				kind, ok := accessOf(i, global)
				if !ok {
					continue
				}
				if in != nil && in != block {
					return nil, fmt.Errorf("%v: %s uses %s in another branch than before; draw it by hand or make it straight", p.place(i.Pos()), function, variable)
				}
				in = block
				accesses = append(accesses, Access{kind, p.place(i.Pos())})
			}
		}
		return accesses, nil
	}
	return nil, fmt.Errorf("the program has no function %s beside a variable %s", function, variable)
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
