"""The cache's folder is nobody's but cig's."""

from pathlib import Path

import pytest

from cigen.engine import cache_folder
from cigen.engine.cache_folder import CACHE_FOLDER, make_cache_folder


def test_git_does_not_see_it(tmp_path: Path) -> None:
    folder = Path(make_cache_folder(str(tmp_path)))
    assert folder == tmp_path / CACHE_FOLDER
    assert (folder / ".gitignore").read_text() == "*\n"


def test_what_somebody_wrote_to_its_gitignore_stays(tmp_path: Path) -> None:
    (Path(make_cache_folder(str(tmp_path))) / ".gitignore").write_text("*\n# mine\n")
    folder = Path(make_cache_folder(str(tmp_path)))
    assert (folder / ".gitignore").read_text() == "*\n# mine\n"


def test_a_gitignore_that_a_killed_cig_left_empty_is_written_again(tmp_path: Path) -> None:
    (tmp_path / CACHE_FOLDER).mkdir(parents=True)
    (tmp_path / CACHE_FOLDER / ".gitignore").touch()
    make_cache_folder(str(tmp_path))
    assert (tmp_path / CACHE_FOLDER / ".gitignore").read_text() == "*\n"


def test_an_interrupt_leaves_no_empty_gitignore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(path: str, mode: str, *, encoding: str) -> None:
        assert (mode, encoding) == ("w", "ascii")
        Path(path).touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(cache_folder, "open", interrupted, raising=False)
    with pytest.raises(KeyboardInterrupt):
        make_cache_folder(str(tmp_path))
    assert list((tmp_path / CACHE_FOLDER).iterdir()) == []
