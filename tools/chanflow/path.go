package chanflow

import (
	"fmt"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// Next tells whether a function, such as "Client.listenRead", can come from one
// place in it to another, or to its end if that is the zero Place, without waiting
// for a channel or for the browser anywhere between.
func (s *Source) Next(function string, from, to Place) (bool, error) {
	p, err := s.build()
	if err != nil {
		return false, err
	}
	fn := p.function(function)
	if fn == nil {
		return false, fmt.Errorf("the program has no function %s", function)
	}
	seen := make(map[*ssa.BasicBlock]bool)
	var reaches func(block *ssa.BasicBlock, first int) bool
	reaches = func(block *ssa.BasicBlock, first int) bool {
		for _, i := range block.Instrs[first:] {
			if p.isAt(i, to) {
				return true
			}
			if _, ok := i.(*ssa.Return); ok {
				return to == Place{}
			}
			if waits(i) {
				return false
			}
		}
		return slices.ContainsFunc(block.Succs, func(next *ssa.BasicBlock) bool {
			if seen[next] {
				return false
			}
			seen[next] = true
			return reaches(next, 0)
		})
	}
	for _, block := range fn.Blocks {
		for n, i := range block.Instrs {
			if p.isAt(i, from) && reaches(block, n+1) {
				return true, nil
			}
		}
	}
	return false, nil
}

// function finds a function of the program's own by its name, and nil if there is none.
func (p *program) function(name string) *ssa.Function {
	for _, pkg := range p.own {
		for _, member := range pkg.Members {
			switch m := member.(type) {
			case *ssa.Function:
				if funcName(m) == name {
					return m
				}
			case *ssa.Type:
				named, ok := m.Type().(*types.Named)
				for i := 0; ok && i < named.NumMethods(); i++ {
					if fn := p.FuncValue(named.Method(i)); fn != nil && funcName(fn) == name {
						return fn
					}
				}
			}
		}
	}
	return nil
}

// isAt tells whether an instruction communicates, or calls, at that place.
func (p *program) isAt(i ssa.Instruction, at Place) bool {
	switch i := i.(type) {
	case *ssa.Select:
		return slices.ContainsFunc(i.States, func(s *ssa.SelectState) bool { return p.place(s.Pos) == at })
	case *ssa.Send, *ssa.UnOp, ssa.CallInstruction:
		return i.Pos().IsValid() && p.place(i.Pos()) == at
	}
	return false
}

// waits tells whether an instruction may wait for a channel or for the browser.
func waits(i ssa.Instruction) bool {
	switch i := i.(type) {
	case *ssa.Send:
		return true
	case *ssa.UnOp:
		return i.Op.String() == "<-"
	case *ssa.Select:
		return i.Blocking
	case *ssa.Call:
		k, _ := about(calledName(i))
		return k.reads || k.writes || k.accepts
	}
	return false
}
