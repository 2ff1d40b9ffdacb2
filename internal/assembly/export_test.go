package assembly

// LoadFS is Load from a file system in memory.
var LoadFS = loadFS

// Work is how much of the work that one Resolve may do a stage takes, from 0 to 1.
func Work(s *Stage, options Options) float64 {
	e, _ := s.resolve(options)
	return float64(maxWork-e.left) / maxWork
}
