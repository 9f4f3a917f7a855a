/**
 * What runs in a virtual machine while its power is cut: with an emulated NVDIMM, {@code docs/dax-vm.md}; with a disk that is recorded,
 * and what replays the record, {@code docs/power-vm.md}. No part of the product.
 */
package dev.dormouse.daxvm;
