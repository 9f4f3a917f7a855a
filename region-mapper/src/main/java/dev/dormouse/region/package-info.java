/** Region maps, the write barrier, and turn-scoped views of a component's bytes. */
package dev.dormouse.region;
