"""``python -m curnits.analysis.handbook`` writes the pages of a checkout anew."""

from pathlib import Path

from curnits.analysis.handbook.pages import PAGES, with_made
from curnits.analysis.storage.files import write_files

for _page in PAGES:
    _path = Path(_page)
    _text = with_made(_path.read_text("utf-8"), PAGES[_page]())
    write_files(_path.parent, {_path.name: _text.encode()}, replace=True)
