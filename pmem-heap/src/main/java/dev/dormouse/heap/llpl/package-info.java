/**
 * Heaps of LLPL (PMDK's {@code libpmemobj} from Java), and what is known of the memory below them: the only package of the store that
 * knows LLPL. It needs Linux on amd64, PMDK's libraries (Debian: libpmemobj1 and libpmempool1), and {@code
 * --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow}; without them it says so, and nothing else of Dormouse
 * is touched.
 */
package dev.dormouse.heap.llpl;
