/** LLPL's heap, for comparison: the only package of the benchmarks that knows LLPL. Needs {@code --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow}, libpmemobj and libpmempool. */
package dev.dormouse.bench.llpl;
