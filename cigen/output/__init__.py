"""From merged files to the worktree: the only room that writes CI files.

Owns: which paths may be written (`confine`), reading and opening below the repository's root without following a link
(`beneath`), what a render would change (`changes`), writing all of it or nothing (`writer`), and the lines it keeps in
`.gitattributes` and `.gitignore` (`gitattributes`). Refuses: knowing what the files mean. `rules` and `cli` import it.
"""
