"""`provider/circleci`: cig.toml as CircleCI configuration.

Owns: `.circleci/config.yml`, whole, for the outputs of cig.toml that ask for it. Pure: it turns the graph it is given
into text and diagnostics, and reads nothing else. Refuses: guessing; what CircleCI cannot express is reported.
"""
