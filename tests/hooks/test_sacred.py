"""Whatever happens in a call or in a listener, the user's program goes on as it would without hooks."""

from __future__ import annotations

import functools
import logging
import threading
import traceback
from multiprocessing.pool import ThreadPool
from unittest import mock

import pytest
from joblib import Parallel, delayed, parallel_backend
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV, KFold, cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from mlflow_pitfalls import errors, hooks
from mlflow_pitfalls.hooks import wrappers
from mlflow_pitfalls.model.events import CallKind


class Raises(BaseEstimator):
    def __init__(self, error=None):
        self.error = error

    def fit(self, X, y=None):
        if self.error is not None:
            raise self.error
        return self


class TestExceptions:
    @pytest.mark.parametrize("error", [ValueError("odd", 7), KeyboardInterrupt(), SystemExit(3), MemoryError()])
    def test_same_exception_same_place_and_the_next_call_is_seen(self, recorder, error):
        with pytest.raises(type(error)) as caught:
            Raises(error).fit([[1.0]])
        assert caught.value is error
        assert caught.value.__context__ is None
        frames = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        assert frames[-1] == "fit"
        assert frames.count("mlflow_pitfalls_hook") == 1
        assert len(frames) == 3
        (event,) = recorder.events
        assert event.error == type(error).__name__
        assert event.result is None
        Raises().fit([[1.0]])
        assert len(recorder.events) == 2

    def test_error_in_a_function(self, recorder):
        with pytest.raises(ValueError, match="inconsistent numbers"):
            accuracy_score([0, 1], [0])
        assert recorder.events[0].error == "ValueError"

    def test_unwanted_call_that_raises(self, recorder):
        recorder.unwanted = {CallKind.FIT}
        with pytest.raises(ValueError, match="odd"):
            Raises(ValueError("odd")).fit([[1.0]])
        assert len(recorder.skips) == 1
        recorder.unwanted = set()
        Raises().fit([[1.0]])
        assert len(recorder.events) == 1

    def test_unwanted_calls_tell_their_time_only(self, recorder, iris):
        X, y = iris
        recorder.unwanted = {CallKind.PREDICT}
        model = GaussianNB().fit(X, y)
        model.predict(X)
        assert recorder.names == ["fit"]
        ((kind, name, owner, seconds),) = recorder.skips
        assert (kind, name, owner) == (CallKind.PREDICT, "predict", model)
        assert seconds > 0


class Broken:
    """A listener of which every method raises."""

    def __init__(self, error: type[BaseException] = RuntimeError) -> None:
        self.error = error
        self.asked = 0

    def wants(self, *args: object) -> bool:
        self.asked += 1
        raise self.error

    def _fails(self, *args: object) -> None:
        raise self.error

    skipped = starting = finished = run_changed = _fails


class Wants(Broken):
    def wants(self, *args: object) -> bool:
        self.asked += 1
        return True


class WantsNothing(Broken):
    def wants(self, *args: object) -> bool:
        self.asked += 1
        return False


class TestListenerFailures:
    @pytest.mark.parametrize("listener", [Broken, Wants, WantsNothing])
    @pytest.mark.parametrize("error", [RuntimeError, SystemExit, MemoryError])
    def test_told_once_and_the_program_goes_on(self, recorder, iris, caplog, listener, error):
        X, y = iris
        broken = listener(error)
        hooks.install(broken)
        with caplog.at_level(logging.WARNING):
            model = GaussianNB().fit(X, y)
            assert model.score(X, y) > 0.9
            assert len(list(KFold(3).split(X))) == 3
            assert set(cross_validate(model, X, y, cv=2)) >= {"test_score"}
        assert broken.asked >= 3
        ours = [record for record in caplog.records if record.name == "mlflow_pitfalls"]
        assert len(ours) == 1
        assert error.__name__ in ours[0].getMessage()

    def test_inner_calls_stay_inner_when_the_listener_fails(self, recorder, iris):
        X, y = iris
        asked: list[str] = []

        class OnlyAsks(Broken):
            def wants(self, kind, name, owner):
                asked.append(type(owner).__name__)
                raise RuntimeError

        hooks.install(OnlyAsks())
        GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]}, cv=2).fit(X, y)
        assert asked == ["GridSearchCV"]

    def test_keyboard_interrupt_in_a_listener_passes(self, recorder, iris):
        X, y = iris
        hooks.install(Broken(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            GaussianNB().fit(X, y)
        hooks.install(recorder)
        GaussianNB().fit(X, y)
        assert recorder.names == ["fit"]

    def test_mode_raises_what_is_swallowed_otherwise(self, recorder, iris):
        X, y = iris
        hooks.install(Wants())
        errors.set_test_mode(True)
        try:
            with pytest.raises(RuntimeError):
                GaussianNB().fit(X, y)
        finally:
            errors.set_test_mode(False)
        hooks.install(recorder)
        GaussianNB().fit(X, y)
        assert recorder.names == ["fit"]

    def test_what_a_listener_calls_itself_is_not_reported(self, recorder, iris):
        X, y = iris
        finished = recorder.finished

        def fits_again(event):
            GaussianNB().fit(X, y)
            finished(event)

        recorder.finished = fits_again
        GaussianNB().fit(X, y)
        assert recorder.names == ["fit"]


class TestThreadsAndProcesses:
    @pytest.mark.parametrize("backend", ["threading", "loky", pytest.param("multiprocessing", marks=pytest.mark.slow)])
    def test_workers_of_a_search_are_not_the_user(self, recorder, iris, backend):
        X, y = iris
        with parallel_backend(backend, n_jobs=2):
            search = GridSearchCV(DecisionTreeClassifier(random_state=0), {"max_depth": [1, 2, 3]}, cv=3).fit(X, y)
            forest = RandomForestClassifier(4, random_state=0, n_jobs=2).fit(X, y)
            forest.predict(X)
        assert search.best_score_ > 0.9
        assert recorder.calls == [
            ("GridSearchCV", "fit"),
            ("RandomForestClassifier", "fit"),
            ("RandomForestClassifier", "predict"),
        ]

    def test_each_of_the_users_threads_has_its_own_outermost_calls(self, recorder, iris):
        X, y = iris
        barrier = threading.Barrier(3)

        def work() -> None:
            barrier.wait(10)
            for _ in range(20):
                GridSearchCV(DecisionTreeClassifier(), {"max_depth": [1]}, cv=2).fit(X, y)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert recorder.calls == [("GridSearchCV", "fit")] * 60
        assert {event.thread_id for event in recorder.events} <= {thread.ident for thread in threads}

    def test_the_users_own_pool_and_joblib_are_seen(self, recorder, iris):
        X, y = iris
        with ThreadPool(2) as pool:
            pool.map(lambda _: GaussianNB().fit(X, y), range(4))
        Parallel(n_jobs=2, backend="threading")(delayed(GaussianNB().fit)(X, y) for _ in range(3))
        assert recorder.names == ["fit"] * 7

    def test_muted_thread_and_block(self, recorder, iris):
        X, y = iris

        def work() -> None:
            hooks.mute_thread()
            GaussianNB().fit(X, y)
            with ThreadPool(1) as pool:
                pool.map(lambda _: GaussianNB().fit(X, y), range(2))

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        with hooks.muted():
            GaussianNB().fit(X, y)
            with hooks.muted():
                list(KFold(2).split(X))
            GaussianNB().fit(X, y)
        assert recorder.events == []
        GaussianNB().fit(X, y)
        assert recorder.names == ["fit"]

    @pytest.mark.parametrize("method", ["spawn", pytest.param("forkserver", marks=pytest.mark.slow)])
    def test_children_are_off(self, run_script, method):
        output = run_script(
            """
            import multiprocessing, os, sys
            from mlflow_pitfalls import hooks
            from sklearn.naive_bayes import GaussianNB

            class Listener:
                def wants(self, kind, name, owner): return True
                def skipped(self, *args): pass
                def starting(self, *args): pass
                def finished(self, event): os.write(1, f"{event.name} {WHO}\\n".encode())
                def run_changed(self, event): pass

            WHO = "parent" if __name__ == "__main__" else "child"
            report = hooks.install(Listener())  # unguarded, so that a spawned child runs it, too
            os.write(1, f"installed {report.active} {WHO}\\n".encode())

            def work(_=None):
                GaussianNB().fit([[0.0], [1.0]], [0, 1])

            if __name__ == "__main__":
                for method in ("fork", sys.argv[1]):
                    child = multiprocessing.get_context(method).Process(target=work)
                    child.start(); child.join()
                    assert child.exitcode == 0, method
                pid = os.fork()
                if pid == 0:
                    WHO = "bare fork"
                    work()
                    os._exit(0)
                assert os.waitpid(pid, 0)[1] == 0
                work()
            """,
            arguments=(method,),
        )
        lines = output.splitlines()
        assert [line for line in lines if line.startswith("fit")] == ["fit parent"]
        assert lines.count("installed True parent") == 1
        assert set(lines) == {"fit parent", "installed True parent", "installed False child"}


class TestOverrides:
    def test_the_users_method_wins_and_stays(self, recorder, iris):
        X, _ = iris

        class Mine(BaseEstimator):
            def fit(self, X, y=None):
                return "original"

        def theirs(self, X, y=None):
            return "theirs"

        Mine.fit = theirs
        assert Mine().fit(X) == "theirs"
        assert recorder.events == []
        hooks.uninstall()
        assert vars(Mine)["fit"] is theirs

    def test_the_users_wrapper_of_a_hooked_method_stays(self, recorder, iris):
        X, _ = iris

        class Mine(BaseEstimator):
            def fit(self, X, y=None):
                return "original"

        before = Mine.fit

        @functools.wraps(before)
        def theirs(*args):
            return "theirs", before(*args)

        Mine.fit = theirs
        assert Mine().fit(X) == ("theirs", "original")
        assert recorder.names == ["fit"]
        hooks.uninstall()
        assert vars(Mine)["fit"] is theirs
        assert Mine().fit(X) == ("theirs", "original")
        hooks.install(recorder)
        assert Mine().fit(X) == ("theirs", "original")
        Mine.fit = before
        assert Mine().fit(X) == "original"
        hooks.uninstall()
        assert not wrappers.is_hook(vars(Mine)["fit"])

    def test_mock_patch_in_and_out(self, recorder, iris):
        X, y = iris
        before = vars(GaussianNB).get("predict_log_proba")
        with mock.patch.object(LogisticRegression, "predict_proba", return_value="mocked"):
            assert LogisticRegression().predict_proba(X) == "mocked"
        model = LogisticRegression(max_iter=500).fit(X, y)
        recorder.clear()
        model.predict_proba(X)
        assert recorder.names == ["predict_proba"]
        hooks.uninstall()
        assert "mlflow_pitfalls_hook" not in LogisticRegression.predict_proba.__code__.co_name
        assert vars(GaussianNB).get("predict_log_proba") is before

    def test_second_install_exchanges_the_listener(self, recorder, new_recorder, iris):
        X, y = iris
        other = new_recorder()
        first = hooks.install(other)
        assert hooks.install(other) == first
        GaussianNB().fit(X, y)
        assert recorder.events == []
        assert other.names == ["fit"]

    def test_events_after_uninstall(self, recorder, iris):
        X, y = iris
        fit = GaussianNB().fit  # bound while hooked
        hooks.uninstall()
        fit(X, y)
        assert recorder.events == []
