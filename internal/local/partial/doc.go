// Package partial is what there is between two steps of a deployment: some resources are as the
// template before has them, others as the next one, and some are there in both versions.
//
// It owns how the models of templates are put together to the model of what is there, and what
// services keep of a resource that no template says any more. It does not know what is there: its
// caller does.
package partial
