/** Child JVMs that are started to be killed. */
package dev.dormouse.cli.child;
