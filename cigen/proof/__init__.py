"""Proofs that a job's work was done: signed records, the stores that keep them, and what they let a plan skip.

Nothing here is loaded without a store. Whatever goes wrong with one, a job runs: a proof is believed or it is not.
"""
