from __future__ import annotations

import time

from mlflow_pitfalls.tuning.study.thrift import Thrift


def test_what_took_most_of_the_time_has_to_wait():
    thrift = Thrift(time.time() + 60.0)
    assert thrift.allows()
    with thrift.spent():
        time.sleep(0.02)
    assert not thrift.allows()


def test_what_takes_little_of_the_time_may_go_on():
    thrift = Thrift(time.time() + 60.0)
    time.sleep(0.02)
    with thrift.spent():
        pass
    assert thrift.allows()
