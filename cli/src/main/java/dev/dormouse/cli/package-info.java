/** The command line: the launcher's verbs, and the demonstration that is killed again and again and loses nothing. */
package dev.dormouse.cli;
