package kernel

// With is what NODE_OPTIONS becomes.
var With = with
