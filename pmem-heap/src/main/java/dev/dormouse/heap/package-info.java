/** Media, the pool that lies on one, and the heap that gives out its extents. */
package dev.dormouse.heap;
