"""The build rules: one file a stage.

Each rule declares the inputs, the key and the output of its actions and calls one pure function, or one hook of one
plugin. No logic: what a stage computes is in `cigen.pipeline`, how an action becomes current is in `cigen.engine`.
This is where the pure half and the half that does I/O meet.
"""
