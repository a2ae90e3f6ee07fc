"""Constraints mean what they mean in npm, but for the tilde, which means what it means in Terraform."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cigen.modules import satisfies

NUMBERS = st.integers(0, 30)


@pytest.mark.parametrize(
    ("version", "constraint", "met"),
    [
        ("1.3.0", "~1.2", True),
        ("1.2.0", "~1.2", True),
        ("2.0.0", "~1.2", False),
        ("1.1.9", "~1.2", False),
        ("1.2.9", "~1.2.3", True),
        ("1.3.0", "~1.2.3", False),
        ("1.9.0", "~1", True),
        ("2.0.0", "~1", False),
        ("1.5.0", "~>1.2", True),
        ("1.5.0", "~> 1.2", True),
        ("1.9.9", "^1.2", True),
        ("2.0.0", "^1.2", False),
        ("0.3.0", "^0.2", False),
        ("1.1.0", ">=1.1", True),
        ("2.9.0", ">=1.1, <3", True),
        ("3.0.0", ">=1.1, <3", False),
        ("1.2.3", "1.2.3", True),
        ("1.2.3", "v1.2.3", True),
        ("1.2.4", "1.2", True),
        ("9.9.9", "*", True),
        ("9.9.9", "", True),
        ("1.4.0", "~1.2 || ~3.1", True),
        ("3.2.0", "~1.2 || ~3.1", True),
        ("2.0.0", "~1.2 || ~3.1", False),
        ("2.0.0-rc.1", "~1.2", False),
        ("1.2.3-rc.2", "~1.2.3-rc.1", True),
    ],
)
def test_a_version_meets_a_constraint(version: str, constraint: str, met: bool) -> None:
    assert satisfies(version, constraint) is met


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_tilde_lets_the_last_component_given_grow(a: int, b: int, c: int, x: int, y: int, z: int) -> None:
    assert satisfies(f"{x}.{y}.{z}", f"~{a}.{b}") == (x == a and y >= b)
    assert satisfies(f"{x}.{y}.{z}", f"~{a}.{b}.{c}") == ((x, y) == (a, b) and z >= c)


@pytest.mark.parametrize(
    "constraint", ["latest", "~", "~x", "1.2.3.4", ">=", "~1.2beta", "1..2", "<=>1", ",", "~1.2.3.4"]
)
def test_what_is_no_constraint_is_refused_with_examples(constraint: str) -> None:
    with pytest.raises(ValueError, match="is no version constraint: write it like") as caught:
        satisfies("1.0.0", constraint)
    assert str(caught.value).startswith(f'"{constraint}"')


def test_what_is_no_version_is_refused() -> None:
    with pytest.raises(ValueError, match=r'"1\.3" is no version: write all three numbers'):
        satisfies("1.3", "~1.2")


def test_the_module_imports_without_node_semver() -> None:
    code = "import sys, cigen.modules; print('nodesemver' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
