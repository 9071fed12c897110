"""Every entry of the catalogue has its picture, and the command makes one."""

from pathlib import Path

import pytest
from PIL import Image

from curnits.analysis.handbook import pictures
from curnits.sim.scenario.catalogue import catalogue

ROOT = Path(__file__).parents[2]


def test_every_entry_has_a_picture_and_every_picture_an_entry() -> None:
    kept = sorted((ROOT / pictures.FOLDER).iterdir())
    assert [path.name for path in kept] == sorted(f"{name}.png" for name in catalogue())
    assert max(path.stat().st_size for path in kept) <= 25_000
    page = (ROOT / "scenarios/README.md").read_text("utf-8")
    assert all(f"(pictures/{path.name})" in page for path in kept)


def test_the_command_draws_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("hot-dog-stands", "ellipsoid", "free-pair")
    paths = {name: catalogue()[name] for name in names}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pictures, "catalogue", lambda: paths)
    pictures.FOLDER.mkdir(parents=True)
    pictures.main()
    for name in names:
        drawn = Image.open(pictures.FOLDER / f"{name}.png")
        assert drawn.width in (363, 759)  # a column, or a page of several panels
        colours = drawn.convert("RGB").getcolors() or []
        assert len(colours) > 3
