package engine

import (
	"fmt"
	"slices"
	"strings"
)

// Importers are the names of the stacks that use an export, in order.
func (e *Engine) Importers(in Place, export string) (names []string, exists bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.importers(in, export), e.exporter(in, export, nil) != nil
}

func (e *Engine) importers(in Place, export string) (names []string) {
	for _, s := range e.ordered(in) {
		imports := s.Imports
		if s.Operation != nil && s.Operation.Evaluated != nil {
			imports = append(slices.Clone(imports), s.Operation.Evaluated.Imports...)
		}
		if !s.Deleted() && slices.Contains(imports, export) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return names
}

// exporter is the stack that has an export, if that is not the one to be left out.
func (e *Engine) exporter(in Place, export string, but *Stack) *Stack {
	for _, s := range e.ordered(in) {
		if s != but && !s.Deleted() && slices.ContainsFunc(s.Outputs, func(o Output) bool { return o.ExportName == export }) {
			return s
		}
	}
	return nil
}

// exportFault is why a stack can't have these outputs, beside other stacks; "" if it can. The lock
// is held.
//
// Parity: CloudFormation: words about exports
func (e *Engine) exportFault(s *Stack, outputs []Output) string {
	exported := map[string]string{}
	for _, output := range outputs {
		if output.ExportName == "" {
			continue
		}
		exported[output.ExportName] = output.Value
		if other := e.exporter(s.Place, output.ExportName, s); other != nil {
			return fmt.Sprintf("Export with name %s is already exported by stack %s.", output.ExportName, other.Name)
		}
	}
	for _, output := range s.Outputs {
		users := e.importers(s.Place, output.ExportName)
		if output.ExportName == "" || len(users) == 0 {
			continue
		}
		value, kept := exported[output.ExportName]
		if !kept {
			return fmt.Sprintf("Export %s cannot be deleted as it is in use by %s", output.ExportName, strings.Join(users, ", "))
		}
		if value != output.Value {
			return fmt.Sprintf("Export %s cannot be updated as it is in use by %s", output.ExportName, strings.Join(users, ", "))
		}
	}
	return ""
}
