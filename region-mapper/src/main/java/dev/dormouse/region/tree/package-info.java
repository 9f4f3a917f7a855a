/** A sorted map of byte strings that lies in a region: a structure built on regions as users would build their own. */
package dev.dormouse.region.tree;
