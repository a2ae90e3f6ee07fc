"""The incremental build: actions, keys, the store, and the shortcut for when nothing changed.

Owns: doit, sqlite3 and everything below `.cigen/cache/`. Refuses: any knowledge of what a stage computes. Importing the
package imports nothing: the null build takes two of its modules and must not pay for the rest.
"""
