// Package partial is what there is between two steps of a deployment: some resources are as the
// template before has them, others as the next one, and some are there in both versions.
//
// It owns how the models of several templates are merged into the model of what is there, and what
// services keep of a resource although no template says it any more. It does not know what is
// there: its caller does.
package partial
