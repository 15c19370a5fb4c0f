"""What a reader sees of a curve."""

import numpy as np
import pandas as pd
import pytest

from ginseng_rd.efficacy.dose_response import fit_dose_response, fit_dose_responses
from ginseng_rd.efficacy.figures import draw_curves
from ginseng_rd.errors import FitRefused

DOSES = np.repeat([0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 300.0], 3)


def make_readings(sample="EX-12", ed50=12.0, top=90.0, **columns):
    share = DOSES / (DOSES + ed50)
    value = top * share + np.tile([-2.0, 0.5, 1.5], 7)
    named = {"sample": sample, "endpoint": "elastase inhibition", "unit": "%", "dose_unit": "µg/mL", **columns}
    return pd.DataFrame({"dose": DOSES, "value": value}).assign(**named)


def test_axes_name_endpoint_and_units():
    layout = fit_dose_response(make_readings()).plot().layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == ("Dose (µg/mL)", "elastase inhibition (%)")
    assert layout.xaxis.type == "log"


def test_the_control_stands_apart_on_the_log_axis_and_is_labelled_zero():
    figure = fit_dose_response(make_readings()).plot()
    assert figure.layout.xaxis.ticktext[0] == "0"
    drawn = next(trace for trace in figure.data if trace.mode == "markers")
    assert min(drawn.x) == figure.layout.xaxis.tickvals[0] < 1
    assert min(drawn.customdata) == 0


def test_the_ic50_is_marked_with_its_interval():
    curve = fit_dose_response(make_readings())
    mark = next(trace for trace in curve.plot().data if trace.marker.symbol == "diamond")
    assert mark.x[0] == curve.ic50.value
    assert mark.x[0] + mark.error_x.array[0] == pytest.approx(curve.ic50.high)
    assert mark.x[0] - mark.error_x.arrayminus[0] == pytest.approx(curve.ic50.low)


def test_invented_data_are_named_in_the_title():
    figure = fit_dose_response(make_readings(origin="invented")).plot()
    assert figure.layout.title.text == "EX-12 (invented example data)"


def test_flags_stand_in_the_subtitle():
    curve = fit_dose_response(make_readings(top=0.0))
    assert curve.flags[0] in curve.plot().layout.title.subtitle.text


def test_no_curve_is_drawn_where_there_is_no_response():
    figure = fit_dose_response(make_readings(top=0.0)).plot()
    assert [trace.x for trace in figure.data if trace.mode == "lines"] == [(None,)]


def test_several_curves_have_a_colour_and_a_legend_entry_each():
    readings = pd.concat([make_readings(), make_readings("EX-13", 40.0), make_readings("EX-14", top=0.0)])
    lines = [trace for trace in fit_dose_responses(readings).plot().data if trace.showlegend is not False]
    assert [line.name for line in lines] == ["EX-12: IC50 12 µg/mL", "EX-13: IC50 40 µg/mL", "EX-14: no IC50"]
    assert len({line.line.color for line in lines}) == 3


def test_curves_in_different_units_do_not_share_a_figure():
    readings = pd.concat([make_readings(), make_readings("EX-13", dose_unit="µM")])
    with pytest.raises(FitRefused, match="share the unit of the dose, but these are in 'µM', 'µg/mL'"):
        draw_curves(fit_dose_responses(readings).curves)


def test_a_name_from_a_file_cannot_write_into_the_page():
    curve = fit_dose_response(make_readings("<script>"))
    assert "<script>" not in curve._repr_html_()
    assert "<script>" not in curve.plot().layout.title.text
