"""cig.toml → Config, with every mistake found and placed.

Owns: the format of cig.toml (`cig.schema.json`), its three small languages (`interpolate`, `conditions`, `cron`), and
the positions of keys. Alone imports tomli and jsonschema. Refuses: any file, process, clock or environment variable of
the project; knowing plugins, which later stages check. `load.load_config` is the way in.
"""
