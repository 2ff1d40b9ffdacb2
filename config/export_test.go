package config

// Update tells whether the flag -update is given.
func Update() bool { return *update }
