from __future__ import annotations

import pytest

from loopviz.viewing import Viewing


def test_a_screen_of_55_inches():
    viewing = Viewing()
    assert viewing.metres_a_pixel(1920, 1080) * 1920 == pytest.approx(1.2176, abs=1e-3)
    assert viewing.metres_a_pixel(1920, 1080) * 1080 == pytest.approx(0.6849, abs=1e-3)
    assert viewing.metres(10) == pytest.approx(0.4374, abs=1e-4)


@pytest.mark.parametrize(
    ("size", "shown"), [((1920, 1080), 1.2176), ((1440, 1440), 0.6849), ((1080, 1920), 0.3853), ((3840, 1080), 1.2176)]
)
def test_a_picture_of_another_shape_is_as_large_as_fits(size, shown):
    assert Viewing().metres_a_pixel(*size) * size[0] == pytest.approx(shown, abs=1e-3)


def test_minutes_of_arc():
    viewing = Viewing(55, 2.5)
    assert viewing.arc_minutes(20, 1920, 1080) == pytest.approx(17.44, abs=0.05)
    assert viewing.arc_minutes(20, 3840, 2160) == pytest.approx(8.72, abs=0.05)
    assert Viewing(55, 5).arc_minutes(20, 1920, 1080) == pytest.approx(8.72, abs=0.05)
