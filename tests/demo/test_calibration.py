"""The reliability table of the benchmarks: every pair counts once, in its part of the scale."""

from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_error_is_the_mean_distance_of_what_is_said_and_what_is_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from calibration import reliability

    (tmp_path / "truth.csv").write_text("record_id,cluster_id\na,1\nb,1\nc,2\nd,2\ne,3\n", encoding="utf-8")
    (tmp_path / "pairs.csv").write_text(
        "record_id_l,record_id_r,match_weight,match_probability,outcome\n"
        "a,b,9,1.0,match\nc,d,9,0.995,match\na,e,1,0.8,review\na,c,1,0.85,review\n",
        encoding="utf-8",
    )
    found = reliability(tmp_path / "pairs.csv", tmp_path / "truth.csv")
    assert found.pairs == 4
    assert found.error == pytest.approx((abs(1.995 - 2) + 1.65) / 4)
    assert found.rows("set") == [("set", 0.8, 2, pytest.approx(0.825), 0.0), ("set", 0.99, 2, pytest.approx(0.9975), 1)]
