package assembly

import (
	"maps"
	"slices"
)

// LoadFS is Load from a file system in memory.
var LoadFS = loadFS

// Work is how much of the work that one Resolve may do a stage takes, from 0 to 1.
func Work(s *Stage, options Options) float64 {
	return s.resolve(options).evaluation.Work()
}

// KnownTypes are the resource types that this package knows by name.
func KnownTypes() []string {
	return slices.Concat(slices.Collect(maps.Keys(simulatedTypes)), slices.Collect(maps.Keys(notSimulatedTypes)))
}
