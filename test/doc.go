// Package test synthesizes the environments of this repository once and holds
// what must be true of the result: guards over every template, golden files,
// frozen logical ids, determinism.
//
// It is the only test package that imports awscdk, because one jsii kernel per
// test binary is slow enough; the runtime behind it is not safe for parallel
// use, so no test here calls t.Parallel. The packages below it (architecture,
// e2e) do without awscdk.
package test
