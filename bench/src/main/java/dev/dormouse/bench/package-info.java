/** Benchmarks of the whole store; each stands beside its floor, measured in the same run and at the same population. */
package dev.dormouse.bench;
