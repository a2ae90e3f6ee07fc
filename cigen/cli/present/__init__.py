"""Results as text and as JSON, one file a command.

Pure: from a view, a plain value that the command fills, to the bytes it prints. Everything is sorted by the view's
maker or here; nothing holds a time, an absolute path or a colour that carries meaning.
"""
