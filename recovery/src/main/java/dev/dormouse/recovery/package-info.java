/** Lanes with their undo and redo logs: commit, abort, and recovery after a crash. The protocol is lettered in {@code docs/protocol.md}. */
package dev.dormouse.recovery;
