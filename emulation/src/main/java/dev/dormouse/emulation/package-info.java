/**
 * Media that crash, and the kit that tries every way in which they can.
 *
 * <p><b>The fault model.</b> A store is cut into <em>pieces</em>, one for every aligned 8-byte word that it touches, in
 * ascending order of address. A piece is atomic; nothing larger is. After a crash the media holds:
 *
 * <ul>
 *   <li><b>{@link dev.dormouse.emulation.PersistencyModel#PX86 PX86}</b> (persistent memory behind the caches of x86). Of
 *       each 64-byte line, a prefix of the pieces that were stored to it, in program order: later ones are <em>lost</em>.
 *       The line's prefix is at least as long as what was stored to it before a flush by some thread that was followed by
 *       a fence of the same thread. Beyond that every line goes its own way: a line may be evicted without ever being
 *       flushed, or stay in the cache while one that was stored later gets out, so stores to different lines are
 *       <em>reordered</em> at will. A store that straddles words, and a record of more than 8 bytes, <em>tears</em>.
 *   <li><b>{@link dev.dormouse.emulation.PersistencyModel#EADR EADR}</b> (eADR, or the page cache under
 *       {@code kill -9}). A prefix of all pieces in the order in which they were stored; flushes do nothing.
 * </ul>
 *
 * <p>With a {@link dev.dormouse.emulation.FaultPlan} the engine's own mistakes are played as well: stores, flushes and
 * fences that are left out, and stores that the media loses though they were flushed and fenced.
 *
 * <p><b>What it does not cover.</b>
 *
 * <ul>
 *   <li>The compiler and the CPU: plain stores are taken in the order in which the Java code made them, and the pieces of
 *       a bulk store in ascending order; a real {@code memcpy} promises neither, so nothing may rely on the order inside
 *       one {@code write}, {@code copy} or {@code fill}. Only {@code kill -9} of a real process shows a store that the JIT
 *       moved (rule R8 of the design).
 *   <li>Thread interleavings: the one that the scenario ran is the one that is explored.
 *   <li>Bits that rot, poisoned lines, torn words, and a medium that lies about a whole device or about
 *       {@code sync}; a recovery that never ends (give the test a timeout).
 *   <li>A CPU on which lines are larger, or stores to one line persist out of order.
 * </ul>
 *
 * <p>The model is that of Raad, Wickerson, Neis and Vafeiadis, <i>Persistency Semantics of the Intel-x86 Architecture</i>
 * (POPL 2020), seen at the points where it can change; the exploration follows Yat (USENIX ATC 2014) and PMDK's
 * {@code pmreorder}.
 */
package dev.dormouse.emulation;
