package assembly

// LoadFS is Load from a file system in memory.
var LoadFS = loadFS
