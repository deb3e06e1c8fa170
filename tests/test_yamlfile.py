from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from loopviz.errors import ConfigError, InputError
from loopviz.formats.untrusted_files import read_yaml
from loopviz.yamlfile import MAX_BYTES, MAX_DEPTH, MAX_NUMBER, MAX_VALUES, read_mapping


def read(folder: Path, text: str) -> dict[str, Any]:
    file = folder / "a.yaml"
    file.write_text(text)
    return read_mapping(file, "project file", "a: 1")


class TestScalars:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            pytest.param("12", 12, id="whole"),
            pytest.param("-3", -3, id="below zero"),
            pytest.param("010", 10, id="a leading zero is no octal"),
            pytest.param("0x1F", 31, id="hexadecimal"),
            pytest.param("0o17", 15, id="octal"),
            pytest.param("1.5", 1.5, id="fraction"),
            pytest.param(".5", 0.5, id="no digit before the point"),
            pytest.param("1e-3", 0.001, id="exponent"),
            pytest.param("yes", True, id="true"),
            pytest.param("off", False, id="false"),
            pytest.param("~", None, id="null"),
            pytest.param("1:30", "1:30", id="a time is no number of base 60"),
            pytest.param("00:00:01.5", "00:00:01.5", id="a time with a fraction"),
            pytest.param("2001-12-14", "2001-12-14", id="a date"),
            pytest.param(".inf", ".inf", id="infinity is a word"),
            pytest.param("=", "=", id="an equals sign"),
            pytest.param('"12"', "12", id="in quotes"),
            pytest.param(":".join(["59"] * 20_000), ":".join(["59"] * 20_000), id="base 60 without end"),
        ],
    )
    def test_a_scalar_is_what_yaml_1_2_calls_it(self, tmp_path: Path, text: str, value: object):
        assert read(tmp_path, f"a: {text}") == {"a": value}
        assert type(read(tmp_path, f"a: {text}")["a"]) is type(value)

    def test_a_data_yaml_is_all_text(self, tmp_path: Path):
        file = tmp_path / "data.yaml"
        file.write_text("names: [no, 1e3, 1:30, 2001-12-14, ~]")
        assert read_yaml(file) == {"names": ["no", "1e3", "1:30", "2001-12-14", "~"]}


TOO_MUCH = [
    pytest.param("a: [" + "b," * 10 * MAX_VALUES + "]", "keys and values|too large", id="values"),
    pytest.param("a: " + "[" * 10 * MAX_DEPTH + "]" * 10 * MAX_DEPTH, "deep", id="lists in lists"),
    pytest.param("a: " + "{a: " * 10 * MAX_DEPTH + "}" * 10 * MAX_DEPTH, "deep", id="mappings in mappings"),
    pytest.param("- " * 10 * MAX_DEPTH, "deep", id="lists in lists, in one line"),
    pytest.param("a: " + "[" * 40_000, "deep", id="brackets without end"),
    pytest.param("a: &a [1]\nb: *a", "aliases", id="alias"),
    pytest.param("a: &a [*a]", "aliases", id="a list that holds itself"),
    pytest.param("a: !!int '1:59:59'", "tags", id="a typed number"),
    pytest.param("a: !!timestamp 2001-12-14", "tags", id="a typed date"),
    pytest.param("a: !own x", "tags", id="a type of one's own"),
    pytest.param("a: !!python/name:os.system", "tags", id="a name of Python"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "what"), TOO_MUCH)
def test_what_makes_much_out_of_little_is_refused(tmp_path: Path, text: str, what: str):
    with pytest.raises((ConfigError, InputError), match=what) as caught:
        read(tmp_path, text)
    assert len(str(caught.value)) < 600
    with pytest.raises(InputError, match=what):
        read_yaml(tmp_path / "a.yaml")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("9" * 10 * MAX_NUMBER, id="digits"),
        pytest.param("0x" + "f" * 10 * MAX_NUMBER, id="hexadecimal digits"),
        pytest.param("1." + "9" * 10 * MAX_NUMBER, id="places"),
        pytest.param("1e999999", id="beyond every float"),
    ],
)
def test_a_number_that_is_absurd_is_refused_with_its_line(tmp_path: Path, text: str):
    with pytest.raises(ConfigError, match=r"line 2: not plain YAML: (a|the) number") as caught:
        read(tmp_path, f"b: 1\na: {text}")
    assert len(str(caught.value)) < 300


def test_a_file_of_ten_times_the_size_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="too large"):
        read(tmp_path, "a: 1\n" + "#" * 10 * MAX_BYTES)
    (tmp_path / "data.yaml").write_text("#" * 5 * 2**20)
    with pytest.raises(InputError, match="too large"):
        read_yaml(tmp_path / "data.yaml")


def test_as_many_values_as_are_read_are_read(tmp_path: Path):
    names = ", ".join(f"n{i}" for i in range(21_841))  # the classes of ImageNet-21k
    assert len(read(tmp_path, f"names: [{names}]")["names"]) == 21_841
