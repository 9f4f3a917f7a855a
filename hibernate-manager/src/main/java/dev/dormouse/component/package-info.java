/** Components, turns, capabilities, the directory: the process store and its API. */
package dev.dormouse.component;
