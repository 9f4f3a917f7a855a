/** What runs in a virtual machine with an emulated NVDIMM while its power is cut: {@code docs/dax-vm.md}. No part of the product. */
package dev.dormouse.daxvm;
