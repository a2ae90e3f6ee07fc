"""The one thing pyproject.toml cannot say: `rules/` is installed as the package `cigen.rules`."""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["cigen", "cigen.*"]), "cigen.rules"], package_dir={"cigen.rules": "rules"})
