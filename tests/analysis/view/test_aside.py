"""What stands beside the talks, without a browser: events as fast as a page can send them."""

import ipyvuetify as v
import reacton

from curnits.analysis.view.aside import Settings
from curnits.analysis.view.opening import open_named


def test_settings_that_change_before_the_page_is_drawn_again_are_all_kept() -> None:
    applied: list[dict[str, object]] = []
    settings = Settings(open_named("majority"), lambda **changed: applied.append(changed))
    _, page = reacton.render_fixed(settings)
    with page:  # nothing is drawn again in here
        page.find(v.TextField, label="seed").widget.v_model = "7"
        page.find(v.TextField, label="ticks").widget.v_model = "60"
        page.find(v.Btn, children=["Apply and start over"]).widget.click()
    assert applied == [{"seed": "7", "ticks": "60"}]
    assert page.find(v.TextField, label="seed").widget.v_model == "7"
    page.close()
