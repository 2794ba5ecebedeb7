"""What `vamp` prints, in each of its published forms, read as numbers."""

import pytest

from vcomp.toolchain import VampReport, parse_vamp_report

VAMP_2_5_2 = """\
Dump model info: ./deploy_weights/unetpp/mod
[max_batch_size_]: 27
[input_count]: 1
input[0]: [3,96,96], dtype:u1
[output_count]: 1
output[0]: [1,1,96,96], dtype:f2

*** number of instances in each device: 2 ****
  devices: [0]
  batch size: 4
  samples: 8192
  forwad time (s): 4.11317
  throughput (qps): 1991.65
  ai utilize (%): 97.2165
  card power (W): 42.8125
  temperature (°C): 46.0313
  die memory used (MB): 1311.42
  e2e latency (us):
    avg latency: 91731
    min latency: 8214
    max latency: 140112
  model latency (us):
    avg latency: 602
    min latency: 599
    max latency: 611
"""

VAMP_2_4 = """\
- number of instances in each device: 1
  devices: [0]
  batch size: 1
  samples: 1024
  forwad time (s): 1.25021
  throughput (qps): 819.06
  ai utilize (%): 88.1
  die memory used (MB): 903.133
  e2e latency (us):
    avg latency: 4871
    min latency: 1902
    max latency: 6120
  model latency (us):
    avg latency: 1109
    min latency: 1108
    max latency: 1131
"""

VAMP_2_1_0 = """\
model input shape 0: [3,256,256], dtype: u1
load model and init graph done
- number of instances in each device: 1
  devices: [0]
  batch size: 1
  ai utilize (%): 71.9
  temperature (°C): 51.4
  card power (W): 39.2
  die memory used (MB): 1402.3
  throughput (qps): 233.21
  e2e latency (us):
    avg latency: 12801
    min latency: 5102
    max latency: 13904
    p50 latency: 12790
    p90 latency: 12991
    p95 latency: 13107
    p99 latency: 13511
  model latency (us):
    avg latency: 4211
    min latency: 4200
    max latency: 4302
    p50 latency: 4210
    p90 latency: 4225
    p95 latency: 4231
    p99 latency: 4280
"""

PYTHON_PROFILER = """\
- number of instances: 1
  devices: [0]
  queue size: 1
  batch size: 8
  throughput (qps): 3012.75
  latency (us):
    avg latency: 7961
    min latency: 5210
    max latency: 9933
    p50 latency: 7950
    p99 latency: 9120
"""


def test_the_report_of_vamp_2_5_2() -> None:
    report = parse_vamp_report(VAMP_2_5_2)
    assert (report.throughput, report.samples) == (1991.65, 8192)
    assert (report.end_to_end.average, report.end_to_end.minimum, report.end_to_end.maximum) == (91731, 8214, 140112)
    assert (report.model.average, report.model.minimum, report.model.maximum) == (602, 599, 611)
    assert report.end_to_end.percentiles == {}


def test_the_report_of_about_2_4_has_a_dash_in_front() -> None:
    report = parse_vamp_report(VAMP_2_4)
    assert (report.throughput, report.samples) == (819.06, 1024)
    assert (report.end_to_end.average, report.model.average) == (4871, 1109)


def test_the_report_of_2_1_0_has_percentiles_and_no_samples() -> None:
    report = parse_vamp_report(VAMP_2_1_0)
    assert (report.throughput, report.samples) == (233.21, None)
    assert report.end_to_end.percentiles == {50: 12790, 90: 12991, 95: 13107, 99: 13511}
    assert report.model.percentiles == {50: 4210, 90: 4225, 95: 4231, 99: 4280}


def test_the_python_profilers_latency_is_from_end_to_end() -> None:
    report = parse_vamp_report(PYTHON_PROFILER)
    assert report.throughput == 3012.75
    assert report.end_to_end.percentiles == {50: 7950, 99: 9120}
    assert report.model.average is None


def test_fields_may_come_in_any_order() -> None:
    head, end_to_end, model = VAMP_2_1_0.partition("  e2e")[0], *VAMP_2_1_0[VAMP_2_1_0.index("  e2e") :].split("  mod")
    shuffled = f"  mod{model}  {end_to_end.strip()}\n" + "".join(reversed(head.splitlines(keepends=True)))
    assert parse_vamp_report(shuffled) == parse_vamp_report(VAMP_2_1_0)


@pytest.mark.parametrize("text", [VAMP_2_5_2, VAMP_2_4, VAMP_2_1_0, PYTHON_PROFILER])
def test_any_line_may_be_missing(text: str) -> None:
    lines = text.splitlines(keepends=True)
    for index in range(len(lines)):
        report = parse_vamp_report("".join(lines[:index] + lines[index + 1 :]))
        assert (report.throughput is None) == ("throughput" in lines[index])


def test_of_several_reports_the_last_counts_and_takes_nothing_from_those_before() -> None:
    report = parse_vamp_report(VAMP_2_1_0 + VAMP_2_5_2.replace("*** number", "- number"))
    assert report == parse_vamp_report(VAMP_2_5_2)


@pytest.mark.parametrize(
    "text", ["", "no report: at all\n", "Segmentation fault\n", "throughput (qps): nan\nsamples: inf"]
)
def test_what_is_no_report_gives_no_figures(text: str) -> None:
    report = parse_vamp_report(text)
    assert isinstance(report, VampReport)
    assert (report.throughput, report.samples) == (None, None)


def test_a_log_around_the_report_does_no_harm() -> None:
    noisy = f"[12:30:01] INFO: loading: 3 files\n{VAMP_2_4}\n[12:30:09] INFO: done: 0\n"
    assert parse_vamp_report(noisy) == parse_vamp_report(VAMP_2_4)
