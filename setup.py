"""What pyproject.toml cannot say: `rules/` is installed as `cigen.rules`, and the standard plugins stay executable."""

from typing import Any

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py


class BuildKeepingModes(build_py):
    """setuptools drops the mode of every module it copies; a plugin is a module and a program."""

    def copy_file(self, infile: str, outfile: str, preserve_mode: bool = True, *more: Any, **named: Any) -> Any:  # noqa: ARG002
        """As in setuptools, with the mode."""
        return super().copy_file(infile, outfile, True, *more, **named)


setup(
    packages=[*find_packages(include=["cigen", "cigen.*"]), "cigen.rules"],
    package_dir={"cigen.rules": "rules"},
    cmdclass={"build_py": BuildKeepingModes},
)
