/**
 * A dozen persistent structures that fit on a screen each, right and with one planted fault, which the crash-test kit has
 * to tell apart under every model. They are examples of how such a structure is written and how it is tested.
 */
package dev.dormouse.emulation.structures;
