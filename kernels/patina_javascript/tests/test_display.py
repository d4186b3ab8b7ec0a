"""Rich output: MIME bundles of values, display(), tags, tables, figures and pictures."""

# ruff: noqa: E501 - cells are quoted as they are

from __future__ import annotations

import pytest
from patina_javascript.run import Bench

PNG = "new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1])"


def data(js: Bench, code: str) -> dict[str, object]:
    ran = js.run(code)
    assert ran.error is None, ran.error
    assert ran.data is not None
    return ran.data


def test_undefined_shows_nothing(js: Bench) -> None:
    assert js.run("undefined").data is None


def test_records_are_a_table(js: Bench) -> None:
    html = data(js, "[{a: 1, b: '<i>'}, {a: 2}]")["text/html"]
    assert html == (
        '<table><thead><tr><td></td><th scope="col">a</th><th scope="col">b</th></tr></thead><tbody>'
        '<tr><th scope="row">0</th><td>1</td><td style="text-align: left">&lt;i&gt;</td></tr>'
        '<tr><th scope="row">1</th><td>2</td><td></td></tr></tbody></table>'
    )


def test_a_long_table_says_how_long_it_is(js: Bench) -> None:
    html = str(data(js, "Array.from({length: 5000}, (_, i) => ({i}))")["text/html"])
    assert html.endswith("<p>5000 rows; the first 100 are shown</p>")


def test_a_list_of_numbers_is_no_table(js: Bench) -> None:
    assert list(data(js, "[1, 2]")) == ["text/plain"]


def test_tables_as_of_arquero_and_arrow(js: Bench) -> None:
    js.run(
        "class Table { columnNames() { return ['x'] } numRows() { return 2 } get(name, row) { return row * 10 } }"
        "class Arrow { schema = {fields: [{name: 'y'}]}; numRows = 1; getChild(n) { return {get: () => 'v'} } }"
    )
    assert "<td>10</td>" in str(data(js, "new Table()")["text/html"])
    assert "v</td>" in str(data(js, "new Arrow()")["text/html"])


@pytest.mark.parametrize(
    ("schema", "mime"),
    [
        ("vega-lite/v5.json", "application/vnd.vegalite.v5+json"),
        ("vega-lite/v6.json", "application/vnd.vegalite.v5+json"),
        ("vega-lite/v4.json", "application/vnd.vegalite.v4+json"),
        ("vega/v5.json", "application/vnd.vega.v5+json"),
    ],
)
def test_a_specification_of_vega_is_drawn(js: Bench, schema: str, mime: str) -> None:
    code = f"({{$schema: 'https://vega.github.io/schema/{schema}', data: {{values: new Uint8Array(2)}}}})"
    assert data(js, code)[mime] == {
        "$schema": f"https://vega.github.io/schema/{schema}",
        "data": {"values": [0, 0]},
    }


def test_a_figure_of_plotly_is_drawn(js: Bench) -> None:
    shown = data(js, "({data: [{x: [1], y: [2], type: 'bar'}], layout: {title: 't'}})")
    assert shown["application/vnd.plotly.v1+json"] == {
        "data": [{"x": [1], "y": [2], "type": "bar"}],
        "layout": {"title": "t"},
    }


def test_the_bytes_of_a_picture_are_a_picture(js: Bench) -> None:
    assert data(js, PNG)["image/png"] == "iVBORw0KGgoB"
    assert "image/png" not in data(js, "new Uint8Array([1, 2, 3])")


def test_an_object_says_how_it_is_displayed(js: Bench) -> None:
    code = (
        "({[Symbol.for('Jupyter.display')]() { return {'text/html': '<b>', 'image/png': "
        + PNG
        + "} }})"
    )
    assert data(js, code) == {"text/html": "<b>", "image/png": "iVBORw0KGgoB"}
    assert data(
        js, "({async [Symbol.for('Jupyter.display')]() { return {'text/html': 'late'} }})"
    ) == {"text/html": "late"}


def test_a_display_that_gives_no_bundle_is_told_what_it_should_give(js: Bench) -> None:
    error = js.run("({[Symbol.for('Jupyter.display')]: () => 'text'})").error
    assert error is not None
    assert error[:2] == (
        "TypeError",
        "a display must give an object from MIME types to data; got 'text'",
    )


def test_tags_escape_what_is_not_markup(js: Bench) -> None:
    code = "html`<p>${'<i>'}${[1, 2].map(n => html`<b>${n}</b>`)}${null}</p>`"
    assert data(js, code)["text/html"] == "<p>&lt;i&gt;<b>1</b><b>2</b></p>"
    assert data(js, "svg`<svg>${'&'}</svg>`")["image/svg+xml"] == "<svg>&amp;</svg>"
    assert data(js, "md`# ${'a<b'}`")["text/markdown"] == "# a<b"


def test_display_comes_in_order_with_what_is_written(js: Bench) -> None:
    ran = js.run("console.log(1); display({a: 1}); display(html`<b>`); undefined")
    assert [d.get("text/plain") for d in ran.displays] == ["{ a: 1 }", "<b>"]


def test_an_output_with_an_id_can_be_changed(js: Bench) -> None:
    ran = js.run(
        "const h = display('a', {id: 'here'}); h.update('b'); display('c', {id: 'here', update: true})"
    )
    assert [kind for kind, _ in ran.messages] == ["display_data", *["update_display_data"] * 2]
    assert {content["transient"]["display_id"] for _, content in ran.messages} == {"here"}
    assert ran.displays[-1] == {"text/plain": "'c'"}


def test_a_bundle_can_be_given_as_it_is_and_an_output_cleared(js: Bench) -> None:
    ran = js.run(
        "display({'text/x': 'raw'}, {raw: true}); display.clear({wait: true}); console.clear()"
    )
    assert ran.displays == [{"text/x": "raw"}]
    assert [c for kind, c in ran.messages if kind == "clear_output"] == [
        {"wait": True},
        {"wait": False},
    ]
