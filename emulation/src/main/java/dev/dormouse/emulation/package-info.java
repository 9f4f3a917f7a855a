/**
 * Media that crash, and the kit that tries every way in which they can.
 *
 * <p><b>The fault model.</b> A store is cut into <em>pieces</em>, one for every aligned 8-byte word that it touches. A piece
 * is atomic; nothing larger is. What a crash leaves of the pieces is said by a
 * {@link dev.dormouse.emulation.PersistencyModel}:
 *
 * <table>
 *   <caption>What may be lost, torn and reordered</caption>
 *   <tr><th>model</th><th>lost</th><th>torn</th><th>reordered</th><th>certain</th></tr>
 *   <tr><td>{@code PX86}</td><td>the last pieces of any 64-byte line</td><td>between pieces; a bulk store in any
 *       way</td><td>lines</td><td>after flush and fence of one thread</td></tr>
 *   <tr><td>{@code EADR}</td><td>the last pieces of all</td><td>between pieces</td><td>nothing</td><td>at once</td></tr>
 *   <tr><td>{@code PAGE_CACHE}</td><td>the last pieces of any word</td><td>between pieces</td><td>words, but for release
 *       stores</td><td>after a fence of its thread</td></tr>
 *   <tr><td>{@code SECTORS}</td><td>the last stores to any sector of 512 bytes</td><td>between sectors</td>
 *       <td>sectors</td><td>after a sync, of everything or of the sector's range</td></tr>
 * </table>
 *
 * <p>With a {@link dev.dormouse.emulation.FaultPlan} the engine's own mistakes are played as well: stores, flushes and
 * fences that are left out, and stores that the media loses though they were flushed and fenced.
 *
 * <p><b>What it does not cover.</b> Thread interleavings other than the one that the scenario ran; a compiler that
 * reorders stores together with caches that evict them; bits that rot and media that lie; a recovery that never ends (give
 * the test a timeout). {@code docs/crash-model.md} has the whole list, the models' sources, and the argument by which
 * states are left out without losing any.
 *
 * <p>The models follow Raad, Wickerson, Neiger and Vafeiadis, <i>Persistency Semantics of the Intel-x86 Architecture</i>
 * (POPL 2020); the exploration follows Yat (USENIX ATC 2014), PMDK's {@code pmreorder} and Jaaru (ASPLOS 2021).
 */
package dev.dormouse.emulation;
