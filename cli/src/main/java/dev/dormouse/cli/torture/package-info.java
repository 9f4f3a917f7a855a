/**
 * Kills child JVMs at random instants while they load a store, and holds the pools against ledgers that the children kept
 * outside of them. The same code says what a turn does to a component in a pool and to its model in memory, so every byte of
 * every region is compared.
 */
package dev.dormouse.cli.torture;
